// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/driver.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <deque>
#include <map>

#include "consensus/limits.h"
#include "consensus/token_bucket.h"
#include "node/runtime/clock.h"

namespace quipu::runtime {

namespace asio = boost::asio;

namespace {

// What one peer's requests may cost us: they are cheap to send and dear to answer, in bytes and, for many small blocks,
// in time.
class ServingBudget {
 public:
  bool allows(std::int64_t now_us) { return bytes_.owed_us(now_us) == 0 && time_us_.owed_us(now_us) == 0; }
  void spend(std::size_t bytes, std::int64_t from_us, std::int64_t until_us) {
    bytes_.charge(bytes, until_us);
    time_us_.charge(static_cast<std::uint64_t>(until_us - from_us), until_us);
  }

 private:
  consensus::TokenBucket bytes_{limits::kServedBytesPerSecond};
  consensus::TokenBucket time_us_{limits::kServingMicrosecondsPerSecond};
};

// Does it, and notes how long that took.
template <class Work>
auto timed(Durations& durations, const Work& work) {
  const auto from_us = real_now().steady_us;
  auto answer = work();
  durations.add(real_now().steady_us - from_us);
  return answer;
}

// Signature checks that wait while more comes in.
constexpr std::size_t kItemsAtOnce = 64;

replica::SubmissionsVerified verify(const std::vector<replica::VerifySubmissions>& job) {
  replica::SubmissionsVerified verified;
  for (const auto& check : job) {
    auto& batch = verified.batches.emplace_back(replica::SubmissionsVerified::Batch{check.ticket, {}});
    for (const auto& item : check.items) {
      batch.valid.push_back(crypto::verify_statement(item.submission->statement, item.key));
    }
  }
  return verified;
}

}  // namespace

struct Driver::State : std::enable_shared_from_this<Driver::State> {
  State(asio::io_context& io_in, host::Host& host_in, net::Mesh* mesh_in, replica::Config config_in,
        std::size_t workers_in, DriverCallbacks callbacks_in)
      : io(io_in),
        timer(io_in),
        worker_count(workers_in),
        workers(workers_in),
        host(host_in),
        mesh(mesh_in),
        config(std::move(config_in)),
        callbacks(std::move(callbacks_in)) {
    make_replica();
  }

  void make_replica() {
    config.self = host.self();
    scope = host.membership().scope(config.genesis.chain);
    members = host.membership().members.size();
    replica = std::make_unique<replica::Replica>(config, host.restore());
  }

  // An epoch begins as a restart does: a new replica on what the disk holds. What was under way is asked for again by
  // those who want it; what this node's pool held is submitted anew.
  void begin_epoch(std::vector<Bytes> pending) {
    host.enter_epoch();
    make_replica();
    ++generation;
    inbox.clear();
    unchecked.clear();
    unchecked_items = 0;
    served.clear();
    callbacks.log("epoch " + std::to_string(scope.epoch.value) + " has begun, with " + std::to_string(members) +
                      " members" + (config.self < members ? "" : "; this node follows without a vote"),
                  false);
    mesh = callbacks.epoch_began();
    perform_all(replica->start(real_now()));
    inbox.emplace_back(replica::Tick{});
    for (auto& leaf : pending) inbox.emplace_back(replica::Submitted{0, std::move(leaf)});
  }

  // What comes in together is worked off together: one read may bring many frames.
  void feed(replica::Input input) {
    inbox.push_back(std::move(input));
    if (std::exchange(awaited, true)) return;
    asio::post(io, [self_ptr = shared_from_this()] { self_ptr->drain(); });
  }

  void drain() {
    while (!inbox.empty() && !stopped) {
      auto next = std::move(inbox.front());
      inbox.pop_front();
      ++counters.steps;
      perform_all(replica->step(std::move(next), real_now()));
      if (auto ended = std::exchange(epoch_ended, std::nullopt)) begin_epoch(std::move(*ended));
      if (unchecked_items >= kItemsAtOnce) hand_out_checks();
    }
    awaited = false;
    hand_out_checks();
    publish_status();
    arm_timer();
  }

