// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/appeals.h"

#include <algorithm>

#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/leaves.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/timeline.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kOwnMotion = "OWN_MOTION";

bool adverse(int statement) {
  return statement == v1::Event::kCertificateSuspended || statement == v1::Event::kCertificateRevoked ||
         statement == v1::Event::kCertificateAnnulled;
}

// A surrender is the firm's own wish, so nobody appeals against it; but one may have been entered by mistake.
bool may_be_undone(int statement) { return adverse(statement) || statement == v1::Event::kCertificateSurrendered; }

template <class Facts>
v1::Review* review_among(Facts& facts, const Target& target) {
  const auto found = std::ranges::find_if(facts, [&](const auto& fact) { return same_place(fact.by(), target); });
  return found == facts.end() ? nullptr : found->mutable_review();
}

// Of the fact that the target left in the record; nullptr: none, it waits for approval or lapsed.
v1::Review* review_of(v1::CertificateRecord& certificate, const Target& target) {
  if (v1::Review* found = review_among(*certificate.mutable_suspensions(), target)) return found;
  if (v1::Review* found = review_among(*certificate.mutable_ends(), target)) return found;
  return review_among(*certificate.mutable_annulments(), target);
}

// The event that an appeal names, in the record of its certificate.
struct Contested {
  v1::CertificateRecord certificate;
  v1::Review* review;  // inside `certificate`'s heap, which moves with it
};

std::expected<Contested, Rejection> contested_by(const Context& at, const v1::EventRef& named,
                                                 bool (*admits)(int statement)) {
  const auto target = named_event(at, named);
  if (!target) return std::unexpected(target.error());
  if (!admits(target->statement))
    return refuse(Code::kNotAdverse, v1::Event::descriptor()->FindFieldByNumber(target->statement)->name());
  auto certificate = own_certificate(at, target->about);
  if (!certificate) return std::unexpected(certificate.error());
  v1::Review* review = review_of(*certificate, *target);
  if (!review) return refuse(Code::kEventWithoutEffect, target->about);
  return Contested{*std::move(certificate), review};
}

Contested contested(const Context& at, const v1::EventRef& named) {
  const Target target = *named_event(at, named);
  v1::CertificateRecord certificate = certificate_of(at, target.about);
  v1::Review* review = review_of(certificate, target);
  return {std::move(certificate), review};
}

void close(const Context& at, v1::Appeal& appeal, v1::AppealOutcome outcome) {
  appeal.set_outcome(outcome);
  appeal.set_to(at.effect.text());
  *appeal.mutable_decided_by() = at.place;
}

void undo(const Context& at, v1::Review& review, v1::Effect effect) {
  const std::string from = at.effect.text();
  if (effect == v1::EX_TUNC) {
    review.set_undone(true);
  } else if (review.undone_from().empty() || from < review.undone_from()) {
    review.set_undone_from(from);
  }
  *review.mutable_undone_by() = at.place;
}

}  // namespace

Verdict check_appeal_lodged(const Context& at, const v1::Event& event) {
  const auto target = contested_by(at, event.appeal_lodged().target(), adverse);
  if (!target) return std::unexpected(target.error());
  if (target->review->undone()) return refuse(Code::kAlreadyUndone, target->certificate.certificate());
  if (appeal_open(*target->review)) return refuse(Code::kAppealIsOpen, target->certificate.certificate());
  return {};
}

void act_appeal_lodged(const Context& at, const v1::Event& event) {
  Contested target = contested(at, event.appeal_lodged().target());
  v1::Appeal& appeal = *target.review->add_appeals();
  appeal.set_from(at.effect.text());
  appeal.set_stay(event.appeal_lodged().stay());
  *appeal.mutable_by() = at.place;
  store(at, target.certificate);
}

Verdict check_appeal_decided(const Context& at, const v1::Event& event) {
  const v1::AppealDecided& stated = event.appeal_decided();
  const bool overturned = stated.outcome() == v1::OVERTURNED;
  if (auto given = check_given("outcome", stated.outcome()); !given) return given;
  if (auto given = check_given("effect", overturned ? stated.effect() : 1); !given) return given;
  const auto target = contested_by(at, stated.target(), may_be_undone);
  if (!target) return std::unexpected(target.error());
  if (appeal_open(*target->review)) return {};
  if (!overturned || event.legal_basis() != kOwnMotion) {
    return refuse(Code::kNoAppealOpen, target->certificate.certificate());
  }
  if (target->review->undone()) return refuse(Code::kAlreadyUndone, target->certificate.certificate());
  return {};
}

void act_appeal_decided(const Context& at, const v1::Event& event) {
  const v1::AppealDecided& stated = event.appeal_decided();
  Contested target = contested(at, stated.target());
  if (appeal_open(*target.review)) close(at, *target.review->mutable_appeals()->rbegin(), stated.outcome());
  if (stated.outcome() == v1::OVERTURNED) undo(at, *target.review, stated.effect());
  store(at, target.certificate);
}

}  // namespace quipu::ledger
