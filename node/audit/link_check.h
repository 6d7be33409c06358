// SPDX-License-Identifier: Apache-2.0
// The quorum proofs of the view steps that lead from block to block. One thread; votes go to the pool.
#pragma once

#include "consensus/quorum_proof.h"
#include "node/audit/context.h"
#include "node/audit/electorate.h"
#include "node/audit/participation.h"
#include "node/audit/resume.h"

namespace quipu::audit {

class LinkCheck {
 public:
  // Tells `participation` of every step, once.
  LinkCheck(const Context& context, Participation& participation, Resume& resume,
            std::shared_ptr<const Electorate> voters)
      : context_(context), participation_(participation), resume_(resume), voters_(std::move(voters)) {}

  // The steps in quorum/<height>: the last is about this block; before it may stand repeats of it and of its parent.
  // A missing file leaves the audit unable to say VERIFIED. `proposer`: as the block's seal has it. False: broken.
  bool block(consensus::Height height, const consensus::BlockId& block, const consensus::BlockId& parent,
             const std::string& proposer);
  // The blocks that come next are voted on by these, in views from 1.
  void begin_epoch(std::shared_ptr<const Electorate> voters);
  // Observations about the whole chain.
  void finish(consensus::Height height) const;

 private:
  bool step(const consensus::LinkProof& link, const std::string& path, consensus::Height height);
  void note_step(const consensus::LinkProof& link);
  void compare_proposer(const std::vector<consensus::LinkProof>& links, consensus::Height height,
                        const consensus::BlockId& parent, const std::string& proposer);
  void submit(const consensus::QuorumProof& proof, const std::string& path, consensus::Height height) const;

  const Context& context_;
  Participation& participation_;
  Resume& resume_;
  bool checked_before_ = false;  // the votes of the file at hand
  std::shared_ptr<const Electorate> voters_;
  consensus::View view_;               // of the newest step
  consensus::BlockId newest_block_{};  // that it is about
  std::uint64_t foreign_proposers_ = 0;
  std::optional<std::uint64_t> first_foreign_;  // height
  std::uint64_t gaps_ = 0, unskipped_ = 0;
  std::uint64_t final_height_ = 0;
};

}  // namespace quipu::audit
