// SPDX-License-Identifier: Apache-2.0
// A node without network, disk or consensus, for tests: every submission becomes a block at once, every block a
// published checkpoint. Runs the real rules.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/keyfile.h"
#include "node/http/backend.h"
#include "node/ledger/block.h"

namespace quipu::testing {

// Deterministic keys of one administration.
crypto::SecretKey test_key(const std::string& administration, const std::string& purpose);
crypto::UnlockedKey unlocked_test_key(const std::string& administration, const std::string& purpose);

// AR (dual control), BO, CL, PE, under "ARR", founded 2026-01-01. All of them have the keys of test_key.
ledger::Genesis test_genesis();

class MemoryLedger final : public http::Backend {
 public:
  MemoryLedger();
  ~MemoryLedger() override;

  // The ledger's clock stands still unless told otherwise.
  void set_now_ms(std::uint64_t now_ms);
  void set_age_ms(std::int64_t age_ms);
  // The next `count` submissions are turned away, with 429 unless told otherwise.
  void be_busy(std::size_t count, http::SubmitAnswer::Kind answer = http::SubmitAnswer::Kind::kBusy);
  // Blocks are made, checkpoints no longer published.
  void stop_publishing();
  // As a node that was not there when the block was voted for.
  void lose_votes(std::uint64_t height);
  // From then on each submission is accepted and kept back until release().
  void hold();
  void release();
  // As a node whose database has no calendar.
  void be_without_calendar();
  // Nothing is submitted any more: look-ups share one reader, as on a real node between two blocks.
  void freeze() { frozen_ = reader(); }
  void forget_held();  // as after a power cut: accepted, never final
  std::size_t submissions_taken() const;
  // It has no peers and takes no submissions; whence it has the ledger, it says.
  void be_follower_of(const std::string& url) { source_ = url; }

  const ledger::Genesis& genesis() const override;
  std::shared_ptr<const ledger::LedgerReader> reader() const override;
  http::NodeStatus status() const override;
  std::int64_t age_ms() const override { return age_ms_; }
  std::uint64_t now_ms() const override;
  void submit(Bytes leaf, std::function<void(http::SubmitAnswer)> done) override;
  http::SubmissionState submission(const crypto::Digest& id) const override;
  std::uint64_t next_sequence(const std::string& administration, const crypto::PublicKey& key) const override;
  std::string metrics() const override { return "quipu_height 1\n"; }
  http::RecordDesk* record_desk() override { return desk; }
  http::Doorkeeper* doorkeeper() override { return door; }
  http::SigningDesk* signing_desk() override { return signing; }
  std::string sign_state = "good";
  http::RecordDesk* desk = nullptr;      // a test's own
  http::Doorkeeper* door = nullptr;      // a test's own
  http::SigningDesk* signing = nullptr;  // a test's own

 private:
  class Log;
  http::SubmitAnswer take(const Bytes& leaf);
  http::SubmitAnswer execute(const ledger::Submission& submission);
  mutable std::mutex mutex_;
  std::shared_ptr<const ledger::LedgerReader> frozen_;
  std::shared_ptr<Log> log_;
  std::uint64_t now_ms_;
  std::int64_t age_ms_ = 1'500;
  std::size_t busy_ = 0;
  http::SubmitAnswer::Kind busy_answer_ = http::SubmitAnswer::Kind::kBusy;
  bool holding_ = false;
  std::string source_;
  std::vector<Bytes> held_;
  std::map<crypto::Digest, ledger::Rejection> rejected_;
};

}  // namespace quipu::testing
