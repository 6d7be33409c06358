// SPDX-License-Identifier: Apache-2.0
// One node of a network without any shell but memory: replica and host, driven by hand. Of a network of one it makes
// everything final at once; of a larger one it hears only what a test tells it, so that nothing becomes final.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <vector>

#include "node/host/host.h"
#include "storage/memory_database.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::replica::testing {

inline ledger::Genesis lone_genesis() {
  const auto file = ledger::make_genesis_file("sample-1", sample::kCreated_ms, {sample::member("BO")}, "");
  return ledger::parse_genesis(file.value()).value();
}

// The slots outlive the host that writes them, as a disk does.
class OuterSlots final : public storage::SlotDevice {
 public:
  explicit OuterSlots(std::array<Bytes, 2>& slots) : slots_(slots) {}
  std::array<Bytes, 2> read() const override { return slots_; }
  void write_synced(unsigned slot, BytesView content) override { slots_[slot] = Bytes(content); }

 private:
  std::array<Bytes, 2>& slots_;
};

// More members than any other test's; BO is one of them. Each has a small share of the pool.
inline ledger::Genesis crowded_genesis(std::size_t members) {
  std::vector<ledger::v1::Member> all{sample::member("BO")};
  for (char first = 'C'; first <= 'Z' && all.size() < members; ++first) {
    for (char second = 'A'; second <= 'Z' && all.size() < members; ++second) {
      all.push_back(sample::member({first, second}));
    }
  }
  return ledger::parse_genesis(ledger::make_genesis_file("sample-1", sample::kCreated_ms, all, "").value()).value();
}

class LoneNode {
 public:
  explicit LoneNode(ledger::Genesis genesis = lone_genesis())
      : genesis_(std::move(genesis)), self_(genesis_.members.index_of("BO").value()) {
    REQUIRE(host::Host::initialise(genesis_, database_, std::make_unique<OuterSlots>(slots_)));
    open();
  }

  // What a process does when it is started on what the disk shows.
  void open() {
    auto opened = host::Host::open(genesis_, "BO", database_, std::make_unique<OuterSlots>(slots_),
                                   {sample::key("BO", "vote"), sample::key("BO", "cosigner"), sample::key("BO", "log")},
                                   /*may_observe=*/false);
    REQUIRE(opened);
    host_ = std::move(*opened);
    Config config{genesis_, self_, consensus::Timing::local(), 7, &crypto::verify};
    replica_ = std::make_unique<Replica>(std::move(config), host_->restore());
    perform(replica_->start(now));
    settle();
  }

  void feed(Input input) {
    inbox_.push_back(std::move(input));
    settle();
  }
  Answer submit(const Bytes& leaf) {
    inbox_.emplace_back(Submitted{++request_, leaf});
    settle();
    REQUIRE_FALSE(answers.empty());
    return answers.back();
  }

  void hear(PeerId from, const consensus::Message& message) {
    inbox_.emplace_back(Received{from, consensus::encode(message, genesis_.scope(), genesis_.members.size())});
    settle();
  }

  // Lets virtual time pass up to the deadlines that fall due.
  void pass_ms(std::int64_t duration_ms) {
    const auto until = now.steady_us + duration_ms * 1000;
    while (true) {
      const auto due = replica_->next_deadline_us();
      if (!due || *due > until) break;
      advance_us(std::max(*due, now.steady_us) - now.steady_us);
      inbox_.emplace_back(Tick{});
      settle();
    }
    advance_us(until - now.steady_us);
  }

  Phase phase_of(const crypto::Digest& id) const {
    auto phase = Phase::kPending;
    for (const auto& outcome : outcomes) {
      if (outcome.id == id) phase = outcome.phase;
    }
    return phase;
  }
  // Of the newest change of that submission.
  Outcome outcome_of(const crypto::Digest& id) const {
    Outcome newest;
    for (const auto& outcome : outcomes) {
      if (outcome.id == id) newest = outcome;
    }
    return newest;
  }
  const ledger::Genesis& genesis() const { return genesis_; }
  host::Host& host() { return *host_; }
  Replica& replica() { return *replica_; }

  consensus::Instant now{1'000'000, static_cast<std::int64_t>(sample::kCreated_ms) + 3'600'000};
  std::vector<Answer> answers;
  std::vector<Outcome> outcomes;
  std::vector<PublishCheckpoint> published;
  std::vector<PeerId> kept_out;
  std::vector<Send> sent;
  std::vector<AboutRecords> about_records;
  std::size_t served = 0;
  std::size_t signatures_checked = 0;
  std::size_t commits = 0;
  std::size_t steps = 0;
  bool halted = false;

 private:
  void advance_us(std::int64_t by_us) {
    now.steady_us += by_us;
    rest_us_ += by_us;
    now.utc_ms += rest_us_ / 1000;
    rest_us_ %= 1000;
  }
  void settle() {
    while (!inbox_.empty()) {
      auto input = std::move(inbox_.front());
      inbox_.pop_front();
      ++steps;
      perform(replica_->step(std::move(input), now));
    }
  }
  void perform(Effects effects) {
    for (auto& effect : effects) {
      std::visit([&](auto& concrete) { on(concrete); }, effect);
    }
  }
  void on(const Persist& effect) { inbox_.emplace_back(host_->perform(effect)); }
  void on(const Sign& effect) { inbox_.emplace_back(host_->perform(effect)); }
  void on(const Commit& effect) {
    ++commits;
    inbox_.emplace_back(host_->perform(effect));
  }
  void on(const Cosign& effect) {
    if (auto cosigned = host_->perform(effect)) inbox_.emplace_back(std::move(*cosigned));
  }
  void on(const PublishCheckpoint& effect) {
    host_->perform(effect);
    published.push_back(effect);
  }
  void on(const VerifySubmissions& effect) {
    SubmissionsVerified::Batch verified{effect.ticket, {}};
    signatures_checked += effect.items.size();
    for (const auto& item : effect.items) {
      verified.valid.push_back(crypto::verify_statement(item.submission->statement, item.key));
    }
    inbox_.emplace_back(SubmissionsVerified{{std::move(verified)}});
  }
  void on(const Changed& effect) { outcomes.push_back(effect.outcome); }
  void on(const Answer& effect) { answers.push_back(effect); }
  void on(const Halt&) { halted = true; }
  void on(const KeepOut& effect) { kept_out.push_back(effect.peer); }
  void on(const Send& effect) { sent.push_back(effect); }
  void on(const Serve&) { ++served; }
  void on(const AboutRecords& effect) { about_records.push_back(effect); }
  template <class Other>
  void on(const Other&) {}

  ledger::Genesis genesis_;
  consensus::MemberIndex self_;
  storage::MemoryDatabase database_;
  std::array<Bytes, 2> slots_;
  std::unique_ptr<host::Host> host_;
  std::unique_ptr<Replica> replica_;
  std::deque<Input> inbox_;
  std::uint64_t request_ = 0;
  std::int64_t rest_us_ = 0;  // of a millisecond that UTC has not counted yet
};

inline Bytes registration(std::uint64_t sequence, int subject, std::int64_t utc_ms,
                          const std::string& purpose = "issuer") {
  return ledger::sign_submission(sample::registrations("BO", sequence, subject, 1), sample::key("BO", purpose),
                                 static_cast<std::uint64_t>(utc_ms / 1000));
}

}  // namespace quipu::replica::testing
