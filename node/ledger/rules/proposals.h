// SPDX-License-Identifier: Apache-2.0
// Governance: a member proposes a change, members vote on it, and it acts once enough of those that vote at that moment
// have said yes. Pure.
#pragma once

#include <expected>
#include <string>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class ProposalRecord;
}

// How many proposals of one administration may be undecided at a time: each is checked anew by every vote.
inline constexpr std::size_t kOpenProposals = 16;

// As its opener and id name it; kProposalUnknown.
std::expected<v1::ProposalRecord, Rejection> proposal_named(const StateView& state, const std::string& opener,
                                                            const std::string& proposal);
// The votes cast by those that vote on it now: who has left no longer counts.
struct BallotCount {
  std::size_t voters = 0;
  std::size_t yes = 0;
  std::size_t no = 0;
  std::size_t needed = 0;

  bool enough() const { return yes >= needed; }
  bool in_vain() const { return voters - no < needed; }
};
BallotCount count_ballots(const StateView& state, const v1::ProposalRecord& record);
// Its last day has gone by, in UTC, before it came into force.
bool expired(const v1::ProposalRecord& record, std::uint64_t block_time_ms);
// A governance event states no day of effect: the log gives it.
Verdict check_no_effect_stated(const v1::Event& event);
// The change acts, from the next height on. Requires check_change() (proposal_changes.h).
void bring_into_force(const Context& at, v1::ProposalRecord& record);

// Which version of the protocol this event is a yes to; 0 when it is none.
std::uint32_t version_agreed_to(const StateView& state, const v1::Event& event);

Verdict check_proposal_opened(const Context& at, const v1::Event& event);
void act_proposal_opened(const Context& at, const v1::Event& event);
Verdict check_proposal_voted(const Context& at, const v1::Event& event);
void act_proposal_voted(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
