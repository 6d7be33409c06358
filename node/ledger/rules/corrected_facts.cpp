// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/corrected_facts.h"

#include <algorithm>
#include <charconv>

#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

using Replaced = std::optional<std::string>;  // what stood there before

std::string replace(std::string& slot, const std::string& value) { return std::exchange(slot, value); }

template <class Facts>
auto stated_by(Facts& facts, const Target& target) -> decltype(&*facts.begin()) {
  const auto found = std::ranges::find_if(facts, [&](const auto& fact) { return same_place(fact.by(), target); });
  return found == facts.end() ? nullptr : &*found;
}

template <class Facts>
void take_out(Facts& facts, const Target& target) {
  const auto found = std::ranges::find_if(facts, [&](const auto& fact) { return same_place(fact.by(), target); });
  if (found != facts.end()) facts.erase(found);
}

// Takes the fact out and puts it back where its new day belongs.
template <class Facts>
Replaced move_fact(Facts& facts, const Target& target, const std::string& value) {
  const auto* fact = stated_by(facts, target);
  if (!fact) return std::nullopt;
  auto moved = *fact;
  take_out(facts, target);
  const std::string before = replace(*moved.mutable_effective_from(), value);
  add_fact(facts, std::move(moved));
  return before;
}

Replaced replace_first_day(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  v1::Interval* interval = stated_by(*certificate.mutable_intervals(), target);
  if (!interval) return std::nullopt;
  if (same_place(certificate.grant(), target)) certificate.set_granted_from(value);
  return replace(*interval->mutable_from(), value);
}

Replaced replace_amendment_day(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  const Replaced of_roles = move_fact(*certificate.mutable_role_changes(), target, value);
  const Replaced of_terms = move_fact(*certificate.mutable_terms(), target, value);
  return of_roles ? of_roles : of_terms;
}

Replaced replace_reinstatement_day(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  Replaced before;
  for (v1::Suspension& each : *certificate.mutable_suspensions()) {
    v1::Reinstatement* stated = stated_by(*each.mutable_reinstatements(), target);
    if (stated) before = replace(*stated->mutable_effective_from(), value);
  }
  return before;
}

Replaced replace_effect(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  switch (target.statement) {
    case v1::Event::kCertificateAmended:
      return replace_amendment_day(certificate, target, value);
    case v1::Event::kCertificateReinstated:
      return replace_reinstatement_day(certificate, target, value);
    case v1::Event::kCertificateSuspended: {
      v1::Suspension* suspension = stated_by(*certificate.mutable_suspensions(), target);
      return suspension ? Replaced(replace(*suspension->mutable_from(), value)) : std::nullopt;
    }
    case v1::Event::kCertificateSurrendered: {
      v1::End* end = stated_by(*certificate.mutable_ends(), target);
      return end ? Replaced(replace(*end->mutable_effective_from(), value)) : std::nullopt;
    }
    default:
      return replace_first_day(certificate, target, value);
  }
}

// An extension has the last word on an interval's end, a prolongation on an announced day.
Replaced replace_valid_to(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  for (v1::Interval& each : *certificate.mutable_intervals()) {
    if (same_place(each.has_to_by() ? each.to_by() : each.by(), target)) return replace(*each.mutable_to(), value);
  }
  return std::nullopt;
}

Replaced replace_until(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  Replaced before;
  for (v1::Suspension& each : *certificate.mutable_suspensions()) {
    const v1::LogPlace& set_by = each.has_until_by() ? each.until_by() : each.by();
    if (same_place(set_by, target)) before = replace(*each.mutable_until(), value);
  }
  return before;
}

Replaced replace_label(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  if (!same_place(certificate.grant(), target)) return std::nullopt;
  return replace(*certificate.mutable_national_label(), value);
}

std::string replace_sites(v1::Terms& terms, const std::string& value) {
  std::uint32_t sites = 0;
  std::from_chars(value.data(), value.data() + value.size(), sites);
  const std::uint32_t before = terms.sites();
  terms.set_sites(sites);
  return std::to_string(before);
}

std::string replace_commitment(v1::Terms& terms, const std::string& value) {
  const std::string before = crypto::to_hex(terms.sites_commitment());
  terms.set_sites_commitment(*crypto::from_hex(value));
  return before;
}

Replaced replace_terms(v1::CertificateRecord& certificate, const Target& target, std::string_view field,
                       const std::string& value) {
  v1::Terms* terms = stated_by(*certificate.mutable_terms(), target);
  if (!terms) return std::nullopt;
  if (field == "sites") return replace_sites(*terms, value);
  return field == "level" ? replace(*terms->mutable_level(), value) : replace_commitment(*terms, value);
}

// A grant or a renewal that named no such date may be given one, and the other way round.
Replaced replace_validation_date(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  const v1::Interval* interval = stated_by(*certificate.mutable_intervals(), target);
  if (!interval) return std::nullopt;
  auto& dates = *certificate.mutable_validation_dates();
  const v1::ValidationDate* date = stated_by(dates, target);
  std::string before = date ? date->date() : "";
  take_out(dates, target);
  if (value.empty()) return before;
  v1::ValidationDate& corrected = *dates.Add();
  corrected.set_date(value);
  *corrected.mutable_by() = interval->by();
  std::ranges::stable_sort(dates, {}, [](const auto& each) { return std::pair(each.by().leaf(), each.by().event()); });
  return before;
}

Replaced replace_ban(v1::CertificateRecord& certificate, const Target& target, const std::string& value) {
  v1::End* end = stated_by(*certificate.mutable_ends(), target);
  return end ? Replaced(replace(*end->mutable_reapply_not_before(), value)) : std::nullopt;
}

}  // namespace

std::optional<std::string> replace_in(v1::CertificateRecord& certificate, const Target& target, std::string_view field,
                                      const std::string& value) {
  if (field == "effective_from") return replace_effect(certificate, target, value);
  if (field == "valid_to") return replace_valid_to(certificate, target, value);
  if (field == "until") return replace_until(certificate, target, value);
  if (field == "national_label") return replace_label(certificate, target, value);
  if (field == "validation_date") return replace_validation_date(certificate, target, value);
  if (field == "reapply_not_before") return replace_ban(certificate, target, value);
  return replace_terms(certificate, target, field, value);
}

std::string replace_in(v1::ValidationRecorded& validation, std::string_view field, const std::string& value) {
  return replace(field == "from" ? *validation.mutable_from() : *validation.mutable_to(), value);
}

}  // namespace quipu::ledger
