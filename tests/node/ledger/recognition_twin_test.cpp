// SPDX-License-Identifier: Apache-2.0
#include "recognition_twin.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <random>

#include "programmes.h"

namespace {

using namespace quipu::ledger;
using namespace quipu::ledger::testing;

std::vector<v1::Arrangement> arrangements_in(const World& world) {
  std::vector<v1::Arrangement> found;
  world.state().scan(map_prefix(RecordType::kRegister), [&](const MapKey&, quipu::BytesView value) {
    v1::ArrangementRecord record;
    if (record.ParseFromString(std::string(value)) && !record.arrangement().signed_on().empty()) {
      found.push_back(record.arrangement());
    }
    return true;
  });
  return found;
}

// Makes up statements about two issuers' few firms, mostly well formed, often refused.
class Rumours {
 public:
  explicit Rumours(unsigned seed) : dice_(seed) {}

  v1::Event next(const World& world) {
    const Date today = *Date::parse(world.date());
    const Date decided = today.plus(-roll(40));
    std::string head = "decision_date: '" + decided.text() + "' ";
    if (roll(2) == 0) head += "effective_from: '" + decided.plus(roll(60)).text() + "' ";
    return event_from_text(head + statement(decided));
  }
  std::string author() { return pick({"CL", "PE"}); }
  std::string tin() { return pick({"CL", "PE"}) + pick({"11110001", "11110002", "11119999", "22220001", "22229999"}); }
  std::string role() { return pick({"IMPORTER", "EXPORTER", "PORT"}); }
  std::string flow() { return pick({"IMPORT", "EXPORT"}); }
  std::string day() { return Date::parse("2023-01-01")->plus(roll(900)).text(); }
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }

 private:
  std::string pick(std::initializer_list<const char*> options) {
    return options.begin()[roll(static_cast<int>(options.size()))];
  }
  std::string subject() { return "subject: '" + pick({"S1", "S2"}) + "' "; }
  std::string number() { return "certificate: '" + pick({"C1", "C2", "C3"}) + "' "; }
  std::string issuer() { return "issuer: '" + pick({"CL", "PE"}) + "' "; }
  std::string arrangement() { return "arrangement: '" + pick({"ARR", "PACIFIC"}) + "' "; }
  std::string maybe(const std::string& text) { return roll(2) == 0 ? text : ""; }
  std::string until(const char* field, Date from) {
    return maybe(std::string(field) + ": '" + from.plus(30 + roll(400)).text() + "' ");
  }

  std::string statement(Date decided) {
    switch (roll(20)) {
      case 0:
      case 1:
        return "operator_registered { person: LEGAL " + subject() + "tin: '" + tin() + "' " +
               maybe("cover { prefix_length: 4 }") + " }";
      case 2:
        return "tin_replaced { kind: RENUMBERED " + subject() + "tin: '" + tin() + "' }";
      case 3:
        return "operator_amended { " + subject() + "cover { prefix_length: " + pick({"0", "4", "8"}) + " } }";
      case 4:
        return "consent_granted { " + subject() + maybe("arrangements: 'ARR'") + " }";
      case 5:
        return "consent_withdrawn { " + subject() + maybe("arrangements: 'PACIFIC'") + " }";
      case 6:
      case 7:
        return "certificate_granted { " + number() + subject() + "scheme: " + pick({"SECURITY", "BASIC"}) +
               " roles: [" + pick({"IMPORTER", "IMPORTER, EXPORTER", "EXPORTER, PORT"}) + "] " +
               until("valid_to", decided) + " }";
      case 8:
        return "certificate_amended { " + number() + maybe("roles_added: " + role()) + " " +
               maybe("roles_removed: " + role()) + " }";
      case 9:
        return "certificate_renewed { " + number() + until("valid_to", decided.plus(200)) + " }";
      case 10:
        return "certificate_extended { ground: FORCE_MAJEURE " + number() + until("valid_to", decided.plus(200)) + " }";
      case 11:
      case 12:
        return "certificate_suspended { ground: CURE " + number() + maybe("roles: " + role()) + " }";
      case 13:
      case 14:
        return "certificate_reinstated { " + number() + "effect: " + pick({"EX_NUNC", "EX_TUNC"}) + " }";
      case 15:
        return roll(3) != 0   ? "suspension_prolonged { " + number() + "until: '2025-01-01' }"
               : roll(2) == 0 ? "certificate_revoked { " + number() + " }"
               : roll(2) == 0 ? "certificate_surrendered { " + number() + " }"
                              : "certificate_annulled { " + number() + " }";
      case 16:
        return "recognition_activated { schemes: SECURITY " + arrangement() + issuer() + maybe("schemes: BASIC ") +
               maybe("roles: " + role()) + " " + maybe("flows: " + flow()) + " }";
      case 17:
        return roll(2) == 0 ? "recognition_suspended { emergency: true " + arrangement() + issuer() + " }"
                            : "recognition_resumed { " + arrangement() + issuer() + " }";
      case 18:
        return "benefits_denied { " + arrangement() + issuer() + subject() + until("until", decided.plus(60)) + " }";
      default:
        return "benefits_restored { " + arrangement() + issuer() + subject() + " }";
    }
  }