  void perform_all(replica::Effects effects) {
    for (auto& effect : effects) {
      std::visit([&](auto& concrete) { perform(concrete); }, effect);
    }
  }

  // Durable effects return when they are durable, so whatever follows in the list may leave the node.
  void perform(replica::Persist& effect) {
    ++counters.persists;
    inbox.emplace_back(timed(counters.persist_took, [&] { return host.perform(effect); }));
  }
  void perform(replica::Sign& effect) {
    auto answer = timed(counters.sign_took, [&] { return host.perform(effect); });
    if (std::holds_alternative<replica::Refused>(answer)) {
      ++counters.refusals;
      callbacks.log("the vote guard refused to sign: " + std::get<replica::Refused>(answer).why, true);
    } else {
      ++counters.votes_signed;
    }
    inbox.push_back(std::move(answer));
  }
  void perform(replica::Commit& effect) {
    auto committed = timed(counters.commit_took, [&] { return host.perform(effect); });
    counters.blocks_committed += effect.blocks.size();
    for (const auto& block : effect.blocks) counters.submissions_final += block.executed->block.leaves.size() - 1;
    callbacks.committed(effect);
    inbox.emplace_back(std::move(committed));
  }
  void perform(replica::Cosign& effect) {
    if (auto cosigned = host.perform(effect)) inbox.emplace_back(std::move(*cosigned));
  }
  void perform(replica::PublishCheckpoint& effect) { host.perform(effect); }
  void perform(replica::ReportEvidence& effect) {
    host.perform(effect);
    callbacks.log("evidence of equivocation by member " + std::to_string(effect.evidence.first.signer), true);
  }
  void perform(replica::Send& effect) {
    if (mesh != nullptr) mesh->send(effect.to, effect.frame, effect.queue);
  }
  void perform(replica::Broadcast& effect) {
    if (mesh == nullptr) return;
    for (std::size_t member = 0; member < members; ++member) {
      if (member != config.self) mesh->send(static_cast<net::MemberIndex>(member), effect.frame, effect.queue);
    }
  }
  void perform(replica::ExpectAnswer& effect) {
    if (mesh != nullptr) mesh->expect_answer(effect.from);
  }
  // `read`: the frames that answer, from the disk; what that cost is on the peer's account, found or not.
  template <class Read>
  void serve(consensus::PeerId to, const Read& read) {
    if (mesh == nullptr) return;
    auto& budget = served[to];
    const auto from_us = real_now().steady_us;
    if (!budget.allows(from_us)) return void(++counters.requests_unserved);
    auto frames = read();
    std::size_t bytes = 0;
    for (const auto& frame : frames) bytes += frame.size();
    budget.spend(bytes, from_us, real_now().steady_us);
    for (auto& frame : frames) mesh->send(to, std::make_shared<const Bytes>(std::move(frame)), consensus::Class::kSync);
  }
  void perform(replica::Serve& effect) {
    serve(effect.to, [&] {
      const auto response = host.perform(effect);
      return response ? std::vector{consensus::encode(consensus::Message(*response), scope, members)}
                      : std::vector<Bytes>{};
    });
  }
  void perform(replica::ServeEarlier& effect) {
    serve(effect.to, [&] { return host.perform(effect); });
  }
  void perform(replica::AboutRecords& effect) { callbacks.about_records(effect); }
  void perform(replica::EpochEnded& effect) { epoch_ended = std::move(effect.pending); }
  void perform(replica::VerifySubmissions& effect) {
    counters.signatures_checked += effect.items.size();
    unchecked_items += effect.items.size();
    unchecked.push_back(std::move(effect));
  }

  // To the workers in equal shares, so that what came in together is checked at once and costs few turns.
  void hand_out_checks() {
    const std::size_t share = (unchecked_items + worker_count - 1) / worker_count;
    std::vector<replica::VerifySubmissions> job;
    std::size_t items = 0;
    for (auto& check : unchecked) {
      items += check.items.size();
      job.push_back(std::move(check));
      if (items < share) continue;
      hand_out(std::exchange(job, {}));
      items = 0;
    }
    if (!job.empty()) hand_out(std::move(job));
    unchecked.clear();
    unchecked_items = 0;
  }

