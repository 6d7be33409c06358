// SPDX-License-Identifier: Apache-2.0
// Experts who may sign validations across the region, each known by an id that tells nothing.
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/validations.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kAnyAdministration = "--";
constexpr int kMostSkills = 64;

Verdict check_codes(const Context& at, std::string_view list, std::string_view field,
                    const google::protobuf::RepeatedPtrField<std::string>& codes) {
  if (codes.size() > kMostSkills) return refuse(Code::kTooManyNamed, std::string(field));
  for (const std::string& code : codes) {
    if (auto listed = check_code(at, list, code); !listed) return listed;
  }
  return check_ascending(field, codes);
}

// The last day: as announced, or the day before the accreditation ended.
bool accredited(const v1::ExpertRecord& record, std::string_view from, std::string_view to) {
  const std::string& until = record.expert().until();
  if (from < record.accredited_from()) return false;
  if (!until.empty() && to > until) return false;
  return record.ended_from().empty() || to < record.ended_from();
}

}  // namespace

Verdict check_accredited(const StateView& state, const std::string& expert, std::string_view from,
                         std::string_view to) {
  if (auto formed = check_id("experts", expert); !formed) return formed;
  const auto home = get<v1::ExpertHome>(state, kAnyAdministration, expert);
  const auto record = home ? get<v1::ExpertRecord>(state, home->administration(), expert) : std::nullopt;
  if (record && accredited(*record, from, to)) return {};
  return refuse(Code::kExpertUnknown, expert);
}

Verdict check_expert_accredited(const Context& at, const v1::Event& event) {
  const v1::ExpertAccredited& stated = event.expert_accredited();
  if (auto fields =
          all_of({check_id("expert", stated.expert()), check_codes(at, "language", "languages", stated.languages()),
                  check_codes(at, "expert_field", "fields", stated.fields()),
                  check_last_day("until", stated.until(), at.effect)});
      !fields) {
    return fields;
  }
  const auto home = get<v1::ExpertHome>(at.state, kAnyAdministration, stated.expert());
  if (home) return refuse(Code::kExpertTaken, join(home->administration(), stated.expert()));
  return {};
}

void act_expert_accredited(const Context& at, const v1::Event& event) {
  v1::ExpertRecord record;
  *record.mutable_expert() = event.expert_accredited();
  record.set_accredited_from(at.effect.text());
  remember(at, *record.mutable_history());
  put(at.state, at.author, record.expert().expert(), record);
  v1::ExpertHome home;
  home.set_administration(at.author);
  put(at.state, kAnyAdministration, record.expert().expert(), home);
}

Verdict check_expert_accreditation_ended(const Context& at, const v1::Event& event) {
  const std::string& expert = event.expert_accreditation_ended().expert();
  if (auto formed = check_id("expert", expert); !formed) return formed;
  const auto record = get<v1::ExpertRecord>(at.state, at.author, expert);
  if (!record) return refuse(Code::kNotYourExpert, join(at.author, expert));
  const std::string& until = record->expert().until();
  if (!record->ended_from().empty()) return refuse(Code::kAccreditationEnded, "from " + record->ended_from());
  if (!until.empty() && until < at.decision.text()) return refuse(Code::kAccreditationEnded, "ran until " + until);
  return {};
}

void act_expert_accreditation_ended(const Context& at, const v1::Event& event) {
  const std::string& expert = event.expert_accreditation_ended().expert();
  v1::ExpertRecord record = *get<v1::ExpertRecord>(at.state, at.author, expert);
  record.set_ended_from(at.effect.text());
  remember(at, *record.mutable_history());
  put(at.state, at.author, expert, record);
}

}  // namespace quipu::ledger
