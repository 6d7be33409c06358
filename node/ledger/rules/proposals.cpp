// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/proposals.h"

#include <algorithm>
#include <set>

#include "consensus/members.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/proposal_changes.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::int32_t kLongestOpenDays = 366;

Date block_date(std::uint64_t block_time_ms) { return Date::of(block_time_ms, 0); }

bool undecided(const v1::ProposalRecord& record) {
  return record.state() == v1::PROPOSAL_OPEN || record.state() == v1::PROPOSAL_ACCEPTED;
}

// What is still undecided of those that the author has opened.
v1::OpenProposals open_proposals(const Context& at) {
  v1::OpenProposals open;
  const auto listed = get<v1::OpenProposals>(at.state, at.author, "");
  if (!listed) return open;
  for (const std::string& id : listed->proposals()) {
    const auto record = proposal_named(at.state, at.author, id);
    if (record && undecided(*record) && !expired(*record, at.origin.block_time_ms)) open.add_proposals(id);
  }
  return open;
}

Verdict check_expiry(const Context& at, const std::string& expires) {
  if (auto real = check_date("expires", expires); !real) return real;
  const Date today = block_date(at.origin.block_time_ms);
  const Date last = *Date::parse(expires);
  if (last < today || last > today.plus(kLongestOpenDays)) return refuse(Code::kExpiryOutOfRange, expires);
  return {};
}

bool party(const v1::Arrangement& arrangement, const std::string& administration) {
  return std::ranges::find(arrangement.parties(), administration) != arrangement.parties().end();
}

// An arrangement is its parties' own.
bool may_vote(const v1::ProposalOpened& proposal, const std::string& administration) {
  return !proposal.has_arrangement() || party(proposal.arrangement(), administration);
}

Verdict check_may_vote(const Context& at, const v1::ProposalOpened& proposal) {
  if (may_vote(proposal, at.author)) return {};
  return refuse(Code::kNotAParty, at.author + " in " + proposal.arrangement().arrangement());
}

void add_ballot(const Context& at, bool accept, v1::ProposalRecord& record) {
  v1::Ballot& ballot = *record.add_ballots();
  ballot.set_administration(at.author);
  ballot.set_accept(accept);
  *ballot.mutable_by() = at.here;
}

// A yes is the only vote that accepts.
bool would_accept(const Context& at, bool accept, v1::ProposalRecord record) {
  add_ballot(at, accept, record);
  return accept && count_ballots(at.state, record).enough();
}

void decide(const Context& at, v1::ProposalState state, v1::ProposalRecord& record) {
  record.set_state(state);
  *record.mutable_decided_by() = at.here;
  record.set_decided_height(at.origin.height.value);
}

void store(const Context& at, const std::string& opener, v1::ProposalRecord record) {
  remember(at, *record.mutable_history());
  put(at.state, opener, record.opened().proposal(), record);
}

std::size_t ballots_needed(const v1::ProposalOpened& proposal, std::size_t voters) {
  switch (proposal.change_case()) {
    case v1::ProposalOpened::kArrangement:  // it binds its parties alone
      return std::max<std::size_t>(voters, 2);
    case v1::ProposalOpened::kProtocolVersion:  // each yes says that one's node is ready
      return voters;
    default:
      return consensus::quorum_size(voters);
  }
}

}  // namespace

std::expected<v1::ProposalRecord, Rejection> proposal_named(const StateView& state, const std::string& opener,
                                                            const std::string& proposal) {
  if (auto fields = all_of({check_country("author", opener), check_id("proposal", proposal)}); !fields) {
    return std::unexpected(fields.error());
  }
  auto record = get<v1::ProposalRecord>(state, opener, proposal);
  if (!record) return refuse(Code::kProposalUnknown, join(opener, proposal));
  return *std::move(record);
}

BallotCount count_ballots(const StateView& state, const v1::ProposalRecord& record) {
  std::set<std::string> voters;
  for_each_member(state, [&](const v1::MemberRecord& member) {
    if (votes(member) && may_vote(record.opened(), member.administration())) voters.insert(member.administration());
  });
  BallotCount count{.voters = voters.size()};
  for (const v1::Ballot& ballot : record.ballots()) {
    if (voters.contains(ballot.administration())) ++(ballot.accept() ? count.yes : count.no);
  }
  count.needed = ballots_needed(record.opened(), count.voters);
  return count;
}

