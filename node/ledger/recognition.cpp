// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/recognition.h"

#include <algorithm>
#include <cassert>

#include "node/ledger/disputes.h"
#include "node/ledger/edge.h"
#include "node/ledger/rules/aliases.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"
#include "node/ledger/tin.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kOwnProgramme = "OWN";
constexpr std::size_t kSaltBytes = 32;

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

// Step 18.
bool denied(const Look& look, const std::string& arrangement) {
  const auto record = get<v1::DenialRecord>(look.state, look.recogniser, join(arrangement, look.issuer, look.subject));
  const v1::DenialFact* last = record ? in_effect(record->facts(), look.day) : nullptr;
  return last && last->denied() && (last->until().empty() || look.day <= last->until());
}

// Steps 17 and 18 are the operator's, whichever certificate came so far.
Code operator_reason(const Look& look, const v1::Arrangement& arrangement) {
  if (arrangement.consent_required() &&
      !consent_in_force(look.state, look.issuer, look.subject, arrangement.arrangement(), look.day))
    return Code::kNoConsent;
  return denied(look, arrangement.arrangement()) ? Code::kBenefitsDenied : Code::kRecognised;
}

// Steps 5 to 7; `terms` is set when the edge is live.
Code edge_reason(const Look& look, const v1::EdgeRecord& edge, const v1::EdgeFact*& terms) {
  const EdgeOn on = edge_on(edge, look.day);
  terms = on.terms;
  if (!terms) return Code::kArrangementNotEffective;
  if (on.status != EdgeStatus::kLive) return Code::kRecognitionSuspended;
  return all_or_contains(terms->flows(), static_cast<int>(look.flow)) ? Code::kRecognised : Code::kFlowOutOfScope;
}

std::string certificate_id(const Look& look, const v1::CertificateRecord& certificate) {
  return join(look.issuer, certificate.certificate());
}

