// SPDX-License-Identifier: Apache-2.0
// Rules of applications, on networks that have switched this profile on (parameter `application_profile`). An applicant
// is a commitment: who it is, the ledger knows at the grant. Pure.
#pragma once

#include <string>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class CertificateGranted;
}

// A grant may name the application that it answers: in review, and for this scheme.
Verdict check_application_granted(const Context& at, const v1::CertificateGranted& stated);
// Once the grant has effect; one that waits for approval leaves the application open.
void close_granted_application(const Context& at, const v1::CertificateGranted& stated);

// From now on an application with the author's operator's identity commitment is known to be that operator's. Entered
// where a date is set before which it may not apply again.
void enter_applicant(const Context& at, const std::string& subject);

Verdict check_application_filed(const Context& at, const v1::Event& event);
void act_application_filed(const Context& at, const v1::Event& event);
Verdict check_application_accepted(const Context& at, const v1::Event& event);
void act_application_accepted(const Context& at, const v1::Event& event);
Verdict check_decision_extended(const Context& at, const v1::Event& event);
void act_decision_extended(const Context& at, const v1::Event& event);
Verdict check_application_closed(const Context& at, const v1::Event& event);
void act_application_closed(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
