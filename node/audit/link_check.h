// SPDX-License-Identifier: Apache-2.0
// The quorum proofs of the view steps that lead from block to block. One thread; votes go to the pool.
#pragma once

#include "consensus/quorum_proof.h"
#include "node/audit/context.h"

namespace quipu::audit {

class LinkCheck {
 public:
  explicit LinkCheck(const Context& context) : context_(context) {}

  // The steps in quorum/<height>: the last is about this block; before it may stand repeats of it and of its parent.
  // A missing file leaves the audit unable to say VERIFIED. False: broken.
  bool block(consensus::Height height, const consensus::BlockId& block, const consensus::BlockId& parent);
  // Observations about the whole chain.
  void finish(consensus::Height height) const;

 private:
  bool step(const consensus::LinkProof& link, const std::string& path, consensus::Height height);
  void note_step(const consensus::LinkProof& link);
  void submit(const consensus::QuorumProof& proof, const std::string& path, consensus::Height height) const;

  const Context& context_;
  consensus::View view_;  // of the newest step
  std::uint64_t gaps_ = 0, unskipped_ = 0;
  std::uint64_t final_height_ = 0;
};

}  // namespace quipu::audit
