// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/corrections.h"

#include <algorithm>
#include <charconv>

#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/corrected_facts.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::int32_t kLongestDelayDays = 366;

// The effect of a revocation or an annulment is not among them: what takes a right away is undone by an appeal or the
// administration's own motion, in the open. Nor is a decision's date: what preconditions held was asked of it.
constexpr CorrectableField kFields[] = {
    {v1::Event::kValidationRecorded, "from", ValueForm::kDay},
    {v1::Event::kValidationRecorded, "to", ValueForm::kDay},
    {v1::Event::kCertificateGranted, "effective_from", ValueForm::kDay},
    {v1::Event::kCertificateGranted, "valid_to", ValueForm::kDayOrNone},
    {v1::Event::kCertificateGranted, "national_label", ValueForm::kLabel},
    {v1::Event::kCertificateGranted, "level", ValueForm::kLevel},
    {v1::Event::kCertificateGranted, "validation_date", ValueForm::kDayOrNone},
    {v1::Event::kCertificateGranted, "sites", ValueForm::kNumber},
    {v1::Event::kCertificateGranted, "sites_commitment", ValueForm::kHash},
    {v1::Event::kCertificateAmended, "effective_from", ValueForm::kDay},
    {v1::Event::kCertificateAmended, "level", ValueForm::kLevel},
    {v1::Event::kCertificateAmended, "sites", ValueForm::kNumber},
    {v1::Event::kCertificateAmended, "sites_commitment", ValueForm::kHash},
    {v1::Event::kCertificateRenewed, "effective_from", ValueForm::kDay},
    {v1::Event::kCertificateRenewed, "valid_to", ValueForm::kDayOrNone},
    {v1::Event::kCertificateRenewed, "validation_date", ValueForm::kDayOrNone},
    {v1::Event::kCertificateExtended, "valid_to", ValueForm::kDayOrNone},
    {v1::Event::kCertificateSuspended, "effective_from", ValueForm::kDay},
    {v1::Event::kCertificateSuspended, "until", ValueForm::kDayOrNone},
    {v1::Event::kSuspensionProlonged, "until", ValueForm::kDay},
    {v1::Event::kCertificateReinstated, "effective_from", ValueForm::kDay},
    {v1::Event::kCertificateRevoked, "reapply_not_before", ValueForm::kDayOrNone},
    {v1::Event::kCertificateSurrendered, "effective_from", ValueForm::kDay},
    {v1::Event::kCertificateSurrendered, "reapply_not_before", ValueForm::kDayOrNone},
};

const CorrectableField* field_named(int statement, std::string_view name) {
  const auto found = std::ranges::find_if(
      kFields, [&](const CorrectableField& each) { return each.statement == statement && each.field == name; });
  return found == std::end(kFields) ? nullptr : &*found;
}

Verdict check_number(std::string_view field, const std::string& value) {
  std::uint32_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  if (std::to_string(number) != value) return refuse(Code::kNumberMalformed, std::string(field));
  return {};
}

Verdict check_hex(std::string_view field, const std::string& value) {
  const auto hash = crypto::from_hex(value);
  if (!hash || crypto::to_hex(*hash) != value) return refuse(Code::kCommitmentMalformed, std::string(field));
  return check_hash_if_any(field, *hash);
}

Verdict check_form(const Context& at, const CorrectableField& row, const std::string& value) {
  switch (row.form) {
    case ValueForm::kDay:
      return check_date(row.field, value);
    case ValueForm::kDayOrNone:
      return check_date_if_any(row.field, value);
    case ValueForm::kLabel:
      return check_label(row.field, value);
    case ValueForm::kLevel:
      return check_code_if_any(at, row.field, value);
    case ValueForm::kNumber:
      return check_number(row.field, value);
    case ValueForm::kHash:
      return check_hex(row.field, value);
  }
  return {};
}

// What held for the event's own effect holds for the corrected one.
Verdict check_effect(const Target& target, const std::string& value) {
  const Date effect = *Date::parse(value);
  if (effect < target.decision) return refuse(Code::kBackdated, "decided on " + target.decision.text());
  if (effect > target.decision.plus(kLongestDelayDays)) {
    return refuse(Code::kEffectTooFar, "decided on " + target.decision.text());
  }
  return {};
}

bool ends_before_start(const std::string& from, const std::string& to) { return !to.empty() && to < from; }

