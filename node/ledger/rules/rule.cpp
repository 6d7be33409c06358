// SPDX-License-Identifier: Apache-2.0
// The table of all statements that the ledger takes.
#include "node/ledger/rules/rule.h"

#include <algorithm>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/aliases.h"
#include "node/ledger/rules/applications.h"
#include "node/ledger/rules/approvals.h"
#include "node/ledger/rules/arrangements.h"
#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/evidence.h"
#include "node/ledger/rules/indicators.h"
#include "node/ledger/rules/officer_keys.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/proposals.h"
#include "node/ledger/rules/readiness.h"
#include "node/ledger/rules/validations.h"

namespace quipu::ledger {
namespace {

constexpr bool kAlone = false;
constexpr bool kDual = true;
constexpr bool kOpens = false;
constexpr bool kCloses = true;

// clang-format off
constexpr Rule kRules[] = {
#define RULE(Case, family, author, purpose, control, room, backdating, name) \
  {v1::Event::Case, family, AuthorRule::author, v1::purpose, control, room, Backdating::backdating, check_##name, act_##name},
  RULE(kOperatorRegistered,     "operator",    kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  operator_registered)
  RULE(kOperatorAmended,        "operator",    kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  operator_amended)
  RULE(kTinReplaced,            "operator",    kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  tin_replaced)
  RULE(kAliasSet,                "operator",    kIssuerOrRecogniser, ISSUER,     kAlone, kOpens,  kNever,  alias_set)
  RULE(kAliasRemoved,            "operator",    kIssuerOrRecogniser, ISSUER,     kAlone, kCloses, kNever,  alias_removed)
  RULE(kConsentGranted,         "operator",    kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  consent_granted)
  RULE(kConsentWithdrawn,       "operator",    kIssuer,             ISSUER,     kAlone, kCloses, kNever,  consent_withdrawn)
  RULE(kSubjectErased,           "operator",    kIssuer,             ISSUER,     kAlone, kCloses, kNever,  subject_erased)
  RULE(kApplicationFiled,        "application", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  application_filed)
  RULE(kApplicationAccepted,     "application", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  application_accepted)
  RULE(kDecisionExtended,        "application", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  decision_extended)
  RULE(kApplicationClosed,       "application", kIssuer,             ISSUER,     kAlone, kCloses, kNever,  application_closed)
  RULE(kValidationRecorded,     "validation",  kIssuerOrPeer,       ISSUER,     kAlone, kOpens,  kNever,  validation_recorded)
  RULE(kValidationCosigned,      "validation",  kParticipant,        ISSUER,     kAlone, kCloses, kNever,  validation_cosigned)
  RULE(kExpertAccredited,        "validation",  kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  expert_accredited)
  RULE(kExpertAccreditationEnded, "validation",  kIssuer,             ISSUER,     kAlone, kCloses, kNever,  expert_accreditation_ended)
  RULE(kCertificateGranted,     "certificate", kIssuer,             ISSUER,     kDual,  kOpens,  kNever,  certificate_granted)
  RULE(kCertificateAmended,     "certificate", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  certificate_amended)
  RULE(kCertificateRenewed,     "certificate", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  certificate_renewed)
  RULE(kCertificateExtended,    "certificate", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  certificate_extended)
  RULE(kCertificateSuspended,   "certificate", kIssuer,             ISSUER,     kDual,  kCloses, kNever,  certificate_suspended)
  RULE(kSuspensionProlonged,    "certificate", kIssuer,             ISSUER,     kAlone, kOpens,  kNever,  suspension_prolonged)
  RULE(kCertificateReinstated,  "certificate", kIssuer,             ISSUER,     kAlone, kOpens,  kExTunc, certificate_reinstated)
  RULE(kCertificateRevoked,     "certificate", kIssuer,             ISSUER,     kDual,  kCloses, kNever,  certificate_revoked)
  RULE(kCertificateSurrendered, "certificate", kIssuer,             ISSUER,     kAlone, kCloses, kNever,  certificate_surrendered)
  RULE(kCertificateAnnulled,    "certificate", kIssuer,             ISSUER,     kDual,  kCloses, kAlways, certificate_annulled)
  RULE(kRecognitionActivated,   "arrangement", kRecogniser,         ISSUER,     kAlone, kOpens,  kNever,  recognition_activated)
  RULE(kRecognitionSuspended,   "arrangement", kRecogniser,         ISSUER,     kAlone, kCloses, kNever,  recognition_suspended)
  RULE(kRecognitionResumed,     "arrangement", kRecogniser,         ISSUER,     kAlone, kOpens,  kNever,  recognition_resumed)
  RULE(kPartyWithdrawn,          "arrangement", kParty,              ISSUER,     kAlone, kCloses, kNever,  party_withdrawn)
  RULE(kBenefitsDenied,         "arrangement", kRecogniser,         ISSUER,     kAlone, kCloses, kNever,  benefits_denied)
  RULE(kBenefitsRestored,       "arrangement", kRecogniser,         ISSUER,     kAlone, kOpens,  kNever,  benefits_restored)
  RULE(kIndicatorReported,      "indicator",   kRecogniser,         ISSUER,     kAlone, kOpens,  kNever,  indicator_reported)
  RULE(kProposalOpened,         "governance",  kMemberOrParty,      GOVERNANCE, kAlone, kOpens,  kNever,  proposal_opened)
  RULE(kProposalVoted,          "governance",  kMemberOrParty,      GOVERNANCE, kAlone, kCloses, kNever,  proposal_voted)
  RULE(kKeyAdded,                "governance",  kMember,             GOVERNANCE, kAlone, kOpens,  kNever,  key_added)
  RULE(kKeyRevoked,              "governance",  kMember,             GOVERNANCE, kAlone, kCloses, kNever,  key_revoked)
  RULE(kEventReaffirmed,         "governance",  kSameAdministration, ISSUER,     kAlone, kCloses, kNever,  event_reaffirmed)
  RULE(kEvidenceSubmitted,       "governance",  kMember,             ISSUER,     kAlone, kCloses, kNever,  evidence_submitted)
  RULE(kEventApproved,          "approval",    kSameAdministration, APPROVER,   kAlone, kCloses, kNever,  event_approved)
  RULE(kMemberReady,            "governance",  kMember,             ISSUER,     kAlone, kCloses, kNever,  member_ready)
#undef RULE
};
// clang-format on
static_assert(std::ranges::is_sorted(kRules, {}, &Rule::statement));

}  // namespace

Date stated_effect(const v1::Event& event) {
  return *Date::parse(event.effective_from().empty() ? event.decision_date() : event.effective_from());
}

std::span<const Rule> rules() { return kRules; }

const Rule* rule_for(int statement) {
  const auto found = std::ranges::lower_bound(kRules, statement, {}, &Rule::statement);
  return found != std::end(kRules) && found->statement == statement ? found : nullptr;
}

}  // namespace quipu::ledger
