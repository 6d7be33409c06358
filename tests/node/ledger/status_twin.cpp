// SPDX-License-Identifier: Apache-2.0
#include "status_twin.h"

#include <algorithm>
#include <map>

namespace quipu::ledger::testing {
namespace {

constexpr const char* kEndOfDays = "9999-12-31";

std::string number_of(const v1::Event& e) {
  const std::string all[] = {e.certificate_granted().certificate(),     e.certificate_amended().certificate(),
                             e.certificate_renewed().certificate(),     e.certificate_extended().certificate(),
                             e.certificate_suspended().certificate(),   e.suspension_prolonged().certificate(),
                             e.certificate_reinstated().certificate(),  e.certificate_revoked().certificate(),
                             e.certificate_surrendered().certificate(), e.certificate_annulled().certificate()};
  const auto said = std::find_if(std::begin(all), std::end(all), [](auto& each) { return !each.empty(); });
  return said == std::end(all) ? "" : *said;
}

std::string first_said(const std::string& field, const v1::Event& e) {
  if (field == "effective_from") return e.effective_from().empty() ? e.decision_date() : e.effective_from();
  return e.has_certificate_granted()   ? e.certificate_granted().valid_to()
         : e.has_certificate_renewed() ? e.certificate_renewed().valid_to()
                                       : e.certificate_extended().valid_to();
}

std::string or_for_ever(const std::string& day) { return day.empty() ? kEndOfDays : day; }

}  // namespace

void StatusTwin::hears(const std::string& author, const v1::EventRef& name, const v1::Event& event, bool waits) {
  heard_.push_back({author, name, event, waits});
}

bool StatusTwin::names(const v1::EventRef& target, Fact fact) const {
  return target.leaf() == heard_[fact].name.leaf() && target.index() == heard_[fact].name.index();
}

std::size_t StatusTwin::acts_after(Fact fact) const {
  if (!heard_[fact].waits) return fact + 1;
  for (Fact i = fact + 1; i < heard_.size(); ++i) {
    const v1::Event& e = heard_[i].event;
    if (heard_[i].author == heard_[fact].author && e.has_event_approved() && names(e.event_approved().target(), fact)) {
      return i + 1;
    }
  }
  return heard_.size() + 1;
}

std::size_t StatusTwin::newest_grant(const Question& q) const {
  std::size_t newest = heard_.size();
  for (Fact i = 0; i < q.known; ++i) {
    const v1::Event& e = heard_[i].event;
    if (heard_[i].author == q.issuer && e.certificate_granted().certificate() == q.number) newest = i;
  }
  return newest;
}

StatusTwin::Facts StatusTwin::facts(const Question& q, int kind) const {
  Facts found;
  for (Fact i = newest_grant(q); i < q.known; ++i) {
    const bool about = heard_[i].author == q.issuer && number_of(heard_[i].event) == q.number;
    if (about && heard_[i].event.statement_case() == kind && acts_after(i) <= q.known) found.push_back(i);
  }
  std::stable_sort(found.begin(), found.end(), [&](Fact a, Fact b) { return acts_after(a) < acts_after(b); });
  return found;
}

std::string StatusTwin::value(Fact fact, const std::string& field, std::size_t known) const {
  std::string said = first_said(field, heard_[fact].event);
  for (Fact i = fact + 1; i < known; ++i) {
    const auto& corrected = heard_[i].event.event_corrected();
    if (corrected.field() == field && names(corrected.target(), fact)) said = corrected.value();
  }
  return said;
}

std::string StatusTwin::effect(Fact fact, std::size_t known) const { return value(fact, "effective_from", known); }

bool StatusTwin::undone(Fact fact, std::size_t known) const {
  for (Fact i = fact + 1; i < known; ++i) {
    const auto& decided = heard_[i].event.appeal_decided();
    if (decided.outcome() == v1::OVERTURNED && decided.effect() == v1::EX_TUNC && names(decided.target(), fact)) {
      return true;
    }
  }
  return false;
}

bool StatusTwin::lifted(Fact fact, const std::string& day, std::size_t known) const {
  if (undone(fact, known)) return true;
  bool frozen = false;
  std::string since;  // an open stay's first day
  for (Fact i = fact + 1; i < known; ++i) {
    const v1::Event& e = heard_[i].event;
    if (e.has_appeal_lodged() && names(e.appeal_lodged().target(), fact) && e.appeal_lodged().stay()) {
      since = effect(i, known);
    }
    if (!e.has_appeal_decided() || !names(e.appeal_decided().target(), fact)) continue;
    const std::string from = effect(i, known);
    if (!since.empty() && since <= day && day < from) frozen = true;
    if (e.appeal_decided().outcome() == v1::OVERTURNED && from <= day) frozen = true;
    since.clear();
  }
  return frozen || (!since.empty() && since <= day);
}

// The suspensions that held on the day of the decision, by what had been said until then.
bool StatusTwin::reinstates(Fact reinstatement, Fact suspension, const Question& q) const {
  const std::string decided = heard_[reinstatement].event.decision_date();
  return acts_after(suspension) <= reinstatement &&
         suspended_by(suspension, {q.issuer, q.number, decided, reinstatement});
}

bool StatusTwin::suspended_by(Fact suspension, const Question& q) const {
  if (q.day < effect(suspension, q.known) || lifted(suspension, q.day, q.known)) return false;
  for (const Fact reinstatement : facts(q, v1::Event::kCertificateReinstated)) {
    const bool never = heard_[reinstatement].event.certificate_reinstated().effect() == v1::EX_TUNC;
    if (!never && q.day < effect(reinstatement, q.known)) continue;
    if (reinstates(reinstatement, suspension, q)) return false;
  }
  return true;
}

StatusTwin::Facts StatusTwin::intervals(const Question& q) const {
  Facts all = facts(q, v1::Event::kCertificateGranted);
  for (const Fact renewal : facts(q, v1::Event::kCertificateRenewed)) all.push_back(renewal);
  return all;
}

// An extension is of the interval that held when it was decided; of several, the one that ended last.
bool StatusTwin::extends(Fact extension, Fact interval, const Question& q) const {
  const std::string decided = heard_[extension].event.decision_date();
  const Question then{q.issuer, q.number, decided, extension};
  Fact of = heard_.size();
  for (const Fact each : intervals(then)) {
    if (effect(each, extension) > decided || last_day(each, then) < decided) continue;
    if (of == heard_.size() || last_day(each, then) > last_day(of, then)) of = each;
  }
  return of == interval;
}

std::string StatusTwin::last_day(Fact interval, const Question& q) const {
  std::string last = value(interval, "valid_to", q.known);
  for (const Fact extension : facts(q, v1::Event::kCertificateExtended)) {
    if (extends(extension, interval, q)) last = value(extension, "valid_to", q.known);
  }
  return or_for_ever(last);
}

std::string StatusTwin::ended(const Question& q) const {
  std::map<std::string, std::string> acting;  // by first day
  for (const auto& [kind, name] : {std::pair(v1::Event::kCertificateRevoked, "REVOKED"),
                                   std::pair(v1::Event::kCertificateSurrendered, "SURRENDERED")}) {
    for (const Fact end : facts(q, kind)) {
      const std::string from = effect(end, q.known);
      if (from <= q.day && !lifted(end, q.day, q.known)) acting.emplace(from, name);
    }
  }
  return acting.empty() ? "" : acting.begin()->second;
}

std::string StatusTwin::status(const Question& q) const {
  for (const Fact annulment : facts(q, v1::Event::kCertificateAnnulled)) {
    if (!lifted(annulment, q.day, q.known)) return "ANNULLED";
  }
  if (acts_after(newest_grant(q)) > q.known) return "PENDING_APPROVAL";
  const Facts valid = intervals(q);
  const auto begun = [&](Fact each) { return effect(each, q.known) <= q.day; };
  if (std::none_of(valid.begin(), valid.end(), begun)) return "NOT_YET_EFFECTIVE";
  if (const std::string end = ended(q); !end.empty()) return end;
  const auto holds = [&](Fact each) { return begun(each) && q.day <= last_day(each, q); };
  if (std::none_of(valid.begin(), valid.end(), holds)) return "EXPIRED";
  for (const Fact suspension : facts(q, v1::Event::kCertificateSuspended)) {
    const bool whole = heard_[suspension].event.certificate_suspended().roles().empty();
    if (whole && suspended_by(suspension, q)) return "SUSPENDED";
  }
  return "ACTIVE";
}

std::set<int> StatusTwin::roles(const Question& q) const {
  const auto& granted = heard_[newest_grant(q)].event.certificate_granted().roles();
  std::set<int> held(granted.begin(), granted.end());
  Facts amendments = facts(q, v1::Event::kCertificateAmended);
  std::stable_sort(amendments.begin(), amendments.end(),
                   [&](Fact a, Fact b) { return effect(a, q.known) < effect(b, q.known); });
  for (const Fact each : amendments) {
    if (effect(each, q.known) > q.day) continue;
    const auto& amended = heard_[each].event.certificate_amended();
    held.insert(amended.roles_added().begin(), amended.roles_added().end());
    for (const int gone : amended.roles_removed()) held.erase(gone);
  }
  return held;
}

StatusTwin::Answer StatusTwin::answer(const std::string& issuer, const std::string& number, const std::string& day,
                                      std::size_t known) const {
  const Question q{issuer, number, day, known};
  if (newest_grant(q) == heard_.size()) return {};
  Answer answer{status(q), roles(q), {}};
  for (const Fact suspension : facts(q, v1::Event::kCertificateSuspended)) {
    for (const int role : heard_[suspension].event.certificate_suspended().roles()) {
      if (answer.roles.contains(role) && suspended_by(suspension, q)) answer.suspended_roles.insert(role);
    }
  }
  return answer;
}

}  // namespace quipu::ledger::testing
