// SPDX-License-Identifier: Apache-2.0
// Rules of mutual recognition: a recogniser's edge to an issuer under an arrangement, and the firms it denies. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class Arrangement;
class EdgeFact;
class EdgeRecord;
}  // namespace v1

// The arrangement, signed by the decision date, with the author and `other` as two of its parties.
std::expected<v1::Arrangement, Rejection> arrangement_between(const Context& at, std::string_view arrangement,
                                                              std::string_view other);

bool is_party(const v1::Arrangement& arrangement, std::string_view country);
// What holds of an edge on the day: the last fact in effect, but an end is for good. nullptr: nothing yet.
const v1::EdgeFact* edge_fact_on(const v1::EdgeRecord& edge, std::string_view day);
// The effect comes at least the arrangement's notice after the day of notification: kNoticeTooShort.
Verdict check_notice(const Context& at, const v1::Arrangement& arrangement, std::string_view notified_on);

Verdict check_recognition_activated(const Context& at, const v1::Event& event);
void act_recognition_activated(const Context& at, const v1::Event& event);
Verdict check_recognition_suspended(const Context& at, const v1::Event& event);
void act_recognition_suspended(const Context& at, const v1::Event& event);
Verdict check_recognition_resumed(const Context& at, const v1::Event& event);
void act_recognition_resumed(const Context& at, const v1::Event& event);
Verdict check_party_withdrawn(const Context& at, const v1::Event& event);
void act_party_withdrawn(const Context& at, const v1::Event& event);
Verdict check_benefits_denied(const Context& at, const v1::Event& event);
void act_benefits_denied(const Context& at, const v1::Event& event);
Verdict check_benefits_restored(const Context& at, const v1::Event& event);
void act_benefits_restored(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
