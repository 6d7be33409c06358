// SPDX-License-Identifier: Apache-2.0
// What a certificate's and an operator's record say about one day, as the routes show it. Any thread.
#pragma once

#include <optional>
#include <string>

#include "node/http/json_answer.h"
#include "node/http/json_writer.h"
#include "node/ledger/date.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger::v1 {
class CertificateRecord;
class OperatorRecord;
}  // namespace quipu::ledger::v1

namespace quipu::http {

// The certificate on one day.
struct CertificateOnDay {
  ledger::CertificateStatus status;
  std::vector<std::string> roles;
  std::vector<std::string> suspended_roles;  // those suspended alone
  std::string valid_from;                    // of the interval that holds the day, else of the newest
  std::string valid_to;
  std::string level;
};
CertificateOnDay certificate_on(const ledger::v1::CertificateRecord& record, ledger::Date day);

// The TIN that names the operator on the day; empty for a natural person.
std::string tin_on(const ledger::v1::OperatorRecord& record, ledger::Date day);

// Fields of an object that is open: number, subject, scheme, status, roles, validity.
void write_certificate(JsonWriter& json, const std::string& issuer, const ledger::v1::CertificateRecord& record,
                       const CertificateOnDay& day);

// Field issuer_stale, when the issuer is, by the time of the state asked.
void write_freshness(JsonWriter& json, const AskedState& asked, std::string_view issuer);

}  // namespace quipu::http
