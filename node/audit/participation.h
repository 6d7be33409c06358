// SPDX-License-Identifier: Apache-2.0
// Who took part: votes in the quorum proofs, views led and lost, cosignatures on published checkpoints. Statistics and
// observations only: a proof or a note carries a quorum's signatures, so that one is absent from it proves nothing.
// One thread.
#pragma once

#include <map>
#include <vector>

#include "consensus/quorum_proof.h"
#include "node/audit/context.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

class Participation {
 public:
  Participation(const Context& context, std::shared_ptr<const Electorate> voters);

  // A view step that the mirror tells for the first time, and the views that it skips.
  void step(const consensus::LinkProof& link);
  // Who leads a view of this epoch.
  const std::string& leader(consensus::View view) const;
  // The votes that come next are by these, in views from 1.
  void begin_epoch(std::shared_ptr<const Electorate> voters);
  // A published checkpoint, of ascending heights, that carries the cosignatures of these.
  void note(std::uint64_t height, const std::vector<std::string>& cosigners);
  void finish();

 private:
  void count_votes(const consensus::QuorumProof& proof);
  void settle();
  void observe_nullified() const;
  void observe_silent() const;
  void observe_stale() const;

  const Context& context_;
  Facts& facts_;
  std::shared_ptr<const Electorate> voters_;
  std::vector<consensus::MemberIndex> order_;  // of leaders
  struct Votes {
    std::uint64_t cast = 0, led = 0, lost = 0;
    std::uint64_t newest_step = 0;  // with a vote of its
  };
  std::vector<Votes> votes_;  // in this epoch, by member
  std::uint64_t steps_ = 0;   // of this epoch
  std::vector<std::uint64_t> note_heights_;
};

}  // namespace quipu::audit