bool expired(const v1::ProposalRecord& record, std::uint64_t block_time_ms) {
  return undecided(record) && record.opened().expires() < block_date(block_time_ms).text();
}

std::uint32_t version_agreed_to(const StateView& state, const v1::Event& event) {
  if (!event.has_proposal_voted() || !event.proposal_voted().accept()) return 0;
  const auto record = proposal_named(state, event.proposal_voted().author(), event.proposal_voted().proposal());
  return record ? record->opened().protocol_version() : 0;
}

Verdict check_no_effect_stated(const v1::Event& event) {
  if (event.effective_from().empty()) return {};
  return refuse(Code::kEffectByHeight, "effective_from");
}

void bring_into_force(const Context& at, v1::ProposalRecord& record) {
  act_change(at, record.opened());
  record.set_state(v1::PROPOSAL_IN_FORCE);
  record.set_acts_from_height(at.origin.height.next().value);
}

Verdict check_proposal_opened(const Context& at, const v1::Event& event) {
  const v1::ProposalOpened& stated = event.proposal_opened();
  if (auto form = all_of({check_no_effect_stated(event), check_id("proposal", stated.proposal()),
                          check_expiry(at, stated.expires()), check_may_vote(at, stated)});
      !form) {
    return form;
  }
  if (proposal_named(at.state, at.author, stated.proposal())) return refuse(Code::kProposalTaken, stated.proposal());
  if (open_proposals(at).proposals_size() >= static_cast<int>(kOpenProposals)) {
    return refuse(Code::kTooManyProposals, std::to_string(kOpenProposals));
  }
  return check_change(at, stated);
}

void act_proposal_opened(const Context& at, const v1::Event& event) {
  const v1::ProposalOpened& stated = event.proposal_opened();
  v1::OpenProposals open = open_proposals(at);
  open.add_proposals(stated.proposal());
  std::ranges::sort(*open.mutable_proposals());
  put(at.state, at.author, "", open);

  v1::ProposalRecord record;
  *record.mutable_opened() = stated;
  record.set_decision_date(event.decision_date());
  *record.mutable_place() = at.place;
  record.set_state(v1::PROPOSAL_OPEN);
  store(at, at.author, std::move(record));
}

Verdict check_proposal_voted(const Context& at, const v1::Event& event) {
  const v1::ProposalVoted& stated = event.proposal_voted();
  if (auto form = check_no_effect_stated(event); !form) return form;
  const auto record = proposal_named(at.state, stated.author(), stated.proposal());
  if (!record) return std::unexpected(record.error());
  if (record->state() != v1::PROPOSAL_OPEN) return refuse(Code::kProposalClosed, stated.proposal());
  if (expired(*record, at.origin.block_time_ms)) return refuse(Code::kProposalExpired, record->opened().expires());
  if (auto may = check_may_vote(at, record->opened()); !may) return may;
  if (std::ranges::find(record->ballots(), at.author, &v1::Ballot::administration) != record->ballots().end()) {
    return refuse(Code::kAlreadyVoted, stated.proposal());
  }
  return would_accept(at, stated.accept(), *record) ? check_change(at, record->opened()) : Verdict{};
}

void act_proposal_voted(const Context& at, const v1::Event& event) {
  const v1::ProposalVoted& stated = event.proposal_voted();
  v1::ProposalRecord record = *proposal_named(at.state, stated.author(), stated.proposal());
  add_ballot(at, stated.accept(), record);
  const BallotCount count = count_ballots(at.state, record);
  if (stated.accept() && count.enough()) {
    decide(at, v1::PROPOSAL_ACCEPTED, record);
    if (!waits_for_readiness(at.state, record.opened())) bring_into_force(at, record);
  } else if (count.in_vain()) {
    decide(at, v1::PROPOSAL_REJECTED, record);
  }
  store(at, stated.author(), std::move(record));
}

}  // namespace quipu::ledger