// The certificate that comes furthest; the earliest granted among equals.
template <class Reason>
RecognitionResult best_certificate(const Look& look, std::string arrangement, const Reason& reason) {
  RecognitionResult best{
      .arrangement = std::move(arrangement), .certificate = {}, .reason = Code::kNoCertificate, .benefits = {}};
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

// The firm that a question is about, and by which alias it was found.
struct Found {
  std::string issuer;
  v1::OperatorRecord firm;
  std::string alias = {};
};

std::expected<Found, Code> found_by_tin(const StateView& state, const RecognitionQuestion& question) {
  const auto tin = normalise_tin(question.tin);
  if (!tin) return std::unexpected(Code::kTinMalformed);
  auto firm = find_operator(state, *tin, question.on);
  if (!firm) return std::unexpected(Code::kTinUnknown);
  return Found{.issuer = tin->substr(0, 2), .firm = *std::move(firm)};
}

// A natural person's number is not on the log: the asker shows what the commitment there was made of.
std::expected<Found, Code> found_by_opening(const StateView& state, const RecognitionQuestion& question) {
  const auto tin = normalise_tin(question.tin);
  if (!tin) return std::unexpected(Code::kTinMalformed);
  const std::string issuer = tin->substr(0, 2);
  const auto subject = claimant_of_commitment(state, issuer, tin_commitment(question.salt, *tin).view());
  auto firm = subject ? get<v1::OperatorRecord>(state, issuer, *subject) : std::nullopt;
  if (!firm) return std::unexpected(Code::kTinUnknown);
  return Found{.issuer = issuer, .firm = *std::move(firm)};
}

std::expected<Found, Code> found_by_subject(const StateView& state, const RecognitionQuestion& question) {
  const std::string issuer = question.subject.substr(0, 2);
  const bool named = question.subject.size() > 3 && question.subject[2] == '/';
  auto firm = named ? get<v1::OperatorRecord>(state, issuer, question.subject.substr(3)) : std::nullopt;
  if (!firm) return std::unexpected(Code::kTinUnknown);
  return Found{.issuer = issuer, .firm = *std::move(firm)};
}

std::expected<Found, Code> found_by_alias(const StateView& state, const RecognitionQuestion& question) {
  const auto name = parse_alias(question.alias);
  if (!name) return std::unexpected(Code::kAliasMalformed);
  const auto bound = alias_on(state, question.recogniser, name->kind, name->alias, question.on);
  auto firm = bound ? get<v1::OperatorRecord>(state, bound->issuer(), bound->subject()) : std::nullopt;
  if (!firm) return std::unexpected(Code::kAliasUnknown);
  return Found{.issuer = bound->issuer(), .firm = *std::move(firm), .alias = join(name->kind, name->alias)};
}

std::expected<void, std::string> check_named_once(const RecognitionQuestion& question) {
  const int names = !question.tin.empty() + !question.alias.empty() + !question.subject.empty();
  if (names > 1) return std::unexpected("tin, alias: one of them names the firm");
  if (!question.salt.empty() && (question.tin.empty() || question.salt.size() != kSaltBytes)) {
    return std::unexpected("salt: 32 bytes, and only with a tin");
  }
  return {};
}

std::expected<Found, Code> find(const StateView& state, const RecognitionQuestion& question) {
  if (!question.alias.empty()) return found_by_alias(state, question);
  if (!question.subject.empty()) return found_by_subject(state, question);
  return question.salt.empty() ? found_by_tin(state, question) : found_by_opening(state, question);
}

void read_operator(Look& look, const Found& found) {
  look.issuer = found.issuer;
  look.subject = found.firm.subject();
  for (const std::string& number : found.firm.certificates()) {
    auto certificate = get<v1::CertificateRecord>(look.state, look.issuer, number);
    assert(certificate);
    look.certificates.push_back(*std::move(certificate));
  }
}

template <class Record>
bool disputed(const Look& look, const Disputes& disputes, const std::string& owner, const std::string& identifier) {
  const auto record = get<Record>(look.state, owner, identifier);
  return record && disputes.covers(record->history());
}

bool rests_on_disputed(const Look& look, const Disputes& disputes, const RecognitionResult& result) {
  const auto named = [&](const auto& each) { return certificate_id(look, each) == result.certificate; };
  const auto certificate = std::ranges::find_if(look.certificates, named);
  if (certificate != look.certificates.end() && disputes.covers(certificate->history())) return true;
  const std::string edge = join(result.arrangement, look.issuer);
  return disputed<v1::EdgeRecord>(look, disputes, look.recogniser, edge) ||
         disputed<v1::DenialRecord>(look, disputes, look.recogniser, join(edge, look.subject)) ||
         disputed<v1::ConsentRecord>(look, disputes, look.issuer, look.subject);
}

// Nearly always two look-ups that find nothing.
void mark_disputed(const Look& look, const Found& found, std::vector<RecognitionResult>& results) {
  const Disputes disputes(look.state, {look.issuer, look.recogniser});
  if (!disputes.any()) return;
  const bool firm = disputes.covers(found.firm.history()) ||
                    (!found.alias.empty() && disputed<v1::AliasRecord>(look, disputes, look.recogniser, found.alias));
  for (RecognitionResult& result : results) result.disputed = firm || rests_on_disputed(look, disputes, result);
}

RecognitionAnswer answer_from(const Look& look, std::vector<RecognitionResult> results) {
  // With certificates, no pair at all means that no arrangement joins the two.
  Code furthest = look.certificates.empty() ? Code::kNoCertificate : Code::kNoArrangement;
  for (const RecognitionResult& result : results) furthest = std::max(furthest, result.reason);
  return {furthest == Code::kRecognised, furthest, join(look.issuer, look.subject), std::move(results)};
}

std::string names_of_roles() {
  std::string names;
  for (int i = 0; i < v1::Role_descriptor()->value_count(); ++i) {
    const auto* role = v1::Role_descriptor()->value(i);
    if (role->number() != v1::ROLE_UNSPECIFIED) names += (names.empty() ? "" : " ") + role->name();
  }
  return names;
}

}  // namespace

std::expected<RecognitionAnswer, std::string> recognise(const StateView& state, const RecognitionQuestion& question) {
  Look look{.state = state, .recogniser = question.recogniser, .on = question.on, .day = question.on.text()};
  if (!v1::Role_Parse(question.role, &look.role) || look.role == v1::ROLE_UNSPECIFIED) {
    return std::unexpected("role: must be one of " + names_of_roles());
  }
  if (!v1::Flow_Parse(question.flow, &look.flow) || look.flow == v1::FLOW_UNSPECIFIED) {
    return std::unexpected("flow: must be IMPORT or EXPORT");
  }
  if (!well_formed_country(question.recogniser)) return std::unexpected("recogniser: must be two capitals");

  if (auto named = check_named_once(question); !named) return std::unexpected(named.error());
  const auto found = find(state, question);
  if (!found) return RecognitionAnswer{false, found.error(), "", {}};
  read_operator(look, *found);
  auto results = results_of(look);
  mark_disputed(look, *found, results);
  return answer_from(look, std::move(results));
}

}  // namespace quipu::ledger