  std::mt19937 dice_;
};

}  // namespace

TEST_CASE("recognition agrees with its dumb twin on made-up histories", "[recognition]") {
  std::map<std::string, int> seen;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    World world = small_world();
    RecognitionTwin twin(arrangements_in(world));
    Rumours rumours(seed);
    Date today = *Date::parse("2023-02-01");
    for (int i = 0; i < 300; ++i) {
      today = today.plus(rumours.roll(4));
      world.today(today.text());
      const std::string author = rumours.author();
      const v1::Event event = rumours.next(world);
      const std::string said = world.states(author, {event});
      ++seen[said];
      if (said == "OK") twin.hears(author, event);
    }
    for (int i = 0; i < 100; ++i) {
      const Look look{rumours.day(), rumours.author(), rumours.tin(), rumours.role(), rumours.flow()};
      const std::string reason = world.reason(look.recogniser, look.tin, look.date, look.role, look.flow);
      INFO("seed " << seed << ": " << look.recogniser << " " << look.tin << " " << look.role << " " << look.flow << " "
                   << look.date);
      REQUIRE(reason == twin.reason(look.recogniser, look.tin, look.role, look.flow, look.date));
      ++seen[reason];
    }
  }
  for (const char* reason :
       {"OK", "TIN_UNKNOWN", "NO_CERTIFICATE", "ARRANGEMENT_NOT_EFFECTIVE", "RECOGNITION_SUSPENDED",
        "FLOW_OUT_OF_SCOPE", "SCHEME_OUT_OF_SCOPE", "ROLE_OUT_OF_SCOPE", "NOT_YET_EFFECTIVE", "EXPIRED", "REVOKED",
        "SURRENDERED", "ANNULLED", "SUSPENDED", "NO_CONSENT", "BENEFITS_DENIED", "RECOGNISED"}) {
    INFO(reason);
    CHECK(seen[reason] > 0);  // the made-up histories reach every step
  }
}

TEST_CASE("recognition agrees with its dumb twin on the declarations of the whole data set", "[recognition]") {
  if (!std::filesystem::exists(whole_programmes() / "declarations.csv")) {
    std::cout << "SKIPPED: no data set at " << whole_programmes() << "\n";
    return;
  }
  World world = world_of(whole_programmes());
  RecognitionTwin twin(arrangements_in(world));
  for (const HistoryLine& line : read_history(whole_programmes())) {
    REQUIRE(replay(world, line) == "OK");
    twin.hears(line.administration, line.event);
  }
  const auto looks = read_declarations(whole_programmes());
  REQUIRE(looks.size() == 20'000);
  std::size_t recognised = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const Look& look = looks[i];
    const std::string reason = world.reason(look.recogniser, look.tin, look.date, look.role, look.flow);
    recognised += reason == "RECOGNISED";
    if (i % 10 != 0) continue;
    INFO(look.recogniser << " " << look.tin << " " << look.role << " " << look.flow << " " << look.date);
    REQUIRE(reason == twin.reason(look.recogniser, look.tin, look.role, look.flow, look.date));
  }
  CHECK(recognised > looks.size() / 20);
}
