// SPDX-License-Identifier: Apache-2.0
#include "node/audit/entry_reader.h"

#include <algorithm>
#include <cassert>

#include "crypto/cose.h"
#include "crypto/merkle.h"
#include "node/ledger/block.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

// Decoded, a leaf takes some ten times its bytes. A bundle of the longest leaves has 16 MB, so it is decoded in parts.
constexpr std::size_t kAheadBytes = 2 << 20;
constexpr std::size_t kPartBytes = 128 << 10;
// Tables cost what a dozen signatures do, and 165 kB.
constexpr std::size_t kWorthTables = 48;
constexpr std::size_t kMostTables = 64;

Entry decode(BytesView leaf, const std::string& chain_id) {
  Entry entry;
  entry.size = leaf.size();
  entry.is_seal = ledger::is_seal_leaf(leaf);
  if (!entry.is_seal) {
    if (auto submission = ledger::decode_submission(leaf, chain_id)) {
      entry.hash = submission->id;
      entry.submission = std::make_shared<const ledger::Submission>(*std::move(submission));
      return entry;
    } else {
      entry.submission = std::unexpected(std::move(submission.error()));
    }
  }
  entry.hash = crypto::leaf_hash(leaf);
  entry.leaf = leaf;
  return entry;
}

const crypto::Statement& statement_of(const Entry& entry) { return (*entry.submission)->statement; }

void check_with_tables(const std::vector<Entry*>& entries, const crypto::KnownKey& tables) {
  std::vector<Bytes> messages;
  std::vector<crypto::Signed> all;
  messages.reserve(entries.size());
  for (const Entry* entry : entries) {
    messages.push_back(crypto::statement_signed_bytes(statement_of(*entry)));
    all.push_back({messages.back(), statement_of(*entry).signature});
  }
  const auto verdicts = tables.verify_all(all);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i]->verifies = verdicts[i];
}

// By one key.
void check_signatures(const std::vector<Entry*>& entries, const crypto::PublicKey& key, LikelyKeys& keys) {
  if (const auto tables = keys.tables_of(key, entries.size())) return check_with_tables(entries, *tables);
  for (Entry* entry : entries) entry->verifies = crypto::verify_statement(statement_of(*entry), key);
}

void check_signatures(std::span<Entry> entries, LikelyKeys& keys) {
  std::map<crypto::PublicKey, std::vector<Entry*>> by_key;
  for (Entry& entry : entries) {
    if (entry.is_seal || !entry.submission) continue;
    entry.checked_with = keys.of(**entry.submission);
    if (entry.checked_with) by_key[*entry.checked_with].push_back(&entry);
  }
  for (const auto& [key, signed_by_it] : by_key) check_signatures(signed_by_it, key, keys);
}

// Of the first `checked` leaves the signatures are left alone.
std::vector<Entry> decode_all(const std::vector<BytesView>& leaves, std::uint64_t checked, const std::string& chain_id,
                              LikelyKeys& keys) {
  std::vector<Entry> entries;
  entries.reserve(leaves.size());
  for (const BytesView leaf : leaves) entries.push_back(decode(leaf, chain_id));
  if (checked < entries.size()) check_signatures(std::span(entries).subspan(checked), keys);
  return entries;
}

// Each `u16 length || bytes`, as many as there should be, and nothing after them.
std::optional<std::vector<BytesView>> leaves_in(BytesView content, unsigned width) {
  std::vector<BytesView> leaves;
  leaves.reserve(width);
  crypto::ByteReader in(content);
  while (in.ok() && leaves.size() < width) leaves.push_back(in.raw(in.u16()));
  return in.done() ? std::optional(std::move(leaves)) : std::nullopt;
}

}  // namespace

LikelyKeys::LikelyKeys(const ledger::Genesis& genesis) {
  const auto learn_raw = [this](const std::string& administration, const std::string& raw) {
    if (const auto key = crypto::PublicKey::from(raw)) learn(administration, *key);
  };
  for (const auto& member : *genesis.all_members) {
    for (const auto& key : member.issuer_keys()) learn_raw(member.administration(), key);
    for (const auto& key : member.approver_keys()) learn_raw(member.administration(), key);
    learn_raw(member.administration(), member.governance_key());
  }
}

