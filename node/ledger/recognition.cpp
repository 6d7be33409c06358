// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/recognition.h"

#include <algorithm>
#include <cassert>

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"
#include "node/ledger/tin.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kOwnProgramme = "OWN";

// A question made of schema values, and what has been read for it.
struct Look {
  const StateView& state;
  std::string recogniser;
  std::string issuer = {};
  v1::Role role = v1::ROLE_UNSPECIFIED;
  v1::Flow flow = v1::FLOW_UNSPECIFIED;
  Date on;
  std::string day;  // `on` as records spell it
  std::vector<v1::CertificateRecord> certificates = {};
  std::string subject = {};
};

template <class Values, class Value>
bool contains(const Values& values, const Value& value) {
  return std::ranges::find(values, value) != values.end();
}

template <class Values, class Value>
bool all_or_contains(const Values& values, const Value& value) {
  return values.empty() || contains(values, value);
}

Code code_of(CertificateStatus status) {
  switch (status) {
    case CertificateStatus::kNotYetEffective:
      return Code::kNotYetEffective;
    case CertificateStatus::kExpired:
      return Code::kExpired;
    case CertificateStatus::kRevoked:
      return Code::kRevoked;
    case CertificateStatus::kSurrendered:
      return Code::kSurrendered;
    case CertificateStatus::kAnnulled:
      return Code::kAnnulled;
    case CertificateStatus::kSuspended:
      return Code::kSuspended;
    case CertificateStatus::kPendingApproval:
      return Code::kPendingApproval;
    case CertificateStatus::kActive:
      break;
  }
  return Code::kRecognised;
}

// Steps 9 (the certificate's half) to 16.
Code certificate_reason(const Look& look, const v1::CertificateRecord& certificate) {
  if (!contains(roles_on(certificate, look.on), static_cast<int>(look.role))) return Code::kRoleOutOfScope;
  const Code status = code_of(status_on(certificate, look.on));
  if (status != Code::kRecognised) return status;
  const bool role_suspended = contains(suspended_roles_on(certificate, look.on), static_cast<int>(look.role));
  return role_suspended ? Code::kSuspended : Code::kRecognised;
}

// Steps 8 to 16 under the terms of an edge.
Code pair_reason(const Look& look, const v1::EdgeFact& terms, const v1::CertificateRecord& certificate) {
  if (!contains(terms.schemes(), static_cast<int>(certificate.scheme()))) return Code::kSchemeOutOfScope;
  if (!all_or_contains(terms.roles(), static_cast<int>(look.role))) return Code::kRoleOutOfScope;
  return certificate_reason(look, certificate);
}

// Step 17.
bool consented(const Look& look, const std::string& arrangement) {
  const auto record = get<v1::ConsentRecord>(look.state, look.issuer, look.subject);
  if (!record) return false;
  const auto& facts = record->facts();
  for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) {
    if (fact->effective_from() <= look.day && all_or_contains(fact->arrangements(), arrangement)) {
      return fact->granted();
    }
  }
  return false;
}

// Step 18.
bool denied(const Look& look, const std::string& arrangement) {
  const auto record = get<v1::DenialRecord>(look.state, look.recogniser, join(arrangement, look.issuer, look.subject));
  const v1::DenialFact* last = record ? in_effect(record->facts(), look.day) : nullptr;
  return last && last->denied() && (last->until().empty() || look.day <= last->until());
}

// Steps 17 and 18 are the operator's, whichever certificate came so far.
Code operator_reason(const Look& look, const v1::Arrangement& arrangement) {
  if (arrangement.consent_required() && !consented(look, arrangement.arrangement())) return Code::kNoConsent;
  return denied(look, arrangement.arrangement()) ? Code::kBenefitsDenied : Code::kRecognised;
}

// Steps 5 to 7; `terms` is set when the edge is live.
Code edge_reason(const Look& look, const v1::EdgeRecord& edge, const v1::EdgeFact*& terms) {
  const v1::EdgeFact* last = nullptr;
  for (const v1::EdgeFact& fact : edge.facts()) {
    if (fact.effective_from() > look.day) break;
    last = &fact;
    if (fact.change() == v1::EDGE_ACTIVATED) terms = &fact;
  }
  if (!terms) return Code::kArrangementNotEffective;
  if (last->change() == v1::EDGE_SUSPENDED || last->change() == v1::EDGE_ENDED) return Code::kRecognitionSuspended;
  return all_or_contains(terms->flows(), static_cast<int>(look.flow)) ? Code::kRecognised : Code::kFlowOutOfScope;
}

