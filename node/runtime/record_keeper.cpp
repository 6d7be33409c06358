// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/record_keeper.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "crypto/sealing.h"
#include "node/ledger/contacts.h"
#include "node/ledger/state.pb.h"
#include "node/runtime/clock.h"
#include "node/runtime/erasure_notes.h"
#include "node/side/exchange.h"

namespace quipu::runtime {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kBlocksWaiting = 64;  // beyond, all subjects are looked at instead
constexpr std::size_t kMessagesWaiting = 256;
constexpr std::size_t kHandInsWaiting = 256;

std::map<side::Commitment, side::Owner> held_in(storage::SealedDirectory& store) {
  std::map<side::Commitment, side::Owner> held;
  for (const auto& [name, label] : store.list()) {
    if (auto owner = side::owner_in(label)) held.emplace(name, *std::move(owner));
  }
  return held;
}

std::set<side::Subject> subjects_of(const std::vector<http::ErasureNote>& notes) {
  std::set<side::Subject> subjects;
  for (const auto& note : notes) subjects.insert({note.issuer, note.subject});
  return subjects;
}

http::HandInAnswer answer_of(side::Verdict verdict) {
  switch (verdict) {
    case side::Verdict::kKept:
      return http::HandInAnswer::kKept;
    case side::Verdict::kNoOperator:
      return http::HandInAnswer::kNoOperator;
    case side::Verdict::kNotNamed:
      return http::HandInAnswer::kNotNamed;
    case side::Verdict::kErased:
      return http::HandInAnswer::kErased;
    case side::Verdict::kMalformed:
      return http::HandInAnswer::kMalformed;
    case side::Verdict::kNotReady:
      return http::HandInAnswer::kUnavailable;
  }
  return http::HandInAnswer::kUnavailable;
}

side::Today today_by(const ledger::LedgerReader& reader) {
  return {ledger::Date::of(reader.newest().block_time_ms, 0),
          ledger::Date::of(static_cast<std::uint64_t>(real_now().utc_ms), 0)};
}

// By code, as members are.
std::vector<std::string> entitled_to(const ledger::StateView& state, const side::Subject& subject,
                                     const side::Today& today) {
  std::vector<std::string> codes;
  for (const auto& member : ledger::member_contacts(state)) {
    if (side::may_hold(side::standing(state, member.administration, subject, today))) {
      codes.push_back(member.administration);
    }
  }
  return codes;
}

}  // namespace

struct RecordKeeper::State {
  State(KeeperConfig config_in, std::unique_ptr<storage::SealedDirectory> store_in, KeeperCallbacks callbacks_in)
      : config(std::move(config_in)),
        store(std::move(store_in)),
        callbacks(std::move(callbacks_in)),
        notes(read_notes(config.erasures)),
        exchange(config.administration, held_in(*store), subjects_of(notes)) {}

  // ---- on the keeper's thread

  void step(side::Input input) {
    for (auto& effect : exchange.step(std::move(input), real_now())) {
      std::visit([&](auto& concrete) { perform(concrete); }, effect);
    }
    for (const auto& commitment : std::exchange(lost, {})) step(side::Lost{commitment});
    arm_timer();
  }

