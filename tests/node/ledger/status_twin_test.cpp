// SPDX-License-Identifier: Apache-2.0
// Made-up histories of a few certificates, late and dated back, with approvals, appeals and corrections: the records'
// answer for any day, as known at any time, against a clerk's who reads the list again. QUIPU_STATUS_HISTORIES sets how
// many, QUIPU_STATUS_SUBMISSIONS how long each is at most, QUIPU_STATUS_QUESTIONS how much is asked of each,
// QUIPU_STATUS_FIRST where the seeds begin.
#include "status_twin.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <random>

#include "node/ledger/rules/corrections.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/timeline.h"
#include "world.h"

namespace status_twin_test {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

unsigned given(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<unsigned>(std::stoul(text)) : otherwise;
}
const unsigned kHistories = given("QUIPU_STATUS_HISTORIES", 40);
const unsigned kFirst = given("QUIPU_STATUS_FIRST", 1);
const int kSubmissions = static_cast<int>(given("QUIPU_STATUS_SUBMISSIONS", 260));
const int kQuestions = static_cast<int>(given("QUIPU_STATUS_QUESTIONS", 120));
// So many of a history's states are kept to be asked, any of them alike.
constexpr std::size_t kStates = 24;

// Makes up statements by an administration with dual control and one without, mostly well formed, often refused.
class Gossip {
 public:
  explicit Gossip(unsigned seed) : dice_(seed) {}

  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }
  std::string pick(std::initializer_list<const char*> options) {
    return options.begin()[roll(static_cast<int>(options.size()))];
  }
  std::string author() { return pick({"AR", "CL"}); }
  std::string number() { return pick({"C1", "C1", "C1", "C1", "C2", "C3"}); }
  std::string day() { return Date::parse("2023-01-01")->plus(roll(1100)).text(); }

  v1::Event next(const std::string& author, const std::string& today) {
    const Date decided = Date::parse(today)->plus(-(roll(6) == 0 ? roll(12) : 0));
    std::string head = "decision_date: '" + decided.text() + "' ";
    if (roll(2) == 0) head += "effective_from: '" + decided.plus(roll(60) - 3).text() + "' ";
    if (roll(3) == 0) head += "legal_basis: 'OWN_MOTION' ";
    const bool first = granted_[author].size() < 2 && roll(2) == 0;
    const bool approves = author == "AR" && roll(5) == 0;
    v1::Event event = event_from_text(head + (first      ? grant(decided)
                                              : approves ? "event_approved { }"
                                                         : statement(decided)));
    aim(author, event);
    return event;
  }
  // What was taken may be named later.
  void remember(const std::string& author, const v1::EventRef& name, const v1::Event& event) {
    named_.push_back({author, name, event.statement_case()});
    if (event.has_certificate_granted()) granted_[author].insert(event.certificate_granted().certificate());
  }

 private:
  struct Named {
    std::string author;
    v1::EventRef name;
    int statement;
  };

  std::string certificate() { return "certificate: '" + number() + "' "; }
  std::string maybe(const std::string& text) { return roll(2) == 0 ? text : ""; }
  std::string role() { return pick({"IMPORTER", "EXPORTER", "PORT"}); }
  std::string later(const char* field, Date from) {
    return maybe(std::string(field) + ": '" + from.plus(30 + roll(400)).text() + "' ");
  }

  std::string grant(Date decided) {
    return "certificate_granted { subject: 'S1' " + certificate() + "scheme: " + pick({"SECURITY", "BASIC"}) +
           " roles: [" + pick({"IMPORTER", "IMPORTER, EXPORTER", "EXPORTER, PORT"}) + "] valid_to: '" +
           decided.plus(200 + roll(400)).text() + "' }";
  }

