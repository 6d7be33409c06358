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
class End;
class OperatorRecord;
class Review;
class Suspension;
class Terms;
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
// Level and sites on the day: of each the last that was stated.
v1::Terms terms_on(const v1::CertificateRecord& certificate, Date day);

// Whether a suspension, an end or an annulment has no effect on the day: undone, or stayed while an appeal is open.
bool lifted_on(const v1::Review& review, Date day);
bool acts_on(const v1::Suspension& suspension, Date day);  // from its effect until reinstated, unless lifted
// It was not overturned, neither as if it had never been nor from some day on.
bool stands(const v1::Review& review);
// An appeal against it waits for its decision.
bool appeal_open(const v1::Review& review);
bool appeal_open(const v1::CertificateRecord& certificate);  // against anything of it

// The revocation or surrender that stands, and whether an annulment does; nullptr: none.
const v1::End* standing_end(const v1::CertificateRecord& certificate);
bool annulled(const v1::CertificateRecord& certificate);

}  // namespace quipu::ledger