  void perform(side::Request& effect) {
    callbacks.send(std::move(effect.to), consensus::RecordRequest{std::move(effect.commitments)});
  }
  void perform(side::Answer& effect) {
    consensus::RecordResponse response;
    std::size_t bytes = 0;
    for (const auto& commitment : effect.commitments) {
      auto record = read(commitment);
      if (!record) continue;
      bytes += record->size() + kRecordOverhead;
      if (bytes > limits::kLeafBytesPerFrame) break;
      response.records.push_back(*std::move(record));
    }
    callbacks.send(std::move(effect.to), std::move(response));
  }
  void perform(side::Keep& effect) {
    if (!store->put(effect.commitment, side::text_of(effect.owner), effect.record)) {
      callbacks.log("a side record could not be written: make room or rights for the side directory", true);
      lost.push_back(effect.commitment);
      keep_failed = true;
    }
    crypto::wipe(effect.record);
  }
  void perform(side::Delete& effect) { store->remove(effect.commitment); }
  void perform(side::Account& effect) {
    http::ErasureNote note{effect.subject.issuer, effect.subject.id, effect.decided_on,
                           effect.leaf,           effect.height,     static_cast<std::uint64_t>(real_now().utc_ms),
                           effect.records};
    append_note(config.erasures, note);
    callbacks.log("subject " + note.issuer + "/" + note.subject + " is erased: " + std::to_string(note.records) +
                      " side records deleted here",
                  false);
    const std::lock_guard lock(notes_mutex);
    notes.push_back(std::move(note));
  }
  void perform(side::Judged& effect) {
    const auto found = hand_ins.extract(effect.ticket);
    const bool failed = std::exchange(keep_failed, false);
    if (found.empty()) return;
    found.mapped()(failed ? http::HandInAnswer::kUnavailable : answer_of(effect.verdict));
  }

  std::optional<Bytes> read(const side::Commitment& commitment) {
    auto record = store->get(commitment);
    if (record) return record;
    callbacks.log("side record " + crypto::to_hex(commitment.view()) + " is damaged: it is fetched again", true);
    lost.push_back(commitment);
    return std::nullopt;
  }

  void arm_timer() {
    const auto due = exchange.next_deadline_us();
    if (!due || stopping) return void(timer.cancel());
    timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(*due)));
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error && !stopping) step(side::Tick{});
    });
  }

  void advance() {
    const auto reader = callbacks.reader();
    side::Advanced advanced;
    std::vector<std::shared_ptr<const ledger::ExecutedBlock>> blocks;
    {
      const std::lock_guard lock(blocks_mutex);
      blocks = std::exchange(waiting_blocks, {});
      advanced.changes.all = std::exchange(look_at_everyone, false);
      advancing = false;
    }
    for (const auto& block : blocks) {
      side::add_changes(advanced.changes, *block, config.administration, config.chain_id);
    }
    advanced.state = reader->state(std::nullopt);
    const auto newest = reader->newest();
    advanced.height = newest.height.value;
    advanced.day = ledger::Date::of(newest.block_time_ms, 0);
    step(std::move(advanced));
  }

  // ---- from any thread

  template <class Act>
  void post(Act act) {
    if (stopping) return;
    asio::post(io, [this, act = std::move(act)]() mutable {
      if (!stopping) act(*this);
    });
  }

  void post_message(side::Input input) {
    if (messages_waiting >= kMessagesWaiting) return;
    ++messages_waiting;
    post([input = std::move(input)](State& self) mutable {
      --self.messages_waiting;
      self.step(std::move(input));
    });
  }

  void post_advance() {
    post([](State& self) { self.advance(); });
  }

  // Protobuf's framing of one record, and some.
  static constexpr std::size_t kRecordOverhead = 8;

  KeeperConfig config;
  std::unique_ptr<storage::SealedDirectory> store;
  KeeperCallbacks callbacks;
  mutable std::mutex notes_mutex;
  std::vector<http::ErasureNote> notes;
  side::Exchange exchange;
  std::vector<side::Commitment> lost;
  bool keep_failed = false;
  std::map<std::uint64_t, std::function<void(http::HandInAnswer)>> hand_ins;
  std::uint64_t next_ticket = 1;

  std::mutex blocks_mutex;
  std::vector<std::shared_ptr<const ledger::ExecutedBlock>> waiting_blocks;
  bool look_at_everyone = false;
  bool advancing = false;  // advance() is on its way

  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> messages_waiting{0};
  std::atomic<std::size_t> hand_ins_waiting{0};
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
  asio::steady_timer timer{io};
  std::thread thread;
};

RecordKeeper::RecordKeeper(KeeperConfig config, std::unique_ptr<storage::SealedDirectory> store,
                           KeeperCallbacks callbacks)
    : state_(std::make_unique<State>(std::move(config), std::move(store), std::move(callbacks))) {}

RecordKeeper::~RecordKeeper() { stop(); }

void RecordKeeper::start() {
  state_->thread = std::thread([state = state_.get()] { state->io.run(); });
}