  std::string statement(Date decided) {
    switch (roll(22)) {
      case 0:
        return grant(decided);
      case 1:
      case 2:
        return "certificate_amended { " + certificate() + maybe("roles_added: " + role()) + " " +
               maybe("roles_removed: " + role()) + " }";
      case 3:
        return "certificate_renewed { " + certificate() + "valid_to: '" + decided.plus(200 + roll(300)).text() + "' }";
      case 4:
        return "certificate_extended { ground: FORCE_MAJEURE " + certificate() + "valid_to: '" +
               decided.plus(100 + roll(300)).text() + "' }";
      case 5:
      case 6:
      case 7:
        return "certificate_suspended { ground: CURE " + certificate() + maybe("roles: " + role()) + " }";
      case 8:
        return "suspension_prolonged { " + certificate() + "until: '" + decided.plus(roll(90)).text() + "' }";
      case 9:
      case 10:
        return "certificate_reinstated { " + certificate() + "effect: " + pick({"EX_NUNC", "EX_NUNC", "EX_TUNC"}) +
               " }";
      case 11:
        return roll(3) != 0 ? "certificate_amended { level: 'A' " + certificate() + " }"
                            : "certificate_revoked { " + certificate() + " }";
      case 12:
        return roll(4) != 0   ? "certificate_amended { sites: 2 " + certificate() + " }"
               : roll(2) == 0 ? "certificate_surrendered { " + certificate() + " }"
                              : "certificate_annulled { " + certificate() + " }";
      case 13:
      case 14:
      case 15:
        return "appeal_lodged { " + maybe("stay: true") + " }";
      case 16:
      case 17:
      case 18:
        return "appeal_decided { outcome: " + pick({"UPHELD", "OVERTURNED", "OVERTURNED"}) +
               " effect: " + pick({"EX_NUNC", "EX_TUNC"}) + " }";
      default:
        return "event_corrected { }";
    }
  }

  // At one of the latest events that this statement can be about.
  void aim(const std::string& author, v1::Event& event) {
    const bool appeal = event.has_appeal_lodged() || event.has_appeal_decided();
    const bool approval = event.has_event_approved();
    const auto suits = [&](int statement) {
      return appeal     ? statement >= v1::Event::kCertificateSuspended && statement <= v1::Event::kCertificateAnnulled
             : approval ? rule_for(statement)->dual_control
                        : statement >= v1::Event::kCertificateGranted && statement <= v1::Event::kCertificateAnnulled;
    };
    std::vector<Named> suiting;
    for (const Named& each : named_) {
      if (each.author == author && suits(each.statement)) suiting.push_back(each);
    }
    if (suiting.empty()) return;
    const std::size_t latest = approval ? 2 : 10;
    const std::size_t back = static_cast<std::size_t>(roll(static_cast<int>(std::min(latest, suiting.size()))));
    const auto& [by, name, statement] = suiting[suiting.size() - 1 - back];
    if (event.has_appeal_lodged()) *event.mutable_appeal_lodged()->mutable_target() = name;
    if (event.has_appeal_decided()) *event.mutable_appeal_decided()->mutable_target() = name;
    if (event.has_event_approved()) *event.mutable_event_approved()->mutable_target() = name;
    if (event.has_event_corrected()) correct(*event.mutable_event_corrected(), name, statement);
  }
  void correct(v1::EventCorrected& event, const v1::EventRef& name, int statement) {
    std::vector<std::string> fields;
    for (const CorrectableField& each : correctable_fields()) {
      if (each.statement == statement) fields.emplace_back(each.field);
    }
    if (fields.empty()) fields.emplace_back("effective_from");
    *event.mutable_target() = name;
    event.set_field(fields[static_cast<std::size_t>(roll(static_cast<int>(fields.size())))]);
    event.set_value(event.field() == "level"              ? pick({"A", "B"})
                    : event.field() == "national_label"   ? "OEA"
                    : event.field() == "sites"            ? "3"
                    : event.field() == "sites_commitment" ? std::string(64, 'a')
                                                          : day());
    // Near enough to the event to be taken at times.
    if (event.field() == "effective_from") event.set_value(Date::parse(latest_decision)->plus(roll(40)).text());
  }

  std::mt19937 dice_;
  std::vector<Named> named_;
  std::map<std::string, std::set<std::string>> granted_;

 public:
  std::string latest_decision;
};

// A world with its firms, what was said in it, and all its states.
class History {
 public:
  explicit History(unsigned seed) : gossip_(seed) {}

  void grow(std::map<std::string, int>& seen) {
    Date today = *Date::parse("2023-02-01");
    gossip_.latest_decision = today.text();
    for (int i = 0; i < kSubmissions; ++i) {
      today = today.plus(gossip_.roll(6));
      world_.today(today.text());
      const std::string author = gossip_.author();
      std::vector<v1::Event> events = {gossip_.next(author, today.text())};
      if (gossip_.roll(5) == 0 && !events[0].has_event_approved()) events.push_back(gossip_.next(author, today.text()));
      const std::string said = world_.states(author, events);
      ++seen[said];
      if (said == "OK") keep(author, events, seen);
    }
  }

  bool was_heard() const { return !states_.empty(); }