std::string certificate_id(const Look& look, const v1::CertificateRecord& certificate) {
  return join(look.issuer, certificate.certificate());
}

// The certificate that comes furthest; the earliest granted among equals.
template <class Reason>
RecognitionResult best_certificate(const Look& look, std::string arrangement, const Reason& reason) {
  RecognitionResult best{std::move(arrangement), "", Code::kNoCertificate, {}};
  for (const v1::CertificateRecord& certificate : look.certificates) {
    const Code code = reason(certificate);
    if (!best.certificate.empty() && code <= best.reason) continue;
    best.certificate = certificate_id(look, certificate);
    best.reason = code;
  }
  return best;
}

RecognitionResult result_under(const Look& look, const v1::Arrangement& arrangement) {
  const std::string& id = arrangement.arrangement();
  const auto edge = get<v1::EdgeRecord>(look.state, look.recogniser, join(id, look.issuer));
  const v1::EdgeFact* terms = nullptr;
  const Code open = edge ? edge_reason(look, *edge, terms) : Code::kArrangementNotEffective;
  RecognitionResult best = best_certificate(look, id, [&](const v1::CertificateRecord& certificate) {
    return open == Code::kRecognised ? pair_reason(look, *terms, certificate) : open;
  });
  if (best.reason == Code::kRecognised) best.reason = operator_reason(look, arrangement);
  if (best.reason == Code::kRecognised) best.benefits.assign(terms->benefits().begin(), terms->benefits().end());
  return best;
}

// In force on the day, with both as parties; ascending by id.
std::vector<v1::Arrangement> arrangements_between(const Look& look) {
  std::vector<v1::Arrangement> found;
  const auto index = get<v1::ArrangementIndex>(look.state, "--", "arrangements");
  if (!index) return found;
  for (const v1::ArrangementParties& each : index->arrangements()) {
    if (!contains(each.parties(), look.recogniser) || !contains(each.parties(), look.issuer)) continue;
    auto record = get<v1::ArrangementRecord>(look.state, "--", join("arrangement", each.arrangement()));
    assert(record);
    if (record->arrangement().signed_on() <= look.day) found.push_back(std::move(*record->mutable_arrangement()));
  }
  return found;
}

std::vector<RecognitionResult> results_of(const Look& look) {
  if (look.issuer == look.recogniser) {
    return {best_certificate(look, std::string(kOwnProgramme),
                             [&](const auto& certificate) { return certificate_reason(look, certificate); })};
  }
  std::vector<RecognitionResult> results;
  for (const v1::Arrangement& arrangement : arrangements_between(look)) {
    results.push_back(result_under(look, arrangement));
  }
  return results;
}

void read_operator(Look& look, const v1::OperatorRecord& firm) {
  look.subject = firm.subject();
  for (const std::string& number : firm.certificates()) {
    auto certificate = get<v1::CertificateRecord>(look.state, look.issuer, number);
    assert(certificate);
    look.certificates.push_back(*std::move(certificate));
  }
}

RecognitionAnswer answer_from(const Look& look, std::vector<RecognitionResult> results) {
  // With certificates, no pair at all means that no arrangement joins the two.
  Code furthest = look.certificates.empty() ? Code::kNoCertificate : Code::kNoArrangement;
  for (const RecognitionResult& result : results) furthest = std::max(furthest, result.reason);
  return {furthest == Code::kRecognised, furthest, join(look.issuer, look.subject), std::move(results)};
}

}  // namespace

std::expected<RecognitionAnswer, std::string> recognise(const StateView& state, const RecognitionQuestion& question) {
  Look look{.state = state, .recogniser = question.recogniser, .on = question.on, .day = question.on.text()};
  if (!v1::Role_Parse(question.role, &look.role) || look.role == v1::ROLE_UNSPECIFIED) {
    return std::unexpected("role: not one of the schema's names");
  }
  if (!v1::Flow_Parse(question.flow, &look.flow) || look.flow == v1::FLOW_UNSPECIFIED) {
    return std::unexpected("flow: must be IMPORT or EXPORT");
  }
  if (!well_formed_country(question.recogniser)) return std::unexpected("recogniser: must be two capitals");

  const auto tin = normalise_tin(question.tin);
  if (!tin) return RecognitionAnswer{false, Code::kTinMalformed, "", {}};
  const auto firm = find_operator(state, *tin, question.on);
  if (!firm) return RecognitionAnswer{false, Code::kTinUnknown, "", {}};
  look.issuer = tin->substr(0, 2);
  read_operator(look, *firm);
  return answer_from(look, results_of(look));
}

}  // namespace quipu::ledger
