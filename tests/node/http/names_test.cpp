// SPDX-License-Identifier: Apache-2.0
// Firms by name: how names are compared, whose are found, and that a page has an end.
#include <boost/json/parse.hpp>
#include <map>

#include "node/http/name_words.h"
#include "node/http/record_desk.h"
#include "node/ledger/canonical.h"
#include "tests/node/http/asking.h"

namespace names_test {

using namespace routes_test;

// Holds the names it is given, of BO's firms.
class Desk final : public RecordDesk {
 public:
  void hand_in(HandIn, std::function<void(HandInAnswer)> done) override { done(HandInAnswer::kUnavailable); }
  HeldRecords records_of(const std::string&, const std::string& subject) override {
    ++opened;
    const auto found = names.find(subject);
    if (found == names.end()) return {.kind = HeldRecords::Kind::kNotEntitled};
    ledger::v1::IdentityRecord identity;
    identity.set_salt(std::string(32, 's'));
    identity.set_legal_name(found->second);
    return {.kind = HeldRecords::Kind::kHeld, .identity = ledger::canonical_bytes(identity)};
  }
  std::vector<ErasureNote> erasures() const override { return {}; }

  std::map<std::string, std::string> names;
  int opened = 0;
};

struct Node {
  Desk desk;
  MemoryLedger ledger;
  Node() { ledger.desk = &desk; }

  // `count` firms BO-0, BO-1, ... with a commitment to who they are.
  void register_firms(int count) {
    std::uint64_t sequence = 0;
    for (int first = 0; first < count; first += 200) {
      std::string events;
      for (int at = first; at < std::min(count, first + 200); ++at) events += (events.empty() ? "[" : ",") + firm(at);
      submit(ledger, "BO", ++sequence, events + "]");
    }
  }
  static std::string firm(int at) {
    const std::string number = std::to_string(at);
    return R"({"decision_date":"2026-01-01","operator_registered":{"subject":"BO-)" + number + R"(","tin":"BO1)" +
           number + R"(","person":"LEGAL","identity_commitment":")" + crypto::to_base64(std::string(32, 'c')) +
           R"("}})";
  }
  json::object found(const std::string& query) { return parsed(get(ledger, "/v1/names?issuer=BO&" + query)); }
};

TEST_CASE("names are compared without case and accents and the order of words", "[names]") {
  CHECK(folded("ÁÉÍÓÚ Ñandú Conceição Über") == "aeiou nandu conceicao uber");
  CHECK(folded("日本") == "日本");
  CHECK(folded("\xc3") == "\xc3");  // half a letter
  CHECK(words_of("  S.A. Pérez-García & Hijos ") == std::vector<std::string>{"s", "a", "perez", "garcia", "hijos"});
  CHECK(words_of(" .-").empty());
  CHECK(names_match("Exportadora Ñandú S.A.", words_of("nandu exp")));
  CHECK_FALSE(names_match("Exportadora Ñandú S.A.", words_of("andu")));
  CHECK_FALSE(names_match("Exportadora Ñandú S.A.", words_of("exportadora lima")));
}

TEST_CASE("a firm is found by its name where its identity is held", "[names]") {
  Node node;
  node.register_firms(3);
  node.desk.names = {{"BO-0", "Café Illimani"}, {"BO-2", "Illimani Textil"}};
  const json::object both = node.found("name=illimani");
  CHECK(both.at("items").as_array().size() == 2);
  const json::object one = node.found("name=cafe%20ILLI");
  REQUIRE(one.at("items").as_array().size() == 1);
  CHECK(one.at("items").at(0).at("operator") == "BO/BO-0");
  CHECK(one.at("items").at(0).at("tin") == "BO10");
  CHECK(one.at("items").at(0).at("legal_name").as_string() == "Café Illimani");
  CHECK(header(get(node.ledger, "/v1/names?issuer=BO&name=x"), "Cache-Control") == "no-store");
}

TEST_CASE("a page of names looks at so many firms and says where the next begins", "[names]") {
  Node node;
  node.register_firms(620);
  node.desk.names = {{"BO-7", "Illimani"}, {"BO-611", "Illimani"}};
  const json::object first = node.found("name=illimani");
  CHECK(node.desk.opened == 500);
  const std::string next = first.at("next_after").as_string().c_str();
  const json::object second = node.found("name=illimani&after=" + next);
  CHECK(node.desk.opened == 620);
  CHECK_FALSE(second.contains("next_after"));
  CHECK(first.at("items").as_array().size() + second.at("items").as_array().size() == 2);
  const json::object limited = node.found("name=illimani&limit=1");
  CHECK(limited.at("items").as_array().size() <= 1);
  CHECK(limited.contains("next_after"));
}

TEST_CASE("a node without side records finds no names", "[names]") {
  Node node;
  node.register_firms(1);
  node.ledger.desk = nullptr;
  CHECK(get(node.ledger, "/v1/names?issuer=BO&name=illimani").status == 404);
}

TEST_CASE("a question for names that is not in form is refused", "[names]") {
  Node node;
  for (const char* query : {"name=x", "issuer=bo&name=x", "issuer=BO", "issuer=BO&name=%20.", "issuer=BO&name=x&x=1",
                            "issuer=BO&name=x&after=zz", "issuer=BO&name=x&limit=0"}) {
    CAPTURE(query);
    CHECK(get(node.ledger, std::string("/v1/names?") + query).status == 400);
  }
  CHECK(get(node.ledger, "/v1/names?issuer=BO&name=" + std::string(201, 'x')).status == 400);
}

}  // namespace names_test
