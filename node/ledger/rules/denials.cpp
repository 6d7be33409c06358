// SPDX-License-Identifier: Apache-2.0
// Benefits denied to one firm, and restored.
#include "node/ledger/rules/arrangements.h"
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

template <class Denial>
std::string denial_id(const Denial& stated) {
  return join(stated.arrangement(), stated.issuer(), stated.subject());
}

template <class Denial>
Verdict check_names(const Denial& stated) {
  return all_of({check_id("arrangement", stated.arrangement()), check_country("issuer", stated.issuer()),
                 check_id("subject", stated.subject())});
}

template <class Denial>
void add_denial_fact(const Context& at, const Denial& stated, v1::DenialFact fact) {
  auto record = get<v1::DenialRecord>(at.state, at.author, denial_id(stated)).value_or(v1::DenialRecord{});
  fact.set_effective_from(at.effect.text());
  *fact.mutable_by() = at.place;
  add_fact(*record.mutable_facts(), std::move(fact));
  remember(at, *record.mutable_history());
  put(at.state, at.author, denial_id(stated), record);
}

}  // namespace

Verdict check_benefits_denied(const Context& at, const v1::Event& event) {
  const v1::BenefitsDenied& stated = event.benefits_denied();
  if (auto names = check_names(stated); !names) return names;
  if (!get<v1::EdgeRecord>(at.state, at.author, join(stated.arrangement(), stated.issuer()))) {
    return refuse(Code::kEdgeUnknown, join(stated.arrangement(), stated.issuer()));
  }
  const auto firm = known_operator(at.state, stated.issuer(), stated.subject());
  if (!firm) return std::unexpected(firm.error());
  return check_last_day("until", stated.until(), at.effect);
}

void act_benefits_denied(const Context& at, const v1::Event& event) {
  v1::DenialFact fact;
  fact.set_denied(true);
  fact.set_until(event.benefits_denied().until());
  fact.set_reason(event.reason());
  add_denial_fact(at, event.benefits_denied(), std::move(fact));
}

Verdict check_benefits_restored(const Context& at, const v1::Event& event) {
  const v1::BenefitsRestored& stated = event.benefits_restored();
  if (auto names = check_names(stated); !names) return names;
  const auto record = get<v1::DenialRecord>(at.state, at.author, denial_id(stated));
  const std::string day = at.decision.text();
  const v1::DenialFact* last = record ? in_effect(record->facts(), day) : nullptr;
  const bool denied = last && last->denied() && (last->until().empty() || day <= last->until());
  if (!denied) return refuse(Code::kNoDenial, denial_id(stated));
  return {};
}

void act_benefits_restored(const Context& at, const v1::Event& event) {
  v1::DenialFact fact;
  fact.set_denied(false);
  fact.set_reason(event.reason());
  add_denial_fact(at, event.benefits_restored(), std::move(fact));
}

}  // namespace quipu::ledger
