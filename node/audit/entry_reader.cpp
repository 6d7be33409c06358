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

void check_signature(Entry& entry, const LikelyKeys& keys) {
  if (entry.is_seal || !entry.submission) return;
  const ledger::Submission& submission = **entry.submission;
  entry.checked_with = keys.of(submission);
  if (entry.checked_with) entry.verifies = crypto::verify_statement(submission.statement, *entry.checked_with);
}

// Of the first `checked` leaves the signatures are left alone.
std::vector<Entry> decode_all(const std::vector<BytesView>& leaves, std::uint64_t checked, const std::string& chain_id,
                              const LikelyKeys& keys) {
  std::vector<Entry> entries;
  entries.reserve(leaves.size());
  for (const BytesView leaf : leaves) {
    entries.push_back(decode(leaf, chain_id));
    if (entries.size() > checked) check_signature(entries.back(), keys);
  }
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
