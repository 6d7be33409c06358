// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/programme.h"

#include <algorithm>
#include <cassert>
#include <functional>

#include "crypto/merkle.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

constexpr std::int32_t kFreshDays = 7;

using EachCertificate = std::function<void(const v1::CertificateRecord&)>;

void for_each_certificate(const StateView& state, std::string_view issuer, const EachCertificate& each) {
  v1::CertificateRecord record;
  state.scan(map_prefix(RecordType::kCertificate, issuer), [&](const MapKey&, BytesView value) {
    [[maybe_unused]] const bool parsed = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    assert(parsed);  // only rules write records
    each(record);
    return true;
  });
}

void count_applications(const StateView& state, std::string_view issuer, std::string_view month,
                        ProgrammeFigures& figures) {
  v1::ApplicationRecord record;
  state.scan(map_prefix(RecordType::kApplication, issuer), [&](const MapKey&, BytesView value) {
    [[maybe_unused]] const bool parsed = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
    assert(parsed);  // only rules write records
    figures.applications += record.filed().filed_on().starts_with(month);
    figures.refused += record.outcome() == v1::REFUSED && record.closed_on().starts_with(month);
    return true;
  });
}

bool over(CertificateStatus status) {
  return status == CertificateStatus::kRevoked || status == CertificateStatus::kSurrendered ||
         status == CertificateStatus::kExpired;
}

bool in_effect(CertificateStatus status) {
  return status == CertificateStatus::kActive || status == CertificateStatus::kSuspended || over(status);
}

}  // namespace

std::vector<std::string> active_certificates(const StateView& state, std::string_view issuer, Date day) {
  std::vector<std::string> numbers;
  for_each_certificate(state, issuer, [&](const v1::CertificateRecord& certificate) {
    if (status_on(certificate, day) == CertificateStatus::kActive) numbers.push_back(certificate.certificate());
  });
  std::ranges::sort(numbers);
  return numbers;
}

crypto::Digest list_root(const std::vector<std::string>& numbers) {
  crypto::CompactRange tree;
  for (const std::string& number : numbers) tree.append(crypto::leaf_hash(number));
  return tree.root();
}

ProgrammeFigures programme_figures(const StateView& state, std::string_view issuer, std::string_view month) {
  const Date last = *last_day_of(month);
  const Date before = Date::parse(std::string(month) + "-01")->plus(-1);
  ProgrammeFigures figures;
  for_each_certificate(state, issuer, [&](const v1::CertificateRecord& certificate) {
    const CertificateStatus then = status_on(certificate, before);
    const CertificateStatus now = status_on(certificate, last);
    figures.active += now == CertificateStatus::kActive;
    figures.suspended += now == CertificateStatus::kSuspended;
    figures.granted += then == CertificateStatus::kNotYetEffective && in_effect(now);
    figures.ended += over(now) && !over(then);
  });
  count_applications(state, issuer, month, figures);
  return figures;
}

std::optional<Date> last_day_of(std::string_view month) {
  const auto first = Date::parse(std::string(month) + "-01");
  if (!first) return std::nullopt;
  Date last = first->plus(27);
  while (last.plus(1).text().starts_with(month)) last = last.plus(1);
  return last;
}

bool issuer_stale(const StateView& state, std::string_view issuer, std::uint64_t block_time_ms) {
  const auto programme = get<v1::ProgrammeRecord>(state, issuer, "");
  const auto as_of = programme ? Date::parse(programme->list().as_of()) : std::nullopt;
  return !as_of || Date::of(block_time_ms, 0) > as_of->plus(kFreshDays);
}

}  // namespace quipu::ledger
