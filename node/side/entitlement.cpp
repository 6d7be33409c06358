// SPDX-License-Identifier: Apache-2.0
#include "node/side/entitlement.h"

#include <algorithm>

#include "node/ledger/rules/arrangements.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::side {
namespace {

namespace v1 = ledger::v1;

struct Question {
  const ledger::StateView& state;
  std::string_view recogniser;
  const Subject& subject;
  std::string day;
};

bool has_party(const v1::ArrangementParties& arrangement, std::string_view code) {
  return std::ranges::find(arrangement.parties(), code) != arrangement.parties().end();
}

bool edge_live(const Question& asked, const std::string& arrangement) {
  const auto edge =
      ledger::get<v1::EdgeRecord>(asked.state, asked.recogniser, ledger::join(arrangement, asked.subject.issuer));
  const v1::EdgeFact* fact = edge ? ledger::edge_fact_on(*edge, asked.day) : nullptr;
  return fact != nullptr && (fact->change() == v1::EDGE_ACTIVATED || fact->change() == v1::EDGE_RESUMED);
}

bool open_under(const Question& asked, const std::string& id) {
  const auto record = ledger::get<v1::ArrangementRecord>(asked.state, "--", ledger::join("arrangement", id));
  if (!record || record->arrangement().signed_on() > asked.day || !edge_live(asked, id)) return false;
  return !record->arrangement().consent_required() ||
         ledger::consent_in_force(asked.state, asked.subject.issuer, asked.subject.id, id, asked.day);
}

bool open_on(const Question& asked) {
  const auto index = ledger::get<v1::ArrangementIndex>(asked.state, "--", "arrangements");
  if (!index) return false;
  return std::ranges::any_of(index->arrangements(), [&](const v1::ArrangementParties& each) {
    return has_party(each, asked.recogniser) && has_party(each, asked.subject.issuer) &&
           open_under(asked, each.arrangement());
  });
}

}  // namespace

std::optional<v1::OperatorRecord> find_subject(const ledger::StateView& state, const Subject& subject) {
  return ledger::get<v1::OperatorRecord>(state, subject.issuer, subject.id);
}

bool is_erased(const v1::OperatorRecord& firm) { return firm.has_erased(); }

Standing standing(const ledger::StateView& state, std::string_view administration, const Subject& subject,
                  const v1::OperatorRecord& firm, const Today& today) {
  if (is_erased(firm)) return Standing::kErased;
  if (administration == subject.issuer) return Standing::kIssuer;
  for (const ledger::Date day : {today.block, today.clock}) {
    if (!open_on({state, administration, subject, day.text()})) return Standing::kNone;
  }
  return Standing::kRecogniser;
}

Standing standing(const ledger::StateView& state, std::string_view administration, const Subject& subject,
                  const Today& today) {
  const auto firm = find_subject(state, subject);
  return firm ? standing(state, administration, subject, *firm, today) : Standing::kUnknown;
}

}  // namespace quipu::side
