// SPDX-License-Identifier: Apache-2.0
// Personal data on its way from an import to the node, and what an officer sees of it.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/cli/files.h"
#include "test_node.h"

namespace record_test {

using namespace quipu;
using namespace quipu::cli;
using namespace quipu::cli::trial;
using http::HandInAnswer;

ImportHistoryOptions import_of(const Folder& folder, const std::string& text) {
  ImportHistoryOptions options;
  options.file = folder.write("BO.jsonl", text);
  options.key = folder.key("BO", "issuer");
  return options;
}

std::string records_of(const ImportHistoryOptions& options) { return options.file + ".BO.quipu-records"; }

TEST_CASE("an import hands in what it opened once all is final and counts it", "[cli]") {
  TestNode node;
  Folder folder;
  Captured out;
  REQUIRE(import_history(node.global(), import_of(folder, programme("BO", 3, false))));
  CHECK(out.json().at("records_kept") == 3);
  REQUIRE(node.desk.handed.size() == 3);
  CHECK(node.desk.handed[1].subject == "S-1");
  CHECK(node.desk.handed[1].kind == "identity");
  CHECK(node.desk.handed[1].record.starts_with(Bytes("\x0a\x20", 2)));
}

TEST_CASE("an import whose records the node does not take is done all the same and says what to do", "[cli]") {
  TestNode node;
  Folder folder;
  node.door.token = "a token of some length";
  const auto options = import_of(folder, programme("BO", 2, false));
  Captured out;
  REQUIRE(import_history(node.global(), options));
  CHECK(out.json().at("records_kept") == 0);
  CHECK(out.errors().find("UNAUTHORIZED") != std::string::npos);
  CHECK(out.errors().find("--token-file FILE") != std::string::npos);
  CHECK(out.errors().find("quipu record put " + records_of(options)) != std::string::npos);

  auto global = node.global();
  CHECK_FALSE(record_put(global, records_of(options)));
  global.token_file = folder.write("token", "a token of some length\nnot this line\n");
  Captured later;
  REQUIRE(record_put(global, records_of(options)));
  CHECK(later.json().at("kept") == 2);
}

TEST_CASE("records that the ledger does not name and erased ones are counted and do not stop the others", "[cli]") {
  TestNode node;
  Folder folder;
  const auto options = import_of(folder, programme("BO", 3, false));
  {
    Captured out;
    REQUIRE(import_history(node.global(), options));
  }
  node.desk.answers = {{"S-0", HandInAnswer::kNotNamed}, {"S-1", HandInAnswer::kErased}, {"S-2", HandInAnswer::kKept}};
  Captured out;
  REQUIRE(record_put(node.global(), records_of(options)));
  CHECK(out.json() == boost::json::value(boost::json::object{{"kept", 1}, {"unknown", 1}, {"erased", 1}}));
  node.desk.answers["S-1"] = HandInAnswer::kMalformed;
  const auto refused = record_put(node.global(), records_of(options));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().starts_with("line 2: RECORD_MALFORMED"));
}

TEST_CASE("a file that holds no records is refused by its line", "[cli]") {
  TestNode node;
  Folder folder;
  for (const char* text : {"no JSON\n", "{\"kind\":\"identity\",\"record\":\"YWJj\"}\n"}) {
    const auto refused = record_put(node.global(), folder.write("odd", text));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find("line 1") != std::string::npos);
  }
  CHECK_FALSE(record_put(node.global(), folder.file("nowhere")));
  CHECK(node.desk.handed.empty());
}

TEST_CASE("why a firm's identity is not shown is told and erasures are listed", "[cli]") {
  TestNode node;
  const auto refused = operator_identity(node.global(), "PE/S-1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().starts_with("NOT_ENTITLED"));
  CHECK_FALSE(operator_identity(node.global(), "PES-1"));
  Captured out;
  REQUIRE(erasure_list(node.global()));
  CHECK(out.json().as_array().at(0).at("operator") == "PE/S-1");
}

}  // namespace record_test