  void hand_out(std::vector<replica::VerifySubmissions> job) {
    asio::post(workers, [self_ptr = shared_from_this(), job = std::move(job), asked_in = generation] {
      asio::post(self_ptr->io, [self_ptr, asked_in, verified = verify(job)]() mutable {
        if (!self_ptr->stopped && asked_in == self_ptr->generation) self_ptr->feed(std::move(verified));
      });
    });
  }
  void perform(replica::Changed& effect) { callbacks.changed(effect.outcome); }
  void perform(replica::Answer& effect) { callbacks.answered(effect); }
  void perform(replica::KeepOut& effect) {
    if (mesh == nullptr || !mesh->keep_out(effect.peer)) return;
    ++counters.peers_kept_out;
    callbacks.log("member " + std::to_string(effect.peer) + " sends what no member sends: kept out for a while", true);
  }
  void perform(replica::Abstain& effect) {
    host.perform(effect);
    // With a view to vote above, the trouble is over.
    callbacks.log(effect.why, effect.until >= consensus::kUntilTold);
  }
  void perform(replica::Halt& effect) { callbacks.log("halted, this node votes no more: " + effect.reason, true); }

  void publish_status() {
    const std::lock_guard lock(status_mutex);
    status = replica->status();
    counters.slot_syncs = host.slot_syncs();
  }

  void arm_timer() {
    const auto due = replica->next_deadline_us();
    if (due == armed_us) return;
    armed_us = due;
    if (!due) return void(timer.cancel());
    timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(*due)));
    timer.async_wait([self_ptr = shared_from_this()](const boost::system::error_code& error) {
      if (error || self_ptr->stopped) return;
      self_ptr->armed_us.reset();
      self_ptr->feed(replica::Tick{});
    });
  }

  asio::io_context& io;
  asio::steady_timer timer;
  std::size_t worker_count;
  asio::thread_pool workers;
  host::Host& host;
  net::Mesh* mesh;
  replica::Config config;
  consensus::Scope scope;
  std::size_t members = 0;
  std::unique_ptr<replica::Replica> replica;
  std::uint64_t generation = 0;  // of replicas
  std::optional<std::vector<Bytes>> epoch_ended;
  DriverCallbacks callbacks;
  DriverCounters counters;

  std::map<consensus::PeerId, ServingBudget> served;
  std::deque<replica::Input> inbox;
  bool awaited = false;  // drain() is on its way or at work
  std::vector<replica::VerifySubmissions> unchecked;
  std::size_t unchecked_items = 0;
  bool stopped = false;
  std::optional<std::int64_t> armed_us;
  mutable std::mutex status_mutex;
  replica::Status status;
};

Driver::Driver(asio::io_context& io, host::Host& host, net::Mesh* mesh, replica::Config config, std::size_t workers,
               DriverCallbacks callbacks)
    : state_(std::make_shared<State>(io, host, mesh, std::move(config), workers, std::move(callbacks))) {}
Driver::~Driver() { stop(); }

void Driver::start() {
  state_->perform_all(state_->replica->start(real_now()));
  feed(replica::Tick{});
}

void Driver::feed(replica::Input input) {
  if (!state_->stopped) state_->feed(std::move(input));
}

void Driver::say(net::MemberIndex to, const consensus::Message& message) {
  if (state_->stopped || state_->mesh == nullptr) return;
  auto frame = std::make_shared<const Bytes>(consensus::encode(message, state_->scope, state_->members));
  state_->mesh->send(to, std::move(frame), consensus::class_of(message));
}

const replica::Replica& Driver::replica() const { return *state_->replica; }

replica::Status Driver::status() const {
  const std::lock_guard lock(state_->status_mutex);
  return state_->status;
}

const DriverCounters& Driver::counters() const { return state_->counters; }

void Driver::stop() {
  if (std::exchange(state_->stopped, true)) return;
  state_->timer.cancel();
  state_->workers.stop();
  state_->workers.join();
}

}  // namespace quipu::runtime
