// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/operators.h"

#include <set>

#include "node/ledger/recognition.h"
#include "node/ledger/rules/applications.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/tin.h"

namespace quipu::ledger {
namespace {

constexpr std::uint32_t kLongestNationalPart = 15;

Verdict check_tin(const Context& at, const std::string& tin, const std::string& subject) {
  if (normalise_tin(tin) != tin) return refuse(Code::kTinMalformed, "tin");
  if (!tin.starts_with(at.author)) return refuse(Code::kTinOfOtherCountry, "tin");
  if (claimed_by_other(at.state, tin, subject)) return refuse(Code::kTinTaken, "tin");
  return {};
}

Verdict check_cover_fits(std::uint32_t prefix_length, const std::string& tin) {
  const std::size_t longest = tin.empty() ? kLongestNationalPart : tin.size() - 2;
  if (prefix_length > longest) return refuse(Code::kCoverMalformed, "cover.prefix_length");
  return {};
}

Verdict check_legal_person(const Context& at, const v1::OperatorRegistered& stated) {
  if (stated.tin().empty()) return refuse(Code::kTinNotForPerson, "a legal person is named by its TIN");
  if (auto tin = check_tin(at, stated.tin(), stated.subject()); !tin) return tin;
  return check_cover_fits(stated.cover().prefix_length(), stated.tin());
}

Verdict check_natural_person(const Context& at, const v1::OperatorRegistered& stated) {
  if (stated.tin_commitment().empty()) return refuse(Code::kTinNotForPerson, "a natural person's TIN is committed to");
  if (auto formed = check_hash_if_any("tin_commitment", stated.tin_commitment()); !formed) return formed;
  if (claimant_of_commitment(at.state, at.author, stated.tin_commitment())) {
    return refuse(Code::kTinTaken, "tin_commitment");
  }
  return check_cover_fits(stated.cover().prefix_length(), "");
}

void store(const Context& at, v1::OperatorRecord& firm) {
  remember(at, *firm.mutable_history());
  put(at.state, at.author, firm.subject(), firm);
}

// By each length that a cover of the operator has or had.
void enter_with_covers(const Context& at, const v1::OperatorRecord& firm, const std::string& tin) {
  std::set<std::uint32_t> lengths;
  for (const v1::CoverFact& cover : firm.covers()) lengths.insert(cover.prefix_length());
  for (const std::uint32_t length : lengths) enter_tin(at.state, tin, length, firm.subject());
}

}  // namespace

std::expected<v1::OperatorRecord, Rejection> known_operator(const StateView& state, std::string_view issuer,
                                                            std::string_view subject) {
  auto firm = get<v1::OperatorRecord>(state, issuer, subject);
  if (!firm) return refuse(Code::kOperatorUnknown, join(issuer, subject));
  return *std::move(firm);
}

std::expected<v1::OperatorRecord, Rejection> own_operator(const Context& at, std::string_view subject) {
  if (auto formed = check_id("subject", subject); !formed) return std::unexpected(formed.error());
  auto firm = known_operator(at.state, at.author, subject);
  if (firm) return firm;
  const auto has = [&](const std::string& code) {
    return get<v1::OperatorRecord>(at.state, code, subject).has_value();
  };
  const auto owner = other_member(at.state, at.author, has);
  if (owner) return refuse(Code::kNotYourOperator, join(*owner, subject));
  return firm;
}

std::expected<v1::OperatorRecord, Rejection> unerased_operator(const Context& at, std::string_view subject) {
  auto firm = own_operator(at, subject);
  if (!firm) return firm;
  if (auto kept = check_not_erased(*firm); !kept) return std::unexpected(kept.error());
  return firm;
}

Verdict check_operator_registered(const Context& at, const v1::Event& event) {
  const v1::OperatorRegistered& stated = event.operator_registered();
  if (auto fields = all_of({check_id("subject", stated.subject()), check_given("person", stated.person()),
                            check_hash_if_any("identity_commitment", stated.identity_commitment())});
      !fields) {
    return fields;
  }
  if (get<v1::OperatorRecord>(at.state, at.author, stated.subject())) {
    return refuse(Code::kSubjectTaken, stated.subject());
  }
  if (stated.tin().empty() == stated.tin_commitment().empty()) {
    return refuse(Code::kTinAndCommitment, "tin, tin_commitment");
  }
  return stated.person() == v1::LEGAL ? check_legal_person(at, stated) : check_natural_person(at, stated);
}

void act_operator_registered(const Context& at, const v1::Event& event) {
  const v1::OperatorRegistered& stated = event.operator_registered();
  v1::OperatorRecord firm;
  firm.set_subject(stated.subject());
  firm.set_person(stated.person());
  firm.set_tin_commitment(stated.tin_commitment());
  firm.set_identity_commitment(stated.identity_commitment());
  v1::CoverFact& cover = *firm.add_covers();
  cover.set_prefix_length(stated.cover().prefix_length());
  *cover.mutable_by() = at.place;
  if (stated.person() == v1::LEGAL) {
    v1::TinFact& tin = *firm.add_tins();
    tin.set_tin(stated.tin());
    *tin.mutable_by() = at.place;
    enter_with_covers(at, firm, stated.tin());
  } else {
    enter_commitment(at.state, at.author, stated.tin_commitment(), stated.subject());
  }
  store(at, firm);
}

Verdict check_operator_amended(const Context& at, const v1::Event& event) {
  const v1::OperatorAmended& stated = event.operator_amended();
  const auto firm = unerased_operator(at, stated.subject());
  if (!firm) return std::unexpected(firm.error());
  if (auto formed = check_hash_if_any("identity_commitment", stated.identity_commitment()); !formed) return formed;
  if (!stated.has_cover()) return {};
  const std::uint32_t length = stated.cover().prefix_length();
  if (firm->tins().empty()) return check_cover_fits(length, "");
  for (const v1::TinFact& tin : firm->tins()) {
    if (auto fits = check_cover_fits(length, tin.tin()); !fits) return fits;
    if (length > 0 && cover_claimed_by_other(at.state, tin.tin(), length, firm->subject())) {
      return refuse(Code::kTinTaken, "cover");
    }
  }
  return {};
}

void act_operator_amended(const Context& at, const v1::Event& event) {
  const v1::OperatorAmended& stated = event.operator_amended();
  v1::OperatorRecord firm = *get<v1::OperatorRecord>(at.state, at.author, stated.subject());
  if (!stated.identity_commitment().empty()) firm.set_identity_commitment(stated.identity_commitment());
  if (stated.has_cover()) {
    v1::CoverFact cover;
    cover.set_effective_from(at.effect.text());
    cover.set_prefix_length(stated.cover().prefix_length());
    *cover.mutable_by() = at.place;
    add_fact(*firm.mutable_covers(), std::move(cover));
    for (const v1::TinFact& tin : firm.tins()) {
      enter_tin(at.state, tin.tin(), stated.cover().prefix_length(), firm.subject());
    }
  }
  store(at, firm);
  if (!stated.identity_commitment().empty()) enter_applicant(at, firm.subject());
}

Verdict check_tin_replaced(const Context& at, const v1::Event& event) {
  const v1::TinReplaced& stated = event.tin_replaced();
  const auto firm = unerased_operator(at, stated.subject());
  if (!firm) return std::unexpected(firm.error());
  if (auto given = check_given("kind", stated.kind()); !given) return given;
  if (firm->person() != v1::LEGAL) return refuse(Code::kTinNotForPerson, "a natural person's TIN is committed to");
  if (auto tin = check_tin(at, stated.tin(), stated.subject()); !tin) return tin;
  if (in_effect(firm->tins(), at.effect.text())->tin() == stated.tin()) return refuse(Code::kTinUnchanged, "tin");
  for (const v1::CoverFact& cover : firm->covers()) {
    if (auto fits = check_cover_fits(cover.prefix_length(), stated.tin()); !fits) return fits;
  }
  return {};
}

void act_tin_replaced(const Context& at, const v1::Event& event) {
  const v1::TinReplaced& stated = event.tin_replaced();
  v1::OperatorRecord firm = *get<v1::OperatorRecord>(at.state, at.author, stated.subject());
  v1::TinFact tin;
  tin.set_effective_from(at.effect.text());
  tin.set_tin(stated.tin());
  tin.set_kind(stated.kind());
  *tin.mutable_by() = at.place;
  add_fact(*firm.mutable_tins(), std::move(tin));
  enter_with_covers(at, firm, stated.tin());
  store(at, firm);
}

}  // namespace quipu::ledger
