// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/arrangements.h"

#include <algorithm>

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/register.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::uint32_t kLongestNoticeDays = 3660;

std::expected<v1::EdgeRecord, Rejection> edge_to(const Context& at, std::string_view arrangement,
                                                 std::string_view issuer) {
  if (auto fields = all_of({check_id("arrangement", arrangement), check_country("issuer", issuer)}); !fields) {
    return std::unexpected(fields.error());
  }
  auto edge = get<v1::EdgeRecord>(at.state, at.author, join(arrangement, issuer));
  if (!edge) return refuse(Code::kEdgeUnknown, join(arrangement, issuer));
  return *std::move(edge);
}

v1::EdgeChange last_change(const v1::EdgeRecord& edge, Date day) {
  const v1::EdgeFact* fact = edge_fact_on(edge, day.text());
  return fact ? fact->change() : v1::EDGE_CHANGE_UNSPECIFIED;
}

void add_edge_fact(const Context& at, const std::string& arrangement, const std::string& issuer, v1::EdgeFact fact) {
  const std::string id = join(arrangement, issuer);
  auto edge = get<v1::EdgeRecord>(at.state, at.author, id).value_or(v1::EdgeRecord{});
  fact.set_effective_from(at.effect.text());
  *fact.mutable_by() = at.place;
  add_fact(*edge.mutable_facts(), std::move(fact));
  remember(at, *edge.mutable_history());
  put(at.state, at.author, id, edge);
}

Verdict check_benefit_codes(const Context& at, const v1::RecognitionActivated& stated) {
  for (const std::string& benefit : stated.benefits()) {
    if (auto code = check_code(at, "benefit", benefit); !code) return code;
  }
  return {};
}

}  // namespace

bool is_party(const v1::Arrangement& arrangement, std::string_view country) {
  return std::ranges::find(arrangement.parties(), country) != arrangement.parties().end();
}

Verdict check_notice(const Context& at, const v1::Arrangement& arrangement, std::string_view notified_on) {
  if (auto real = check_date("notified_on", notified_on); !real) return real;
  const std::uint32_t days = std::min(arrangement.notice_days(), kLongestNoticeDays);
  const Date earliest = Date::parse(notified_on)->plus(static_cast<std::int32_t>(days));
  if (at.effect < earliest) return refuse(Code::kNoticeTooShort, "not before " + earliest.text());
  return {};
}

const v1::EdgeFact* edge_fact_on(const v1::EdgeRecord& edge, std::string_view day) {
  const auto ended = [&](const v1::EdgeFact& fact) {
    return fact.change() == v1::EDGE_ENDED && fact.effective_from() <= day;
  };
  const auto end = std::ranges::find_if(edge.facts(), ended);
  return end != edge.facts().end() ? &*end : in_effect(edge.facts(), day);
}

std::expected<v1::Arrangement, Rejection> arrangement_between(const Context& at, std::string_view arrangement,
                                                              std::string_view other) {
  if (auto fields = all_of({check_id("arrangement", arrangement), check_country("country", other)}); !fields) {
    return std::unexpected(fields.error());
  }
  auto found = arrangement_in_force(at, arrangement);
  if (!found) return refuse(Code::kArrangementUnknown, std::string(arrangement));
  if (other == at.author || !is_party(*found, at.author) || !is_party(*found, other)) {
    return refuse(Code::kNotAParty, at.author + " and " + std::string(other) + " in " + found->arrangement());
  }
  if (at.decision.text() < found->signed_on()) {
    return refuse(Code::kArrangementNotInForce, "signed on " + found->signed_on());
  }
  return *std::move(found);
}

Verdict check_recognition_activated(const Context& at, const v1::Event& event) {
  const v1::RecognitionActivated& stated = event.recognition_activated();
  const auto arrangement = arrangement_between(at, stated.arrangement(), stated.issuer());
  if (!arrangement) return std::unexpected(arrangement.error());
  for (const std::string& party : {at.author, stated.issuer()}) {
    if (has_withdrawn(at.state, stated.arrangement(), party)) return refuse(Code::kPartyHasWithdrawn, party);
  }
  return all_of({check_given("schemes", stated.schemes_size()), check_each_given("schemes", stated.schemes()),
                 check_each_given("roles", stated.roles()), check_each_given("flows", stated.flows()),
                 check_benefit_codes(at, stated)});
}

void act_recognition_activated(const Context& at, const v1::Event& event) {
  const v1::RecognitionActivated& stated = event.recognition_activated();
  v1::EdgeFact fact;
  fact.set_change(v1::EDGE_ACTIVATED);
  *fact.mutable_schemes() = stated.schemes();
  *fact.mutable_roles() = stated.roles();
  *fact.mutable_flows() = stated.flows();
  *fact.mutable_benefits() = stated.benefits();
  add_edge_fact(at, stated.arrangement(), stated.issuer(), std::move(fact));
}

Verdict check_recognition_suspended(const Context& at, const v1::Event& event) {
  const v1::RecognitionSuspended& stated = event.recognition_suspended();
  const auto edge = edge_to(at, stated.arrangement(), stated.issuer());
  if (!edge) return std::unexpected(edge.error());
  const v1::EdgeChange last = last_change(*edge, at.decision);
  if (last != v1::EDGE_ACTIVATED && last != v1::EDGE_RESUMED) {
    return refuse(Code::kEdgeNotLive, join(stated.arrangement(), stated.issuer()));
  }
  if (stated.emergency()) return check_date_if_any("notified_on", stated.notified_on());
  const auto arrangement = arrangement_in_force(at, stated.arrangement());
  return check_notice(at, *arrangement, stated.notified_on());
}

void act_recognition_suspended(const Context& at, const v1::Event& event) {
  const v1::RecognitionSuspended& stated = event.recognition_suspended();
  v1::EdgeFact fact;
  fact.set_change(v1::EDGE_SUSPENDED);
  fact.set_notified_on(stated.notified_on());
  fact.set_emergency(stated.emergency());
  add_edge_fact(at, stated.arrangement(), stated.issuer(), std::move(fact));
}

Verdict check_recognition_resumed(const Context& at, const v1::Event& event) {
  const v1::RecognitionResumed& stated = event.recognition_resumed();
  const auto edge = edge_to(at, stated.arrangement(), stated.issuer());
  if (!edge) return std::unexpected(edge.error());
  if (last_change(*edge, at.decision) == v1::EDGE_SUSPENDED) return {};
  return refuse(Code::kEdgeNotSuspended, join(stated.arrangement(), stated.issuer()));
}

void act_recognition_resumed(const Context& at, const v1::Event& event) {
  const v1::RecognitionResumed& stated = event.recognition_resumed();
  v1::EdgeFact fact;
  fact.set_change(v1::EDGE_RESUMED);
  add_edge_fact(at, stated.arrangement(), stated.issuer(), std::move(fact));
}

}  // namespace quipu::ledger
