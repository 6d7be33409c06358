// SPDX-License-Identifier: Apache-2.0
// What a certificate's record says about a day (docs/rules.md, "Status on a day"). Pure.
#pragma once

#include <string_view>
#include <vector>

#include "node/ledger/date.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

namespace v1 {
class CertificateRecord;
class OperatorRecord;
}  // namespace v1

enum class CertificateStatus : std::uint8_t {
  kNotYetEffective,
  kActive,
  kSuspended,
  kExpired,
  kRevoked,
  kSurrendered,
  kAnnulled,
  kPendingApproval,
};
std::string_view name_of(CertificateStatus status);  // "ACTIVE"

CertificateStatus status_on(const v1::CertificateRecord& certificate, Date day);
// Roles held on the day (amendments applied), as schema numbers ascending, and those of them suspended alone.
std::vector<int> roles_on(const v1::CertificateRecord& certificate, Date day);
std::vector<int> suspended_roles_on(const v1::CertificateRecord& certificate, Date day);

}  // namespace quipu::ledger
