// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// ConsentGranted and ConsentWithdrawn have the same fields.
template <class Consent>
Verdict check_consent(const Context& at, const Consent& stated) {
  for (const std::string& arrangement : stated.arrangements()) {
    if (auto formed = check_id("arrangements", arrangement); !formed) return formed;
    if (!arrangement_in_force(at, arrangement)) {
      return refuse(Code::kArrangementUnknown, arrangement);
    }
  }
  return check_hash_if_any("evidence_commitment", stated.evidence_commitment());
}

template <class Consent>
void act_consent(const Context& at, const Consent& stated, bool granted) {
  auto record = get<v1::ConsentRecord>(at.state, at.author, stated.subject()).value_or(v1::ConsentRecord{});
  v1::ConsentFact fact;
  fact.set_effective_from(at.effect.text());
  fact.set_granted(granted);
  *fact.mutable_arrangements() = stated.arrangements();
  *fact.mutable_by() = at.place;
  add_fact(*record.mutable_facts(), std::move(fact));
  remember(at, *record.mutable_history());
  put(at.state, at.author, stated.subject(), record);
}

}  // namespace

Verdict check_consent_granted(const Context& at, const v1::Event& event) {
  if (auto firm = unerased_operator(at, event.consent_granted().subject()); !firm) return std::unexpected(firm.error());
  return check_consent(at, event.consent_granted());
}
void act_consent_granted(const Context& at, const v1::Event& event) { act_consent(at, event.consent_granted(), true); }

Verdict check_consent_withdrawn(const Context& at, const v1::Event& event) {
  if (auto firm = own_operator(at, event.consent_withdrawn().subject()); !firm) return std::unexpected(firm.error());
  return check_consent(at, event.consent_withdrawn());
}
void act_consent_withdrawn(const Context& at, const v1::Event& event) {
  act_consent(at, event.consent_withdrawn(), false);
}

bool consent_in_force(const StateView& state, std::string_view issuer, std::string_view subject,
                      std::string_view arrangement, std::string_view day) {
  const auto record = get<v1::ConsentRecord>(state, issuer, subject);
  if (!record) return false;
  const auto covers = [&](const v1::ConsentFact& fact) {
    return fact.arrangements().empty() ||
           std::ranges::find(fact.arrangements(), arrangement) != fact.arrangements().end();
  };
  const auto& facts = record->facts();
  for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) {
    if (fact->effective_from() <= day && covers(*fact)) return fact->granted();
  }
  return false;
}

}  // namespace quipu::ledger
