// SPDX-License-Identifier: Apache-2.0
#include "node/audit/tile_check.h"

namespace quipu::audit {

bool TileCheck::open(unsigned tile_level, std::uint64_t tile_index) {
  Open& tile = tiles_[tile_level];
  if (tile.index == tile_index) return true;
  const ledger::TileName name{tile_level, tile_index, ledger::tile_width(tile_level, tile_index, size_)};
  tile = {tile_index, name.path(), {}};
  auto content = context_.read(Check::kStructure, tile.path);
  if (!content) return false;
  if (content->size() != name.width * crypto::Digest::kSize) {
    context_.broken({.check = Check::kStructure, .what = "its length is not that of its width", .file = tile.path});
    return false;
  }
  tile.content = *std::move(content);
  return true;
}

void TileCheck::node(unsigned level, std::uint64_t index, const crypto::Digest& hash) {
  constexpr unsigned kBits = 8;
  if (!ok_ || level % kBits != 0) return;
  const unsigned tile_level = level / kBits;
  ok_ = open(tile_level, index / ledger::kTileWidth);
  if (!ok_) return;
  const Open& tile = tiles_[tile_level];
  const std::size_t slot = index % ledger::kTileWidth;
  if (tile.content.compare(slot * crypto::Digest::kSize, crypto::Digest::kSize, hash.view()) == 0) {
    return context_.report.passed(Check::kHashing);
  }
  ok_ = false;
  Finding finding{.check = Check::kHashing, .what = "hash " + std::to_string(slot) + " is not that of the entries"};
  finding.file = tile.path;
  if (level == 0) finding.leaf = index;
  context_.broken(std::move(finding));
}

}  // namespace quipu::audit
