// SPDX-License-Identifier: Apache-2.0
// Compares tree nodes, as they are recomputed, with the tiles that publish them. One thread.
#pragma once

#include <array>

#include "node/audit/context.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {

class TileCheck {
 public:
  TileCheck(const Context& context, std::uint64_t size) : context_(context), size_(size) {}
  // In the order of CompactRange::append's announcements. Nodes between tile levels are passed over.
  void node(unsigned level, std::uint64_t index, const crypto::Digest& hash);
  bool ok() const { return ok_; }

 private:
  struct Open {
    std::optional<std::uint64_t> index;
    std::string path;
    Bytes content;
  };
  bool open(unsigned tile_level, std::uint64_t tile_index);

  const Context& context_;
  std::uint64_t size_;
  std::array<Open, ledger::kTileLevels> tiles_;
  bool ok_ = true;
};

}  // namespace quipu::audit