  // One question about some day as known at some time, and both answers to it.
  void ask(std::map<std::string, int>& seen) {
    const auto& [known, state] = states_[static_cast<std::size_t>(gossip_.roll(static_cast<int>(states_.size())))];
    const std::string issuer = gossip_.author();
    const std::string number = gossip_.number();
    // A day on which something begins or ends, or the one before or after; or any day.
    const auto& begun = days_[static_cast<std::size_t>(gossip_.roll(static_cast<int>(days_.size())))];
    const std::string day = gossip_.roll(4) == 0 ? gossip_.day() : Date::parse(begun)->plus(gossip_.roll(3) - 1).text();
    const StatusTwin::Answer theirs = twin_.answer(issuer, number, day, known);
    const StatusTwin::Answer ours = answer(state, issuer, number, day);
    ++seen[ours.status];
    if (ours == theirs) return;
    tell();
    INFO(issuer << "/" << number << " on " << day << " as known after " << known);
    CAPTURE(ours.status, theirs.status, ours.roles, theirs.roles, ours.suspended_roles, theirs.suspended_roles);
    FAIL("the record and the clerk disagree");
  }

 private:
  void keep(const std::string& author, const std::vector<v1::Event>& events, std::map<std::string, int>& seen) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      v1::EventRef name = world_.last();
      name.set_index(static_cast<std::uint32_t>(i));
      const Rule& rule = *rule_for(events[i].statement_case());
      twin_.hears(author, name, events[i], rule.dual_control && author == "AR");
      told_.emplace_back(author, events[i]);
      gossip_.remember(author, name, events[i]);
      gossip_.latest_decision = events[i].decision_date();
      days_.push_back(stated_effect(events[i]).text());
      if (Date::parse(events[i].event_corrected().value())) days_.push_back(events[i].event_corrected().value());
      ++seen[v1::Event::descriptor()->FindFieldByNumber(events[i].statement_case())->name()];
    }
    keep_state();
  }

  void keep_state() {
    ++states_seen_;
    if (states_.size() < kStates) return void(states_.emplace_back(twin_.heard(), world_.state()));
    const auto at = static_cast<std::size_t>(gossip_.roll(states_seen_));
    if (at < kStates) states_[at] = {twin_.heard(), world_.state()};
  }

  static const World& founded() {
    static const World world = [] {
      World fresh = small_world();
      fresh.today("2023-02-01");
      REQUIRE(fresh.says("AR", "operator_registered { subject: 'S1' person: LEGAL tin: 'AR30123' }") == "OK");
      REQUIRE(fresh.says("CL", "operator_registered { subject: 'S1' person: LEGAL tin: 'CL30123' }") == "OK");
      return fresh;
    }();
    return world;
  }

  static StatusTwin::Answer answer(const Overlay& state, const std::string& issuer, const std::string& number,
                                   const std::string& day) {
    const auto record = get<v1::CertificateRecord>(state, issuer, number);
    if (!record) return {};
    const Date on = *Date::parse(day);
    const auto as_set = [](const std::vector<int>& roles) { return std::set<int>(roles.begin(), roles.end()); };
    return {std::string(name_of(status_on(*record, on))), as_set(roles_on(*record, on)),
            as_set(suspended_roles_on(*record, on))};
  }

  void tell() const {
    for (std::size_t i = 0; i < told_.size(); ++i) {
      UNSCOPED_INFO(i + 1 << ": " << told_[i].first << " " << told_[i].second.ShortDebugString().substr(0, 200));
    }
  }

  World world_ = founded();
  Gossip gossip_;
  StatusTwin twin_;
  std::vector<std::pair<std::size_t, Overlay>> states_;
  int states_seen_ = 0;
  std::vector<std::string> days_;
  std::vector<std::pair<std::string, v1::Event>> told_;
};

TEST_CASE("a status on any day as known at any time agrees with a clerk who reads everything again", "[status-twin]") {
  std::map<std::string, int> seen;
  for (unsigned seed = kFirst; seed - kFirst < kHistories; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    history.grow(seen);
    for (int i = 0; i < kQuestions && history.was_heard(); ++i) history.ask(seen);
  }
  for (const char* reached :
       {"NOT_YET_EFFECTIVE", "ACTIVE", "SUSPENDED", "EXPIRED", "REVOKED", "SURRENDERED", "ANNULLED", "PENDING_APPROVAL",
        "certificate_extended", "certificate_reinstated", "appeal_lodged", "appeal_decided", "event_corrected",
        "event_approved", "EVENT_WITHOUT_EFFECT", "ALREADY_UNDONE", "APPEAL_IS_OPEN", "NO_APPEAL_OPEN"}) {
    INFO(reached);
    CHECK(seen[reached] > 0);  // the made-up histories come to everything
  }
  if (std::getenv("QUIPU_STATUS_HISTORIES")) {
    std::string all;
    for (const auto& [what, count] : seen) all += what + " " + std::to_string(count) + ", ";
    WARN(all);
  }
}

}  // namespace status_twin_test
