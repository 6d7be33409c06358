// SPDX-License-Identifier: Apache-2.0
// A ledger whose state holds as many operators as wanted, each with a certificate: written straight into a database,
// since a million signed submissions would take minutes. Some thousands more came by real blocks, so that there is a
// log to ask about: AA registers and certifies, BB recognises AA under ARR. Only look-ups may be asked of it.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "crypto/keys.h"
#include "node/http/backend.h"
#include "node/ledger/block.h"
#include "storage/rocks_database.h"

namespace quipu::bench {

// What the calendar of certificates costs (docs/decisions/0041).
struct CalendarCost {
  double built_ms = 0;      // for all operators, from the history of their records
  double per_block_us = 0;  // of the blocks imported since
  double commit_us = 0;     // of each of them, with it
};

class LookupState final : public http::Backend {
 public:
  // Throws std::runtime_error when the database cannot be made.
  LookupState(const std::filesystem::path& directory, std::size_t operators);

  static std::string tin(std::size_t number);          // of operator `number`
  static std::string certificate(std::size_t number);  // of operator `number`; the issuer is AA
  // Of those that came by blocks; the certificate of number 0 was annulled in the last block.
  static std::string logged_subject(std::size_t number);
  static std::string logged_certificate(std::size_t number);
  std::size_t logged() const { return logged_; }
  // A snapshot of the same database, and a certificate's key in it: for the limit without our code.
  std::shared_ptr<const storage::Snapshot> snapshot() const { return database_->snapshot(); }
  static Bytes certificate_key(std::size_t number);

  // One more block with so many submissions of 64 statements each, as an import makes them; look-ups see it when it
  // returns. One thread at a time, beside those that read.
  static constexpr std::size_t kStatementsImported = 64;  // by a submission
  void import_block(std::size_t submissions);
  // When nothing is imported just now.
  CalendarCost calendar_cost() const;

  const ledger::Genesis& genesis() const override { return genesis_; }
  std::shared_ptr<const ledger::LedgerReader> reader() const override { return reader_.load(); }
  http::NodeStatus status() const override { return {}; }
  std::int64_t age_ms() const override { return 100; }
  void submit(Bytes, std::function<void(http::SubmitAnswer)> done) override { done({}); }
  http::SubmissionState submission(const crypto::Digest&) const override { return {}; }
  std::uint64_t next_sequence(const std::string&, const crypto::PublicKey&) const override { return 1; }
  std::string metrics() const override { return {}; }

 private:
  static std::string firms(std::size_t first, std::size_t end);
  void write_genesis();
  void write_blocks();
  void write_operators(std::size_t operators);
  struct Author {
    std::string code;
    const crypto::SecretKey& key;
    std::uint64_t next = 1;
  };
  void write_block(Author& author, const std::vector<std::string>& submissions);

  std::size_t logged_;
  crypto::SecretKey issuer_;
  crypto::SecretKey recogniser_;
  ledger::Genesis genesis_;
  std::unique_ptr<storage::RocksDatabase> database_;
  ledger::Position at_;  // behind the newest block
  Author author_{"AA", issuer_};
  std::size_t firms_ = 0;  // that came by blocks
  double calendar_built_ms_ = 0;
  std::uint64_t commits_ = 0;
  double calendar_us_ = 0;  // of all commits
  double commits_us_ = 0;
  std::atomic<std::shared_ptr<const ledger::LedgerReader>> reader_;
};

}  // namespace quipu::bench
