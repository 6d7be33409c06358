// SPDX-License-Identifier: Apache-2.0
// docs/scenarios.md holds prose by hand and tables by this program: between "<!-- table: NAME -->" and "<!-- end -->".
// QUIPU_REWRITE_DOCS=1 writes them anew.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "testnet/scenario/grammar.h"
#include "testnet/scenario/parse.h"

namespace language_document {

namespace fs = std::filesystem;
using namespace quipu::scenario;

const fs::path kRoot = QUIPU_SOURCE_DIR;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string meanings_table() {
  std::string out = "| Written | Stands for |\n|---|---|\n";
  for (const auto& each : meanings()) out += std::string("| `") + each.word + "` | " + each.says + " |\n";
  return out;
}

std::string forms_table(Place place) {
  std::string out = "| Line | Means | |\n|---|---|---|\n";
  for (const auto& form : forms())
    if (form.place == place)
      out +=
          std::string("| `") + form.pattern + "` | " + form.help + " | " + (form.only_simulated ? "sim" : "") + " |\n";
  return out;
}

std::string stories_table() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests" / "scenarios"))
    if (entry.path().extension() == ".scenario") files.push_back(fs::relative(entry.path(), kRoot / "tests/scenarios"));
  std::ranges::sort(files);
  std::string out = "| File | Story | Members | |\n|---|---|---|---|\n";
  for (const auto& file : files) {
    const auto plan = parse(content(kRoot / "tests" / "scenarios" / file));
    REQUIRE(plan);
    const auto name = file.string();
    out += "| `" + name.substr(0, name.rfind('.')) + "` | " + plan->title + " | " +
           std::to_string(plan->members.size()) + " | " + (why_not_on_processes(*plan) ? "sim" : "") + " |\n";
  }
  return out;
}

std::string with_table(const std::string& document, const std::string& name, const std::string& table) {
  const std::string open = "<!-- table: " + name + " -->\n";
  const auto start = document.find(open);
  REQUIRE(start != std::string::npos);
  const auto end = document.find("<!-- end -->", start);
  REQUIRE(end != std::string::npos);
  return document.substr(0, start + open.size()) + table + document.substr(end);
}

}  // namespace language_document

TEST_CASE("the document of the scenario language has the tables of the program", "[document]") {
  using namespace language_document;
  const auto path = kRoot / "docs" / "scenarios.md";
  const std::string stored = content(path);
  std::string fresh = with_table(stored, "meanings", meanings_table());
  fresh = with_table(fresh, "head", forms_table(Place::kHead));
  fresh = with_table(fresh, "body", forms_table(Place::kBody));
  fresh = with_table(fresh, "stories", stories_table());
  if (std::getenv("QUIPU_REWRITE_DOCS")) std::ofstream(path) << fresh;
  const bool same = stored == fresh || std::getenv("QUIPU_REWRITE_DOCS");
  INFO("docs/scenarios.md is behind grammar.cpp or tests/scenarios: run this test with QUIPU_REWRITE_DOCS=1");
  CHECK(same);
}
