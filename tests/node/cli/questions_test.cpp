// SPDX-License-Identifier: Apache-2.0
// Look-ups by alias and by opening a number; cases, stated figures, lost keys and reports as commands print them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/cli/files.h"
#include "tests/node/cli/recognised_firms.h"

namespace quipu::cli::trial {

TEST_CASE("a batch names firms by number or by alias or by a number with what opens it", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  RecogniseOptions options;
  options.batch = folder.write("d.csv",
                               "date,recogniser,role,flow,tin,alias,salt\n"
                               "2026-02-01,PE,EXPORTER,IMPORT,BO1001,,\n"
                               "2026-02-01,PE,EXPORTER,IMPORT,,MID:acme-1,\n"
                               "2026-02-01,PE,EXPORTER,IMPORT,,MID:ACME2,\n"
                               "2026-02-01,PE,EXPORTER,IMPORT,BO7001,," +
                                   kSalt + "\n2026-02-01,PE,EXPORTER,IMPORT,BO7001,,\n");
  {
    Captured csv;
    REQUIRE(recognise(node.global(Output::kCsv), options));
    CHECK(csv.text() ==
          "date,recogniser,role,flow,tin,alias,salt,reason,arrangements\n"
          "2026-02-01,PE,EXPORTER,IMPORT,BO1001,,,RECOGNISED,ARR\n"
          "2026-02-01,PE,EXPORTER,IMPORT,,MID:acme-1,,RECOGNISED,ARR\n"
          "2026-02-01,PE,EXPORTER,IMPORT,,MID:ACME2,,ALIAS_UNKNOWN,\n"
          "2026-02-01,PE,EXPORTER,IMPORT,BO7001,," +
              kSalt +
              ",RECOGNISED,ARR\n"
              "2026-02-01,PE,EXPORTER,IMPORT,BO7001,,,TIN_UNKNOWN,\n");
  }
  options.summary = true;
  Captured sums;
  REQUIRE(recognise(node.global(Output::kCsv), options));
  CHECK(sums.text() ==
        "recogniser,partner,reason,declarations,share\n"
        "PE,?,ALIAS_UNKNOWN,1,1.0000\n"
        "PE,BO,RECOGNISED,3,0.7500\n"
        "PE,BO,TIN_UNKNOWN,1,0.2500\n");
}

TEST_CASE("a batch without a column that names firms is refused", "[cli]") {
  TestNode node;
  Folder folder;
  RecogniseOptions options;
  options.batch = folder.write("d.csv", "date,recogniser,role,flow\n2026-02-01,PE,EXPORTER,IMPORT\n");
  const Done done = recognise(node.global(), options);
  REQUIRE_FALSE(done);
  CHECK(done.error().find("tin or alias") != std::string::npos);
}

TEST_CASE("one natural person is looked up with what opens its number", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  RecogniseOptions options;
  options.tin = "BO7001";
  options.by = "PE";
  options.role = "EXPORTER";
  options.flow = "IMPORT";
  options.on = "2026-02-01";
  const auto reason = [&] {
    Captured out;
    REQUIRE(recognise(node.global(), options));
    CHECK(out.json().as_object().contains("height"));
    return std::string(out.json().at("reason").as_string().c_str());
  };
  CHECK(reason() == "TIN_UNKNOWN");
  options.salt = kSalt;
  CHECK(reason() == "RECOGNISED");
  options.known_at = "1";
  options.salt = crypto::to_base64(std::string(32, 't'));
  CHECK(reason() == "TIN_UNKNOWN");
}

TEST_CASE("a firm is shown by the alias of an administration", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  LookupOptions options{.name = "MID:ACME1", .on = "2026-02-01", .known_at = "", .by = "PE"};
  {
    Captured out;
    REQUIRE(operator_show(node.global(), options));
    CHECK(out.json().at("operator") == "BO/BO-1");
  }
  options.by.clear();
  const Done done = operator_show(node.global(), options);
  REQUIRE_FALSE(done);
  CHECK(done.error().find("--by") != std::string::npos);
}

TEST_CASE("cases and stated figures are tables and one of each is shown", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  state(node, folder, "PE", dated(R"("irregularity_reported":{"case":"C-1","issuer":"BO","subject":"BO-1",
        "severity":3,"answer_due":"2026-02-01"})"));
  state(node, folder, "BO", dated(R"("programme_statistics":{"month":"2025-12","active":7})"));
  const auto shown = [&](const auto& command, const auto& options) {
    Captured out;
    const Done done = command(node.global(Output::kText), options);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    return out.text();
  };
  const std::string cases = shown(case_list, CasesOptions{.issuer = "BO", .on = "2026-03-01"});
  CHECK(cases.find("IRREGULARITY  PE/C-1  OVERDUE  2026-02-01  -28        BO/BO-1   BO1001") != std::string::npos);
  CHECK(cases.ends_with("1 row at height 4\n"));
  CHECK(shown(case_show, LookupOptions{.name = "PE/C-1"}).find("state: OVERDUE") != std::string::npos);
  const std::string figures = shown(statistics_list, StatisticsOptions{.mismatch = true});
  CHECK(figures.find("BO      2025-12  7       0") != std::string::npos);
  CHECK(shown(statistics_show, LookupOptions{.name = "BO/2025-12"}).find("on_ledger_now") != std::string::npos);
  CHECK_FALSE(case_show(node.global(), LookupOptions{.name = "C-1"}));
}

TEST_CASE("a report is its head and a table of its events", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  node.door.token = "secret";
  const LookupOptions options{.name = "BO/BO-1"};
  CHECK_FALSE(operator_report(node.global(Output::kText), options));
  Global global = node.global(Output::kText);
  global.token_file = folder.write("token", "secret\n");
  Captured out;
  REQUIRE(operator_report(global, options));
  CHECK(out.text().find("state: NOT_ENTITLED") != std::string::npos);
  CHECK(out.text().find("lookups_recorded: false") != std::string::npos);
  CHECK(out.text().find("operator_registered") != std::string::npos);
  CHECK(out.text().find("alias_set") != std::string::npos);
  CHECK(out.text().ends_with("3 rows at height 2\n"));
}

TEST_CASE("what a lost key signed is a table with who relied on it", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  const Bytes key(quipu::testing::test_key("BO", "issuer").public_key().view());
  state(node, folder, "BO",
        dated(R"("key_revoked":{"public_key":")" + crypto::to_base64(key) + R"(","compromised_since":"2026-01-01"})"),
        "governance");
  Captured out;
  REQUIRE(member_compromised(node.global(Output::kCsv), {.name = "BO", .on = ""}));
  CHECK(out.text().find(",certificate_granted,DISPUTED,") != std::string::npos);
  CHECK(out.text().find(",BO/OEA-7,,PE,") != std::string::npos);
  const std::string file = folder.file("stand-by.json");
  {
    Captured told;
    REQUIRE(member_compromised(node.global(), {.name = "BO", .reaffirm = file}));
    CHECK(told.json().at("reaffirmations") == 4);
  }
  const auto planned = ledger::parse_strict_json(*read_file(file));
  REQUIRE(planned);
  CHECK(planned->at("events").as_array().size() == 4);
  CHECK(planned->at("events").at(3).at("event_reaffirmed").at("target").at("index") == 3);
}

TEST_CASE("a block is shown and the evidence a node has is listed", "[cli]") {
  TestNode node;
  Folder folder;
  fill(node, folder);
  {
    Captured out;
    REQUIRE(block_show(node.global(), "1"));
    CHECK(out.json().at("signers").as_array().size() == 3);
  }
  Captured out;
  REQUIRE(evidence_list(node.global()));
  CHECK(out.json().at(0).at("administration") == "CL");
}

TEST_CASE("a list that is empty says so in text and stays an empty list in JSON", "[cli]") {
  const boost::json::value empty = boost::json::array();
  CHECK(as_text(empty) == "none\n");
  CHECK(as_text(boost::json::object{{"height", 7}, {"approvals", empty}}) == "height: 7\napprovals: none\n");
  Captured out;
  print_answer(empty, Output::kJson);
  CHECK(out.text() == "[]\n");
}

}  // namespace quipu::cli::trial
