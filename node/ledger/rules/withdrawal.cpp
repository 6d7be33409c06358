// SPDX-License-Identifier: Apache-2.0
// A party leaves an arrangement: from the effect on, nobody recognises its firms under it, and it recognises nobody's.
#include "node/ledger/rules/arrangements.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// The edge may be another's: how full its record is must keep nobody from leaving.
void end_edge(const Context& at, const std::string& recogniser, const std::string& id, const std::string& notified_on) {
  auto edge = get<v1::EdgeRecord>(at.state, recogniser, id);
  if (!edge) return;
  v1::EdgeFact fact;
  fact.set_effective_from(at.effect.text());
  fact.set_change(v1::EDGE_ENDED);
  fact.set_notified_on(notified_on);
  *fact.mutable_by() = at.place;
  add_fact(*edge->mutable_facts(), std::move(fact));
  int uncounted = 0;
  remember(at, *edge->mutable_history(), uncounted);
  put(at.state, recogniser, id, *edge);
}

}  // namespace

Verdict check_party_withdrawn(const Context& at, const v1::Event& event) {
  const v1::PartyWithdrawn& stated = event.party_withdrawn();
  if (auto formed = check_id("arrangement", stated.arrangement()); !formed) return formed;
  const auto arrangement = arrangement_in_force(at, stated.arrangement());
  if (!arrangement) return refuse(Code::kArrangementUnknown, stated.arrangement());
  if (!is_party(*arrangement, at.author)) return refuse(Code::kNotAParty, at.author + " in " + stated.arrangement());
  if (at.decision.text() < arrangement->signed_on()) {
    return refuse(Code::kArrangementNotInForce, "signed on " + arrangement->signed_on());
  }
  if (has_withdrawn(at.state, stated.arrangement(), at.author)) return refuse(Code::kPartyHasWithdrawn, at.author);
  return check_notice(at, *arrangement, stated.notified_on());
}

void act_party_withdrawn(const Context& at, const v1::Event& event) {
  const v1::PartyWithdrawn& stated = event.party_withdrawn();
  const auto arrangement = arrangement_in_force(at, stated.arrangement());
  enter_withdrawal(at, stated);
  for (const std::string& other : arrangement->parties()) {
    if (other == at.author) continue;
    end_edge(at, at.author, join(stated.arrangement(), other), stated.notified_on());
    end_edge(at, other, join(stated.arrangement(), at.author), stated.notified_on());
  }
}

}  // namespace quipu::ledger
