// SPDX-License-Identifier: Apache-2.0
// Whose answers rest on one certificate, and on which days: what each administration's look-ups say of its firm, as far
// as this certificate decides them. Any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "node/ledger/codes.h"
#include "node/ledger/date.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger::v1 {
class CertificateRecord;
}  // namespace quipu::ledger::v1

namespace quipu::http {

struct RelianceQuestion {
  const ledger::StateView& state;
  std::string issuer;
  const ledger::v1::CertificateRecord& record;  // as in `state`
  ledger::Date first, last;
  std::string recogniser = {};  // empty: every partner of the issuer
};

// Both days included; the answer is the same on all of them.
struct Reliance {
  std::string recogniser;
  ledger::Date from, to;
  ledger::Code reason;  // the furthest that any role and flow comes
  std::set<std::string> arrangements;
};

// Ascending by recogniser, then day. Left out are days on which nothing of the certificate is asked: recognition not
// live, its scheme outside. Reads every arrangement and asks once for each partner, role, flow and day of change.
std::vector<Reliance> reliances(const RelianceQuestion& question);

}  // namespace quipu::http
