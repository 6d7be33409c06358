// SPDX-License-Identifier: Apache-2.0
#include "node/audit/history.h"

#include <algorithm>

#include "consensus/limits.h"
#include "node/ledger/block.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using crypto::Digest;
using ledger::TileName;

std::string in(const Bundle& bundle, const std::string& what) {
  return bundle.name() + ": " + what + "; run quipu-audit verify on it";
}

std::expected<Bytes, std::string> read(const Bundle& bundle, const TileName& name) {
  if (!bundle.has(name.path())) return std::unexpected(in(bundle, name.path() + " is missing"));
  return bundle.read(name.path());
}

// The hash of a complete node, from the tile of the level below that holds its descendants.
class TileNodes {
 public:
  TileNodes(const Bundle& bundle, std::uint64_t size) : bundle_(bundle), size_(size) {}

  Digest node(unsigned level, std::uint64_t index) {
    const unsigned tile_level = level / 8, inner = level % 8;
    return subtree(tile_level, index << inner, 1U << inner);
  }
  bool ok = true;

 private:
  Digest subtree(unsigned tile_level, std::uint64_t first, unsigned count) {
    if (count == 1) return hash(tile_level, first);
    const Digest left = subtree(tile_level, first, count / 2);
    return crypto::node_hash(left, subtree(tile_level, first + count / 2, count / 2));
  }
  Digest hash(unsigned tile_level, std::uint64_t index) {
    const std::uint64_t tile = index / ledger::kTileWidth;
    const TileName name{tile_level, tile, ledger::tile_width(tile_level, tile, size_)};
    if (name != name_) {
      auto content = read(bundle_, name);
      name_ = name;
      tile_ = content ? *std::move(content) : Bytes();
    }
    const auto found = Digest::from(BytesView(tile_).substr(
        std::min<std::size_t>(tile_.size(), index % ledger::kTileWidth * Digest::kSize), Digest::kSize));
    ok = ok && found;
    return found.value_or(Digest{});
  }

  const Bundle& bundle_;
  std::uint64_t size_;
  TileName name_{std::nullopt, 0, 0};
  Bytes tile_;
};

}  // namespace

std::expected<void, std::string> History::open() {
  for (std::uint64_t epoch = 1; bundle_.has(ledger::handover_path({epoch})); ++epoch) {
    const std::string path = ledger::handover_path({epoch});
    auto file = bundle_.read(path);
    if (!file) return std::unexpected(file.error());
    const auto handover = ledger::decode_handover(*file, voters_.back()->members.size());
    if (!handover) return std::unexpected(in(bundle_, path + " is not in form"));
    auto next = electorate_after(*voters_.back(), *handover);
    if (!next) return std::unexpected(in(bundle_, path + ": " + next.error()));
    handovers_.push_back({.header = handover->header, .file = *std::move(file)});
    voters_.push_back(std::make_shared<Electorate>(*std::move(next)));
  }
  return {};
}

std::optional<Digest> History::next_members() const {
  if (!started_ || epoch_ == handovers_.size()) return std::nullopt;
  const auto& header = handovers_[epoch_].header;
  if (header.height != place_.header.height.next()) return std::nullopt;
  return header.next_members_hash;
}

std::vector<Bytes> History::handovers(consensus::Epoch epoch) const {
  std::vector<Bytes> files;
  for (std::size_t i = 0; i < epoch.value; ++i) files.push_back(handovers_[i].file);
  return files;
}

std::expected<void, std::string> History::fill() {
  const std::uint64_t index = read_ / ledger::kTileWidth;
  const TileName name{std::nullopt, index, ledger::tile_width(std::nullopt, index, size_)};
  const auto content = read(bundle_, name);
  if (!content) return std::unexpected(content.error());
  auto entries = ledger::decode_entries(*content, name.width);
  if (!entries) return std::unexpected(in(bundle_, name.path() + " is not in form"));
  buffer_ = *std::move(entries);
  at_ = 0;
  return {};
}

std::expected<std::vector<Bytes>, std::string> History::next() {
  std::vector<Bytes> leaves;
  while (read_ < size_) {
    if (at_ == buffer_.size()) {
      if (auto filled = fill(); !filled) return std::unexpected(filled.error());
    }
    leaves.push_back(std::move(buffer_[at_++]));
    ++read_;
    if (ledger::is_seal_leaf(leaves.back())) return leaves;
    if (leaves.size() > limits::kBlockSubmissions) return std::unexpected(in(bundle_, "a block has no end"));
  }
  if (!leaves.empty()) return std::unexpected(in(bundle_, "the log does not end with a seal"));
  return leaves;
}

std::expected<void, std::string> History::take_genesis(const std::vector<Bytes>& leaves,
                                                       const std::set<std::uint64_t>& wanted) {
  auto block = ledger::genesis_block(genesis_);
  if (leaves != block.block.leaves) return std::unexpected(in(bundle_, "block 0 is not that of the genesis file"));
  place_ = {block.block.header, block.after.block, block.after.tree};
  pass(wanted);
  started_ = true;
  return {};
}

void History::pass(const std::set<std::uint64_t>& wanted) {
  const std::uint64_t size = place_.tree.size();
  if (wanted.contains(size)) passed_[size] = {.root = place_.tree.root(), .signers = {voters()}};
}

std::expected<void, std::string> History::take(const std::vector<Bytes>& leaves,
                                               const std::set<std::uint64_t>& wanted) {
  if (!started_) return take_genesis(leaves, wanted);
  const auto seal = ledger::decode_seal_leaf(leaves.back());
  const consensus::Height height = place_.header.height.next();
  if (!seal || seal->height != height) {
    return std::unexpected(in(bundle_, "the seal of height " + std::to_string(height.value) + " is not in form"));
  }
  if (seal->epoch.value != epoch_) {
    return std::unexpected(in(bundle_, "height " + std::to_string(height.value) + " is in epoch " +
                                           std::to_string(seal->epoch.value) + ", and the handovers say " +
                                           std::to_string(epoch_)));
  }
  const Digest next_members = this->next_members().value_or(Digest{});
  for (const Bytes& leaf : leaves) {
    place_.tree.append(crypto::leaf_hash(leaf));
    pass(wanted);
  }
  place_.header = {.epoch = seal->epoch,
                   .height = height,
                   .parent_id = place_.block,
                   .tree_size = place_.tree.size(),
                   .tree_root = place_.tree.root(),
                   .next_members_hash = next_members};
  place_.block = consensus::block_id(genesis_.chain, place_.header);
  return place_.header.is_handover() ? hand_over(wanted) : std::expected<void, std::string>{};
}

std::expected<void, std::string> History::hand_over(const std::set<std::uint64_t>& wanted) {
  if (place_.header != handovers_[epoch_].header) {
    return std::unexpected(in(bundle_, ledger::handover_path({epoch_ + 1}) + " is not of the block at its height"));
  }
  ++epoch_;
  if (wanted.contains(place_.tree.size())) passed_[place_.tree.size()].signers.push_back(voters());
  return {};
}

std::expected<std::vector<Digest>, std::string> History::consistency(std::uint64_t first, std::uint64_t second) const {
  TileNodes nodes(bundle_, size_);
  auto path = crypto::consistency_proof(first, second,
                                        [&](unsigned level, std::uint64_t index) { return nodes.node(level, index); });
  if (!nodes.ok) return std::unexpected(in(bundle_, "a tile is missing or short"));
  return path;
}

}  // namespace quipu::audit
