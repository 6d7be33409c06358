// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/codes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace {

using namespace quipu::ledger;

struct Row {
  std::string enumerator;
  std::string name;
};

std::vector<Row> all_codes() {
  return {
#define CODE(enumerator, name, family, en, es, pt) {#enumerator, #name},
#include "node/ledger/codes.def"
#undef CODE
  };
}

// Provoked where signatures are verified and votes are taken, not by the rules.
const std::set<std::string> kElsewhere = {"BAD_SIGNATURE", "PROTOCOL_VERSION_UNKNOWN"};

std::string test_sources() {
  std::stringstream all;
  for (const auto& each : std::filesystem::directory_iterator(QUIPU_SOURCE_DIR "/tests/node/ledger")) {
    const std::string name = each.path().filename();
    if (name.ends_with("_test.cpp") && name != "codes_test.cpp") all << std::ifstream(each.path()).rdbuf();
  }
  return all.str();
}

bool says(const std::string& sources, const Row& row) {
  return sources.find("\"" + row.name + "\"") != std::string::npos ||
         sources.find("Code::" + row.enumerator) != std::string::npos;
}

}  // namespace

TEST_CASE("every code is provoked by a test", "[codes]") {
  const std::string sources = test_sources();
  for (const Row& row : all_codes()) {
    INFO(row.name);
    CHECK((says(sources, row) || kElsewhere.contains(row.name)));
  }
}

TEST_CASE("a code is found by its name and has a text in each language", "[codes]") {
  std::set<std::string> names;
  for (const Row& row : all_codes()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    const auto code = code_named(row.name);
    REQUIRE(code.has_value());
    CHECK(name_of(*code) == row.name);
    std::set<std::string_view> texts;
    for (const Language language : {Language::kEnglish, Language::kSpanish, Language::kPortuguese}) {
      CHECK(text_of(*code, language).ends_with('.'));
      texts.insert(text_of(*code, language));
    }
    CHECK(texts.size() == 3);
  }
  CHECK_FALSE(code_named("NO_SUCH_CODE").has_value());
}

TEST_CASE("the reasons of recognition stand in the order of their steps with RECOGNISED last", "[codes]") {
  const char* const kSteps[] = {"TIN_MALFORMED",
                                "ALIAS_MALFORMED",
                                "TIN_UNKNOWN",
                                "ALIAS_UNKNOWN",
                                "NO_CERTIFICATE",
                                "NO_ARRANGEMENT",
                                "ARRANGEMENT_NOT_EFFECTIVE",
                                "RECOGNITION_SUSPENDED",
                                "FLOW_OUT_OF_SCOPE",
                                "SCHEME_OUT_OF_SCOPE",
                                "ROLE_OUT_OF_SCOPE",
                                "NOT_YET_EFFECTIVE",
                                "EXPIRED",
                                "REVOKED",
                                "SURRENDERED",
                                "ANNULLED",
                                "SUSPENDED",
                                "PENDING_APPROVAL",
                                "NO_CONSENT",
                                "BENEFITS_DENIED",
                                "RECOGNISED"};
  CHECK(std::is_sorted(std::begin(kSteps), std::end(kSteps),
                       [](const char* a, const char* b) { return *code_named(a) < *code_named(b); }));
  std::vector<std::string> family;
  for (const Row& row : all_codes()) {
    if (family_of(*code_named(row.name)) == "recognition") family.push_back(row.name);
  }
  CHECK(family == std::vector<std::string>(std::begin(kSteps), std::end(kSteps)));
}