Verdict check_consistent(const v1::CertificateRecord& certificate) {
  for (const v1::Interval& each : certificate.intervals()) {
    if (ends_before_start(each.from(), each.to())) return refuse(Code::kEndBeforeStart, "valid to " + each.to());
  }
  for (const v1::Suspension& each : certificate.suspensions()) {
    if (ends_before_start(each.from(), each.until())) return refuse(Code::kEndBeforeStart, "until " + each.until());
    for (const v1::Reinstatement& end : each.reinstatements()) {
      if (end.effective_from() < each.from()) return refuse(Code::kEndBeforeStart, "ended " + end.effective_from());
    }
  }
  if (!always_holds_a_role(certificate)) return refuse(Code::kRolesEmpty, "effective_from");
  return {};
}

Verdict check_replaced(const std::optional<std::string>& before, const v1::EventCorrected& stated) {
  if (!before) return refuse(Code::kEventWithoutEffect, stated.field());
  if (*before == stated.value()) return refuse(Code::kValueUnchanged, stated.field());
  return {};
}

Verdict check_validation(const Context& at, const Target& target, const v1::EventCorrected& stated) {
  auto record = *get<v1::ValidationRecord>(at.state, at.author, target.about);
  if (at.decision.text() < record.decision_date()) {
    return refuse(Code::kDecisionOutOfOrder, "recorded on " + record.decision_date());
  }
  v1::ValidationRecorded& validation = *record.mutable_validation();
  if (auto other = check_replaced(replace_in(validation, stated.field(), stated.value()), stated); !other) return other;
  if (ends_before_start(validation.from(), validation.to())) return refuse(Code::kEndBeforeStart, stated.field());
  return {};
}

Verdict check_certificate(const Context& at, const Target& target, const v1::EventCorrected& stated) {
  auto certificate = own_certificate(at, target.about);
  if (!certificate) return std::unexpected(certificate.error());
  const auto before = replace_in(*certificate, target, stated.field(), stated.value());
  if (auto replaced = check_replaced(before, stated); !replaced) return replaced;
  return check_consistent(*certificate);
}

v1::Correction correction(const Context& at, const Target& target, const v1::EventCorrected& stated,
                          std::string before) {
  v1::Correction made;
  made.mutable_target()->set_leaf(target.leaf);
  made.mutable_target()->set_event(target.event);
  made.set_field(stated.field());
  made.set_before(std::move(before));
  made.set_value(stated.value());
  *made.mutable_by() = at.place;
  return made;
}

void correct_validation(const Context& at, const Target& target, const v1::EventCorrected& stated) {
  auto record = *get<v1::ValidationRecord>(at.state, at.author, target.about);
  std::string before = replace_in(*record.mutable_validation(), stated.field(), stated.value());
  *record.add_corrections() = correction(at, target, stated, std::move(before));
  remember(at, *record.mutable_history());
  put(at.state, at.author, target.about, record);
}

}  // namespace

std::span<const CorrectableField> correctable_fields() { return kFields; }

Verdict check_event_corrected(const Context& at, const v1::Event& event) {
  const v1::EventCorrected& stated = event.event_corrected();
  const auto target = named_event(at, stated.target());
  if (!target) return std::unexpected(target.error());
  const CorrectableField* row = field_named(target->statement, stated.field());
  if (!row) return refuse(Code::kNotCorrectable, "field");
  if (auto form = check_form(at, *row, stated.value()); !form) return form;
  if (row->field == "effective_from") {
    if (auto effect = check_effect(*target, stated.value()); !effect) return effect;
  }
  const bool validation = target->statement == v1::Event::kValidationRecorded;
  return validation ? check_validation(at, *target, stated) : check_certificate(at, *target, stated);
}

void act_event_corrected(const Context& at, const v1::Event& event) {
  const v1::EventCorrected& stated = event.event_corrected();
  const Target target = *named_event(at, stated.target());
  if (target.statement == v1::Event::kValidationRecorded) return correct_validation(at, target, stated);
  v1::CertificateRecord certificate = certificate_of(at, target.about);
  std::string before = *replace_in(certificate, target, stated.field(), stated.value());
  *certificate.add_corrections() = correction(at, target, stated, std::move(before));
  store(at, certificate);
}

}  // namespace quipu::ledger
