// SPDX-License-Identifier: Apache-2.0
#include "recognition_twin.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>

namespace quipu::ledger::testing {
namespace {

// Steps by their number in the documents.
const std::map<int, std::string> kSteps = {{3, "NO_CERTIFICATE"},
                                           {4, "NO_ARRANGEMENT"},
                                           {5, "ARRANGEMENT_NOT_EFFECTIVE"},
                                           {6, "RECOGNITION_SUSPENDED"},
                                           {7, "FLOW_OUT_OF_SCOPE"},
                                           {8, "SCHEME_OUT_OF_SCOPE"},
                                           {9, "ROLE_OUT_OF_SCOPE"},
                                           {10, "NOT_YET_EFFECTIVE"},
                                           {11, "EXPIRED"},
                                           {12, "REVOKED"},
                                           {13, "SURRENDERED"},
                                           {14, "ANNULLED"},
                                           {15, "SUSPENDED"},
                                           {16, "PENDING_APPROVAL"},
                                           {17, "NO_CONSENT"},
                                           {18, "BENEFITS_DENIED"},
                                           {19, "RECOGNISED"}};

template <class List, class Value>
bool lists(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

template <class List, class Value>
bool open_or_lists(const List& list, const Value& value) {
  return list.size() == 0 || lists(list, value);
}

constexpr const char* kNever = "9999-12-31";

// All that the events say about one certificate, without a day yet.
struct CertificateFacts {
  struct Span {
    std::string from, to;
    bool whole = true;
    std::set<int> roles;
  };
  std::vector<Span> valid;  // both days included
  std::vector<Span> off;    // `to` is the first day without
  std::vector<std::pair<std::string, v1::CertificateAmended>> amendments;
  std::set<int> granted_roles;
  std::string ended = kNever;
  int end_step = 0;
  bool annulled = false;

  void extend(const v1::Event& e) {
    Span* moved = nullptr;
    for (Span& span : valid) {
      const std::string to = span.to.empty() ? kNever : span.to;
      if (span.from <= e.decision_date() && e.decision_date() <= to && (!moved || to > moved->to)) moved = &span;
    }
    moved->to = e.certificate_extended().valid_to();
  }
  void reinstate(const v1::Event& e, const std::string& effect) {
    const bool never = e.certificate_reinstated().effect() == v1::EX_TUNC;
    for (Span& span : off) {
      if (span.from > e.decision_date() || e.decision_date() >= span.to) continue;
      span.to = never ? span.from : std::min(span.to, effect);
    }
  }
  void end(int step, const std::string& effect) {
    end_step = step;
    ended = effect;
  }
  void hear(const v1::Event& e, const std::string& effect, const std::string& number) {
    if (e.certificate_granted().certificate() == number) {
      valid.push_back({effect, e.certificate_granted().valid_to(), true, {}});
      granted_roles.insert(e.certificate_granted().roles().begin(), e.certificate_granted().roles().end());
    }
    if (e.certificate_renewed().certificate() == number) {
      valid.push_back({effect, e.certificate_renewed().valid_to(), true, {}});
    }
    if (e.certificate_extended().certificate() == number) extend(e);
    if (e.certificate_amended().certificate() == number) amendments.emplace_back(effect, e.certificate_amended());
    if (e.certificate_suspended().certificate() == number) {
      const auto& of = e.certificate_suspended().roles();
      off.push_back({effect, kNever, of.empty(), {of.begin(), of.end()}});
    }
    if (e.certificate_reinstated().certificate() == number) reinstate(e, effect);
    if (e.certificate_revoked().certificate() == number) end(12, effect);
    if (e.certificate_surrendered().certificate() == number) end(13, effect);
    if (e.certificate_annulled().certificate() == number) annulled = true;
  }
  std::set<int> roles_on(const std::string& day) const {
    auto ordered = amendments;
    std::stable_sort(ordered.begin(), ordered.end(), [](auto& a, auto& b) { return a.first < b.first; });
    std::set<int> held = granted_roles;
    for (const auto& [effect, amended] : ordered) {
      if (effect > day) continue;
      held.insert(amended.roles_added().begin(), amended.roles_added().end());
      for (const int gone : amended.roles_removed()) held.erase(gone);
    }
    return held;
  }
  int step_on(const std::string& day, int role) const {
    if (!roles_on(day).contains(role)) return 9;
    if (annulled) return 14;
    const auto begun = [&](const Span& span) { return span.from <= day; };
    const auto inside = [&](const Span& span) { return span.from <= day && (span.to.empty() || day <= span.to); };
    const auto stopped = [&](const Span& span) {
      return span.from <= day && day < span.to && (span.whole || span.roles.contains(role));
    };
    if (std::none_of(valid.begin(), valid.end(), begun)) return 10;
    if (day >= ended) return end_step;
    if (std::none_of(valid.begin(), valid.end(), inside)) return 11;
    return std::any_of(off.begin(), off.end(), stopped) ? 15 : 19;
  }
};

}  // namespace

void RecognitionTwin::hears(const std::string& author, const v1::Event& event) {
  heard_.push_back({author, event.effective_from().empty() ? event.decision_date() : event.effective_from(), event});
}

std::vector<const RecognitionTwin::Heard*> RecognitionTwin::facts_of(const std::string& author,
                                                                     std::initializer_list<int> kinds) const {
  std::vector<const Heard*> facts;
  for (const Heard& heard : heard_) {
    if (heard.author == author && lists(kinds, heard.event.statement_case())) facts.push_back(&heard);
  }
  std::stable_sort(facts.begin(), facts.end(), [](auto* a, auto* b) { return a->effect < b->effect; });
  return facts;
}

std::string RecognitionTwin::tin_on(const Firm& firm, const std::string& day) const {
  std::string tin;
  for (const Heard& heard : heard_) {
    const auto& stated = heard.event.operator_registered();
    if (heard.author == firm.issuer && stated.subject() == firm.subject) tin = stated.tin();
  }
  std::string since;
  for (const Heard& heard : heard_) {
    const auto& stated = heard.event.tin_replaced();
    if (heard.author != firm.issuer || stated.subject() != firm.subject || heard.effect > day) continue;
    if (heard.effect >= since) {
      since = heard.effect;
      tin = stated.tin();
    }
  }
  return tin;
}

std::uint32_t RecognitionTwin::cover_on(const Firm& firm, const std::string& day) const {
  std::uint32_t length = 0;
  std::string since;
  for (const Heard& heard : heard_) {
    if (heard.author != firm.issuer) continue;
    if (heard.event.operator_registered().subject() == firm.subject) {
      length = heard.event.operator_registered().cover().prefix_length();
    }
    const auto& amended = heard.event.operator_amended();
    if (amended.subject() != firm.subject || !amended.has_cover() || heard.effect > day) continue;
    if (heard.effect >= since) {
      since = heard.effect;
      length = amended.cover().prefix_length();
    }
  }
  return length;
}

std::vector<RecognitionTwin::Firm> RecognitionTwin::firms_with_tin(const std::string& tin,
                                                                   const std::string& day) const {
  std::set<std::string> renumbered;
  for (const Heard& heard : heard_) {
    if (heard.event.has_tin_replaced()) renumbered.insert(heard.event.tin_replaced().subject());
  }
  std::vector<Firm> covering;
  std::uint32_t longest = 0;
  for (const Heard& heard : heard_) {
    const auto& stated = heard.event.operator_registered();
    if (stated.subject().empty() || heard.author != tin.substr(0, 2) || stated.tin().empty()) continue;
    // Covers in the tests have four characters at least: this keeps a dumb search bearable.
    if (stated.tin().substr(0, 6) != tin.substr(0, 6) && !renumbered.contains(stated.subject())) continue;
    const Firm firm{heard.author, stated.subject()};
    const std::string own = tin_on(firm, day);
    if (own == tin) return {firm};
    const std::uint32_t cover = cover_on(firm, day);
    if (cover <= longest || tin.size() < 2 + cover || tin.substr(0, 2 + cover) != own.substr(0, 2 + cover)) continue;
    longest = cover;
    covering = {firm};
  }
  return covering;
}

int RecognitionTwin::certificate_step(const Firm& firm, const std::string& number, int role,
                                      const std::string& day) const {
  CertificateFacts facts;
  for (const Heard& heard : heard_) {
    if (heard.author == firm.issuer) facts.hear(heard.event, heard.effect, number);
  }
  return facts.step_on(day, role);
}

bool RecognitionTwin::consented(const Firm& firm, const std::string& arrangement, const std::string& day) const {
  bool granted = false;
  for (const Heard* heard : facts_of(firm.issuer, {v1::Event::kConsentGranted, v1::Event::kConsentWithdrawn})) {
    if (heard->effect > day) break;
    const auto& yes = heard->event.consent_granted();
    const auto& no = heard->event.consent_withdrawn();
    if (yes.subject() == firm.subject && open_or_lists(yes.arrangements(), arrangement)) granted = true;
    if (no.subject() == firm.subject && open_or_lists(no.arrangements(), arrangement)) granted = false;
  }
  return granted;
}

bool RecognitionTwin::denied(const Firm& firm, const std::string& recogniser, const std::string& arrangement,
                             const std::string& day) const {
  bool denied = false;
  for (const Heard* heard : facts_of(recogniser, {v1::Event::kBenefitsDenied, v1::Event::kBenefitsRestored})) {
    if (heard->effect > day) break;
    const auto& no = heard->event.benefits_denied();
    const auto& yes = heard->event.benefits_restored();
    if (no.subject() == firm.subject && no.issuer() == firm.issuer && no.arrangement() == arrangement) {
      denied = no.until().empty() || day <= no.until();
    }
    if (yes.subject() == firm.subject && yes.issuer() == firm.issuer && yes.arrangement() == arrangement) {
      denied = false;
    }
  }
  return denied;
}

int RecognitionTwin::pair_step(const v1::Arrangement& arrangement, const Firm& firm,
                               const v1::CertificateGranted& certificate, const std::string& recogniser, int role,
                               int flow, const std::string& day) const {
  const v1::RecognitionActivated* terms = nullptr;
  bool live = false;
  for (const Heard* heard : facts_of(recogniser, {v1::Event::kRecognitionActivated, v1::Event::kRecognitionSuspended,
                                                  v1::Event::kRecognitionResumed})) {
    if (heard->effect > day) break;
    const auto about = [&](const auto& stated) {
      return stated.arrangement() == arrangement.arrangement() && stated.issuer() == firm.issuer;
    };
    if (heard->event.has_recognition_activated() && about(heard->event.recognition_activated())) {
      terms = &heard->event.recognition_activated();
      live = true;
    }
    if (heard->event.has_recognition_suspended() && about(heard->event.recognition_suspended())) live = false;
    if (heard->event.has_recognition_resumed() && about(heard->event.recognition_resumed())) live = true;
  }
  if (!terms) return 5;
  if (!live) return 6;
  if (!open_or_lists(terms->flows(), flow)) return 7;
  if (!lists(terms->schemes(), static_cast<int>(certificate.scheme()))) return 8;
  if (!open_or_lists(terms->roles(), role)) return 9;
  const int step = certificate_step(firm, certificate.certificate(), role, day);
  if (step < 19) return step;
  if (arrangement.consent_required() && !consented(firm, arrangement.arrangement(), day)) return 17;
  if (denied(firm, recogniser, arrangement.arrangement(), day)) return 18;
  return 19;
}

std::string RecognitionTwin::reason(const std::string& recogniser, std::string tin, const std::string& role_name,
                                    const std::string& flow_name, const std::string& day) const {
  v1::Role role{};
  v1::Flow flow{};
  v1::Role_Parse(role_name, &role);
  v1::Flow_Parse(flow_name, &flow);
  tin = std::regex_replace(tin, std::regex("[ ./-]"), "");
  for (char& c : tin) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!std::regex_match(tin, std::regex("[A-Z]{2}[A-Z0-9]{1,15}"))) return "TIN_MALFORMED";
  const auto firms = firms_with_tin(tin, day);
  if (firms.empty()) return "TIN_UNKNOWN";
  const Firm& firm = firms.front();
  std::vector<const v1::CertificateGranted*> certificates;
  for (const Heard& heard : heard_) {
    const auto& granted = heard.event.certificate_granted();
    if (heard.author == firm.issuer && granted.subject() == firm.subject) certificates.push_back(&granted);
  }
  if (certificates.empty()) return "NO_CERTIFICATE";
  int furthest = 4;
  for (const auto* certificate : certificates) {
    if (recogniser == firm.issuer) {
      furthest = std::max(furthest, certificate_step(firm, certificate->certificate(), role, day));
      continue;
    }
    for (const v1::Arrangement& arrangement : arrangements_) {
      if (arrangement.signed_on() > day) continue;
      if (!lists(arrangement.parties(), recogniser) || !lists(arrangement.parties(), firm.issuer)) continue;
      furthest = std::max(furthest, pair_step(arrangement, firm, *certificate, recogniser, role, flow, day));
    }
  }
  return kSteps.at(furthest);
}

}  // namespace quipu::ledger::testing