void RecordKeeper::stop() {
  auto& state = *state_;
  if (state.stopping.exchange(true)) return;
  asio::post(state.io, [&state] { state.timer.cancel(); });
  state.guard.reset();
  if (state.thread.joinable()) state.thread.join();
  for (auto& [ticket, done] : std::exchange(state.hand_ins, {})) done(http::HandInAnswer::kUnavailable);
}

void RecordKeeper::look_at_all() {
  {
    const std::lock_guard lock(state_->blocks_mutex);
    state_->look_at_everyone = true;
    if (std::exchange(state_->advancing, true)) return;
  }
  state_->post_advance();
}

void RecordKeeper::committed(const std::vector<std::shared_ptr<const ledger::ExecutedBlock>>& blocks) {
  {
    const std::lock_guard lock(state_->blocks_mutex);
    auto& waiting = state_->waiting_blocks;
    if (waiting.size() + blocks.size() > kBlocksWaiting) {
      waiting.clear();
      state_->look_at_everyone = true;
    } else {
      waiting.insert(waiting.end(), blocks.begin(), blocks.end());
    }
    if (std::exchange(state_->advancing, true)) return;
  }
  state_->post_advance();
}

void RecordKeeper::peer_up(std::string peer) {
  state_->post([peer = std::move(peer)](State& self) mutable { self.step(side::PeerUp{std::move(peer)}); });
}

void RecordKeeper::peer_down(std::string peer) {
  state_->post([peer = std::move(peer)](State& self) mutable { self.step(side::PeerDown{std::move(peer)}); });
}

void RecordKeeper::asked(std::string from, std::vector<crypto::Digest> commitments) {
  state_->post_message(side::Asked{std::move(from), std::move(commitments)});
}

void RecordKeeper::came(std::string from, std::vector<Bytes> records) {
  state_->post_message(side::Came{std::move(from), std::move(records)});
}

void RecordKeeper::hand_in(http::HandIn record, std::function<void(http::HandInAnswer)> done) {
  const auto kind = side::kind_named(record.kind);
  if (!kind) return done(http::HandInAnswer::kMalformed);
  if (state_->stopping || state_->hand_ins_waiting >= kHandInsWaiting) return done(http::HandInAnswer::kUnavailable);
  ++state_->hand_ins_waiting;
  asio::post(state_->io,
             [self = state_.get(), kind = *kind, record = std::move(record), done = std::move(done)]() mutable {
               --self->hand_ins_waiting;
               if (self->stopping) return done(http::HandInAnswer::kUnavailable);
               const auto ticket = self->next_ticket++;
               self->hand_ins.emplace(ticket, std::move(done));
               self->step(side::HandedIn{ticket, std::move(record.subject), kind, std::move(record.record)});
             });
}

http::HeldRecords RecordKeeper::records_of(const std::string& issuer, const std::string& subject) {
  using Kind = http::HeldRecords::Kind;
  const auto reader = state_->callbacks.reader();
  const auto state = reader->state(std::nullopt);
  const side::Subject asked{issuer, subject};
  const auto firm = side::find_subject(*state, asked);
  if (!firm) return {.kind = Kind::kNoOperator};
  if (side::is_erased(*firm)) return {.kind = Kind::kErased, .erased_on = firm->erased().decided_on()};
  http::HeldRecords records{.kind = Kind::kNotEntitled, .entitled = entitled_to(*state, asked, today_by(*reader))};
  if (std::ranges::find(records.entitled, state_->config.administration) == records.entitled.end()) return records;
  records.kind = Kind::kNotHeld;
  for (const auto& named : side::named_by(*firm)) {
    auto record = state_->store->get(named.commitment);
    if (!record) continue;
    records.kind = Kind::kHeld;
    (named.kind == side::RecordKind::kTin ? records.tin : records.identity) = *std::move(record);
  }
  return records;
}

std::vector<http::ErasureNote> RecordKeeper::erasures() const {
  const std::lock_guard lock(state_->notes_mutex);
  return state_->notes;
}

}  // namespace quipu::runtime
