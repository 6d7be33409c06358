// SPDX-License-Identifier: Apache-2.0
// Reads the log's entry bundles some way ahead and has them hashed, decoded and their authors' signatures checked on
// the pool's threads, each bundle (of long leaves, part of one) on one of them, so that the thread that replays runs
// only the rules. The caller's side, and all reading of files, belongs to one thread.
#pragma once

#include <deque>
#include <expected>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "crypto/known_key.h"
#include "node/audit/context.h"
#include "node/ledger/submission.h"

namespace quipu::audit {

// One leaf and what it reads as.
struct Entry {
  Bytes leaf;  // empty when it is a submission, which has it
  std::size_t size = 0;
  crypto::Digest hash;
  bool is_seal = false;
  // Of every leaf but a seal; leaf 0 is none in form.
  std::expected<std::shared_ptr<const ledger::Submission>, ledger::Rejection> submission = nullptr;
  // With which key the signature was checked beforehand, if with any: only who replays knows whether it is the right
  // one.
  std::optional<crypto::PublicKey> checked_with;
  bool verifies = false;
};

// The keys with which authors' signatures may be checked before the log says so: the genesis file's, and what was right
// since. Any thread.
class LikelyKeys {
 public:
  explicit LikelyKeys(const ledger::Genesis& genesis);
  void learn(const std::string& administration, const crypto::PublicKey& key);
  std::optional<crypto::PublicKey> of(const ledger::Submission& submission) const;
  // For so many signatures more of this key; nothing for a key that has not signed much yet.
  std::shared_ptr<const crypto::KnownKey> tables_of(const crypto::PublicKey& key, std::size_t signatures);

 private:
  struct Use {
    std::size_t signatures = 0;
    std::shared_ptr<const crypto::KnownKey> tables;
  };
  bool deserves_tables(const Use& use, std::size_t signatures) const;

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, crypto::KeyId>, crypto::PublicKey> keys_;
  std::map<crypto::PublicKey, Use> uses_;
  std::size_t tables_ = 0;
};

class EntryReader {
 public:
  // `checked`: so many leaves' signatures were checked before.
  EntryReader(const Context& context, std::uint64_t size, std::uint64_t checked = 0);
  // The next entries in order, some of a bundle or all of it. Nothing, and a finding, when they cannot be had: however
  // far ahead was read, findings come in the log's order. Requires that not all were handed out.
  std::optional<std::vector<Entry>> next();
  LikelyKeys& likely_keys() { return *keys_; }

 private:
  using Decoded = std::future<std::vector<Entry>>;
  struct Pending {
    std::size_t bytes;
    std::expected<Decoded, Finding> decoded;
  };
  void read_ahead();
  std::optional<Finding> open_bundle();
  Decoded start_part(std::size_t& bytes);

  const Context& context_;
  std::uint64_t size_, checked_;
  std::shared_ptr<LikelyKeys> keys_;
  std::uint64_t opened_ = 0;              // bundles
  bool stuck_ = false;                    // the newest could not be read
  std::shared_ptr<const Bytes> content_;  // of the newest
  std::vector<BytesView> leaves_;         // in it
  std::size_t started_ = 0;               // of these
  std::size_t ahead_ = 0;                 // bytes of leaves in pending_
  std::deque<Pending> pending_;
};

}  // namespace quipu::audit
