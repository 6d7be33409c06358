// SPDX-License-Identifier: Apache-2.0
#include "node/audit/entry_reader.h"

#include <cassert>

#include "crypto/merkle.h"
#include "node/ledger/block.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

// A bundle of the longest leaves has 16 MB, so this bounds memory too.
constexpr std::size_t kAhead = 4;

Entry decode(Bytes leaf, const std::string& chain_id) {
  Entry entry;
  entry.is_seal = ledger::is_seal_leaf(leaf);
  if (entry.is_seal) {
    entry.hash = crypto::leaf_hash(leaf);
  } else if (auto submission = ledger::decode_submission(leaf, chain_id)) {
    entry.hash = submission->id;
    entry.submission = std::make_shared<const ledger::Submission>(*std::move(submission));
  } else {
    entry.hash = crypto::leaf_hash(leaf);
    entry.submission = std::unexpected(std::move(submission.error()));
  }
  entry.leaf = std::move(leaf);
  return entry;
}

std::optional<std::vector<Entry>> decode_bundle(BytesView content, unsigned width, const std::string& chain_id) {
  auto leaves = ledger::decode_entries(content, width);
  if (!leaves) return std::nullopt;
  std::vector<Entry> entries;
  entries.reserve(leaves->size());
  for (Bytes& leaf : *leaves) entries.push_back(decode(std::move(leaf), chain_id));
  return entries;
}

}  // namespace

EntryReader::EntryReader(const Context& context, std::uint64_t size) : context_(context), size_(size) { read_ahead(); }

EntryReader::Pending EntryReader::start(std::uint64_t index) {
  const ledger::TileName name{std::nullopt, index, ledger::tile_width(std::nullopt, index, size_)};
  auto content = context_.content_of(Check::kStructure, name.path());
  if (!content) return {name.path(), std::unexpected(std::move(content.error()))};
  using Task = std::packaged_task<std::optional<std::vector<Entry>>()>;
  const auto task =
      std::make_shared<Task>([content = *std::move(content), width = name.width, chain_id = context_.genesis.chain_id] {
        return decode_bundle(content, width, chain_id);
      });
  auto decoded = task->get_future();
  context_.pool.run_first([task] { (*task)(); });
  return {name.path(), std::move(decoded)};
}

void EntryReader::read_ahead() {
  while (pending_.size() < kAhead && started_ * ledger::kTileWidth < size_) pending_.push_back(start(started_++));
}

std::optional<std::vector<Entry>> EntryReader::next() {
  assert(!pending_.empty());
  Pending front = std::move(pending_.front());
  pending_.pop_front();
  read_ahead();
  if (!front.decoded) {
    context_.report.add(std::move(front.decoded.error()));
    return std::nullopt;
  }
  auto entries = front.decoded->get();
  if (!entries) {
    context_.broken({.check = Check::kStructure, .what = "not its number of framed entries", .file = front.path});
  }
  return entries;
}

}  // namespace quipu::audit
