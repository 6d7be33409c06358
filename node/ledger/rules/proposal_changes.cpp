// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/proposal_changes.h"

#include <cassert>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/member_changes.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/rules/register_changes.h"

namespace quipu::ledger {

Verdict check_change(const Context& at, const v1::ProposalOpened& proposal) {
  switch (proposal.change_case()) {
    case v1::ProposalOpened::kMemberAdd:
      return check_member_add(at, proposal.member_add());
    case v1::ProposalOpened::kMemberRemove:
      return check_member_remove(at, proposal.member_remove());
    case v1::ProposalOpened::kParameter:
      return check_parameter(proposal.parameter());
    case v1::ProposalOpened::kArrangement:
      return check_arrangement(at, proposal.arrangement());
    case v1::ProposalOpened::kCodeList:
      return check_code_list(proposal.code_list());
    case v1::ProposalOpened::kKeyRevoke:
      return check_key_revoke(at, proposal.key_revoke());
    case v1::ProposalOpened::kProtocolVersion:
      return check_protocol_version(at, proposal.protocol_version());
    case v1::ProposalOpened::kIndicatorDefinition:
      return check_definition(at, proposal.indicator_definition());
    case v1::ProposalOpened::CHANGE_NOT_SET:
      break;
  }
  return refuse(Code::kFieldMissing, "change");
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
    case v1::ProposalOpened::kParameter:
      return enter_parameter(at, proposal.parameter());
    case v1::ProposalOpened::kArrangement:
      return enter_arrangement(at, proposal.arrangement());
    case v1::ProposalOpened::kCodeList:
      return enter_code_list(at, proposal.code_list());
    case v1::ProposalOpened::kKeyRevoke:
      return act_key_revoke(at, proposal.key_revoke());
    case v1::ProposalOpened::kIndicatorDefinition:
      return enter_definition(at, proposal.indicator_definition());
    case v1::ProposalOpened::kProtocolVersion:
      return act_protocol_version(at, proposal.protocol_version());
    case v1::ProposalOpened::CHANGE_NOT_SET:
      assert(false);  // never passes check_change
  }
}

}  // namespace quipu::ledger
