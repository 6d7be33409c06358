// SPDX-License-Identifier: Apache-2.0
// Goes on from a saved position, and saves new ones. One thread.
#pragma once

#include <functional>

#include "node/audit/context.h"
#include "node/audit/position.h"

namespace quipu::audit {

class Resume {
 public:
  using Save = std::function<void(const Bytes& position)>;
  // `saved`: a position file, or nothing. `save` may be empty.
  Resume(const Context& context, const std::optional<Bytes>& saved, Save save);

  // Whether the position is one of this chain, in a log of at least `size` leaves; if not, a finding says so.
  bool fits(std::uint64_t size) const;
  // The authors' signatures of the leaves below it need no check.
  std::uint64_t checked_leaves() const { return from_ ? from_->size : 0; }
  // Notes the votes of quorum/<height>, in ascending order of heights from 1; true when they need no check.
  bool votes(std::uint64_t height, BytesView file);
  // A block ended and everything about it was checked, or is with the pool. False, and a finding, when the position is
  // another history's.
  bool block_end(std::uint64_t size, std::uint64_t height, const crypto::Digest& root,
                 const crypto::Digest& state_root);
  // After the last block.
  void finish() { save(); }

 private:
  bool passes(const SavedPosition& here);
  void save();

  const Context& context_;
  std::optional<SavedPosition> from_;
  bool damaged_ = false;
  bool passed_ = false;  // the log came by the position
  Save save_;
  SavedPosition now_;  // of the newest block; its votes only if they are to be saved
  std::uint64_t saved_size_ = 0;
};

}  // namespace quipu::audit
