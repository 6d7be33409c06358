// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/proposal_changes.h"

#include <cassert>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/member_changes.h"

namespace quipu::ledger {

Verdict check_change(const Context& at, const v1::ProposalOpened& proposal) {
  switch (proposal.change_case()) {
    case v1::ProposalOpened::kMemberAdd:
      return check_member_add(at, proposal.member_add());
    case v1::ProposalOpened::kMemberRemove:
      return check_member_remove(at, proposal.member_remove());
    case v1::ProposalOpened::CHANGE_NOT_SET:
      return refuse(Code::kFieldMissing, "change");
    default:
      return refuse(Code::kNotYetSupported, "change");
  }
}

bool waits_for_readiness(const StateView& state, const v1::ProposalOpened& proposal) {
  return proposal.has_member_add() && brings_vote_key(state, proposal.member_add());
}

void act_change(const Context& at, const v1::ProposalOpened& proposal) {
  switch (proposal.change_case()) {
    case v1::ProposalOpened::kMemberAdd:
      return act_member_add(at, proposal.member_add());
    case v1::ProposalOpened::kMemberRemove:
      return act_member_remove(at, proposal.member_remove());
    default:
      assert(false);
  }
}

}  // namespace quipu::ledger