void LikelyKeys::learn(const std::string& administration, const crypto::PublicKey& key) {
  const std::lock_guard lock(mutex_);
  keys_.insert_or_assign({administration, crypto::key_id(key)}, key);
}

std::optional<crypto::PublicKey> LikelyKeys::of(const ledger::Submission& submission) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find({submission.administration(), submission.statement.kid});
  return found == keys_.end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<const crypto::KnownKey> LikelyKeys::tables_of(const crypto::PublicKey& key, std::size_t signatures) {
  std::unique_lock lock(mutex_);
  Use& use = uses_[key];  // stays where it is
  const bool make = deserves_tables(use, signatures);
  use.signatures += signatures;
  if (!make) return use.tables;
  ++tables_;
  lock.unlock();
  auto made = crypto::KnownKey::of(key);
  lock.lock();
  return use.tables = std::move(made);
}

// Once it has signed enough to be worth it, so that one part of a bundle alone is the one that crosses the line.
bool LikelyKeys::deserves_tables(const Use& use, std::size_t signatures) const {
  return use.signatures < kWorthTables && use.signatures + signatures >= kWorthTables && tables_ < kMostTables;
}

EntryReader::EntryReader(const Context& context, std::uint64_t size, std::uint64_t checked)
    : context_(context), size_(size), checked_(checked), keys_(std::make_shared<LikelyKeys>(context.genesis)) {
  read_ahead();
}

// The finding says why not.
std::optional<Finding> EntryReader::open_bundle() {
  const ledger::TileName name{std::nullopt, opened_, ledger::tile_width(std::nullopt, opened_, size_)};
  ++opened_;
  auto content = context_.content_of(Check::kStructure, name.path());
  if (!content) return std::move(content.error());
  content_ = std::make_shared<const Bytes>(*std::move(content));
  auto leaves = leaves_in(*content_, name.width);
  if (!leaves) {
    return Finding{.check = Check::kStructure, .what = "not its number of framed entries", .file = name.path()};
  }
  leaves_ = *std::move(leaves);
  started_ = 0;
  return std::nullopt;
}

EntryReader::Decoded EntryReader::start_part(std::size_t& bytes) {
  const std::uint64_t first = (opened_ - 1) * ledger::kTileWidth + started_;
  const std::uint64_t checked = checked_ - std::min(checked_, first);
  std::vector<BytesView> part;
  for (bytes = 0; started_ < leaves_.size() && (part.empty() || bytes < kPartBytes); ++started_) {
    part.push_back(leaves_[started_]);
    bytes += leaves_[started_].size();
  }
  using Task = std::packaged_task<std::vector<Entry>()>;
  const auto task =
      std::make_shared<Task>([content = content_, part = std::move(part), checked, chain_id = context_.genesis.chain_id,
                              keys = keys_] { return decode_all(part, checked, chain_id, *keys); });
  auto decoded = task->get_future();
  context_.pool.run_first([task] { (*task)(); });
  return decoded;
}

void EntryReader::read_ahead() {
  while (!stuck_ && (pending_.empty() || ahead_ < kAheadBytes)) {
    if (started_ == leaves_.size()) {
      if (opened_ * ledger::kTileWidth >= size_) return;
      if (auto wrong = open_bundle()) {
        stuck_ = true;
        pending_.push_back({.bytes = 0, .decoded = std::unexpected(*std::move(wrong))});
        return;
      }
    }
    std::size_t bytes = 0;
    auto decoded = start_part(bytes);
    pending_.push_back({.bytes = bytes, .decoded = std::move(decoded)});
    ahead_ += bytes;
  }
}

std::optional<std::vector<Entry>> EntryReader::next() {
  assert(!pending_.empty());
  Pending front = std::move(pending_.front());
  pending_.pop_front();
  ahead_ -= front.bytes;
  read_ahead();
  if (front.decoded) return front.decoded->get();
  context_.report.add(std::move(front.decoded.error()));
  return std::nullopt;
}

}  // namespace quipu::audit
