// SPDX-License-Identifier: Apache-2.0
// Work lists and cases by the calendar against those of a node that has none and looks at every certificate.
#include <random>

#include "node/ledger/date.h"
#include "tests/node/http/asking.h"

namespace calendar_test {

using namespace routes_test;

// States what it makes up, late or early, from two administrations; much of it is refused.
class Talk {
 public:
  Talk(MemoryLedger& node, unsigned seed) : node_(node), dice_(seed) {}

  void say_something() {
    const std::string author = roll(3) == 0 ? "CL" : "BO";
    const Bytes leaf = signed_leaf(author, next_[author] + 1, "[" + statement(author) + "]");
    post(node_, "/v1/submissions", "application/cose", leaf);
    if (parsed(get(node_, "/v1/submissions/" + id_of(leaf))).at("status") != "FINAL") return;
    ++next_[author];
    if (target_) targets_[author].push_back(id_of(leaf));
  }

  std::string day() { return ledger::Date::parse("2026-01-01")->plus(roll(420)).text(); }
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }

 private:
  std::string certificate() { return R"("certificate":"N-)" + std::to_string(roll(certificates_ + 1)) + R"(")"; }

  std::string against(const std::string& author) {
    const auto& known = targets_[author];
    const std::string id =
        known.empty() ? std::string(64, '0') : known[static_cast<std::size_t>(roll(static_cast<int>(known.size())))];
    return R"("target":{"leaf":")" + crypto::to_base64(*crypto::from_hex(id)) + R"(","index":0})";
  }

  std::string statement(const std::string& author) {
    target_ = false;
    const std::string effect = roll(2) == 0 ? R"("effective_from":")" + day() + R"(",)" : "";
    std::string head = R"({"decision_date":"2026-01-01",)";
    if (certificates_ < 12 && roll(2) == 0) {
      const std::string n = std::to_string(++certificates_);
      return head + R"("operator_registered":{"subject":"S-)" + n + R"(","tin":")" + author + "100" + n +
             R"(","person":"LEGAL"}},)" + head + R"("certificate_granted":{"certificate":"N-)" + n +
             R"(","subject":"S-)" + n + R"(","scheme":"SECURITY","roles":["IMPORTER","EXPORTER"])" +
             (roll(5) == 0 ? "" : R"(,"valid_to":")" + day() + R"(")") + "}}";
    }
    const int kind = roll(9);
    target_ = kind == 1 || kind == 2 || kind == 5 || kind == 6;
    if (kind > 2 || roll(2) == 0) head += effect;
    switch (kind) {
      case 0:
        return head + R"("certificate_renewed":{)" + certificate() + R"(,"valid_to":")" + day() + R"("}})";
      case 1:
      case 2:
        return head + R"("certificate_suspended":{"ground":"CURE",)" + certificate() +
               (roll(4) == 0 ? "" : R"(,"until":")" + day() + R"(")") +
               (roll(2) == 0 ? R"(,"roles":["IMPORTER"])" : "") + "}}";
      case 3:
        return head + R"("suspension_prolonged":{)" + certificate() + R"(,"until":")" + day() + R"("}})";
      case 4:
        return head + R"("certificate_reinstated":{"effect":"EX_NUNC",)" + certificate() + "}}";
      case 5:
        return head + R"("reason":"X","certificate_revoked":{)" + certificate() + "}}";
      case 6:
        return roll(3) == 0 ? R"({"decision_date":"2026-01-01","certificate_annulled":{)" + certificate() + "}}"
                            : head + R"("certificate_surrendered":{)" + certificate() + "}}";
      case 7:
        return head + R"("appeal_lodged":{"stay":)" + (roll(2) == 0 ? "true" : "false") + "," + against(author) + "}}";
      default:
        return head + R"("appeal_decided":{"outcome":")" + (roll(2) == 0 ? "UPHELD" : "OVERTURNED") +
               R"(","effect":")" + (roll(2) == 0 ? "EX_NUNC" : "EX_TUNC") + R"(",)" + against(author) + "}}";
    }
  }

  MemoryLedger& node_;
  std::mt19937 dice_;
  std::map<std::string, std::uint64_t> next_;
  std::map<std::string, std::vector<std::string>> targets_;
  int certificates_ = 0;
  bool target_ = false;
};

TEST_CASE("a work list and the cases by the calendar are those of looking at every certificate", "[routes]") {
  std::map<std::string, int> seen;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    MemoryLedger node;
    Talk talk(node, seed);
    for (int i = 0; i < 160; ++i) talk.say_something();
    const auto height = static_cast<int>(node.submissions_taken());
    std::vector<std::string> questions;
    for (int i = 0; i < 120; ++i) {
      const std::string issuer = talk.roll(2) == 0 ? "&issuer=BO" : "";
      const std::string known = talk.roll(2) == 0 ? "&known_at=" + std::to_string(talk.roll(height + 1)) : "";
      const std::string tail = "on=" + talk.day() + issuer + known + "&format=csv";
      questions.push_back("/v1/worklist?days=" + std::to_string(talk.roll(200)) + "&" + tail);
      const char* state = std::array{"OPEN", "CLOSED", "ALL", "OVERDUE"}[static_cast<std::size_t>(talk.roll(4))];
      questions.push_back("/v1/cases?state=" + std::string(state) + "&" + tail);
    }
    std::vector<std::string> by_calendar;
    for (const std::string& question : questions) by_calendar.push_back(get(node, question).body);
    node.be_without_calendar();
    for (std::size_t i = 0; i < questions.size(); ++i) {
      INFO(questions[i]);
      const std::string all = get(node, questions[i]).body;
      REQUIRE(by_calendar[i] == all);
      for (const char* word : {"EXPIRING,", "SUSPENSION_OVERDUE,", ",OPEN,", ",CLOSED,"}) {
        seen[word] += all.find(word) != std::string::npos;
      }
    }
  }
  for (const char* word : {"EXPIRING,", "SUSPENSION_OVERDUE,", ",OPEN,", ",CLOSED,"}) {
    INFO(word);
    CHECK(seen[word] >= 20);
  }
}

}  // namespace calendar_test
