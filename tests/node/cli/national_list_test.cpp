// SPDX-License-Identifier: Apache-2.0
#include "node/cli/national_list.h"

#include "node/cli/files.h"
#include "node/cli/list_mapping.h"
#include "node/cli/workbook.h"
#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

const char* const kPlainHead =
    "tin,person,legal_name,address,city,certificate,scheme,roles,valid_from,valid_to,status\n";

NationalList read_list(const std::string& text, const ListMapping& mapping, const std::string& administration) {
  const auto lines = parse_csv_lines(text, mapping.delimiter);
  REQUIRE(lines);
  const auto list = read_national_list(*lines, mapping, administration);
  INFO((list ? "" : list.error()));
  REQUIRE(list);
  return *list;
}

TEST_CASE("a list in our own words needs no mapping", "[cli]") {
  const auto list = read_list(std::string(kPlainHead) +
                                  "PE20612985371,LEGAL,Agencia S.A.C.,Calle 1,Callao,PE-1,SECURITY,CARRIER IMPORTER,"
                                  "2024-08-03,2027-08-02,ACTIVE\n",
                              {}, "PE");
  REQUIRE(list.bad.empty());
  REQUIRE(list.rows.size() == 1);
  const ListRow& row = list.rows[0];
  CHECK(row.line == 2);
  CHECK(row.tin == "PE20612985371");
  CHECK_FALSE(row.natural);
  CHECK(row.legal_name == "Agencia S.A.C.");
  CHECK(row.certificate == "PE-1");
  CHECK(row.roles == std::vector<std::string>{"IMPORTER", "CARRIER"});
  CHECK(row.valid_to == "2027-08-02");
}

TEST_CASE("a mapping reads another country's columns and words and dates", "[cli]") {
  const auto mapping = parse_list_mapping(R"(
    delimiter = ";"
    head_line = 3
    date = "DD/MM/YYYY"
    roles_separators = "|"
    [columns]
    tin = "RUC"
    legal_name = "Razón social"
    certificate = "Resolución"
    roles = "Tipo de operador"
    valid_from = "Desde"
    valid_to = "Hasta"
    status = "Estado"
    person = "Persona"
    [constants]
    scheme = "SECURITY"
    [values.roles]
    "agente de aduana" = "BROKER"
    "Exportador" = "EXPORTER"
    [values.status]
    "vigente" = "ACTIVE"
    "suspendido" = "SUSPENDED"
    [values.person]
    "natural" = "NATURAL"
  )");
  INFO((mapping ? "" : mapping.error()));
  REQUIRE(mapping);
  const auto list = read_list(
      "Operadores OEA;;\n\n"
      "RUC;Razón social;Resolución;Tipo de operador;Desde;Hasta;Estado;Persona\n"
      "20.612.985-371;\"Uno; S.A.\";oea-7;Agente de Aduana|EXPORTADOR;03/08/2024;;VIGENTE;\n"
      ";;;;;;;\n"
      "10412345678;Dos;OEA-8;exportador;45508;31/12/2027;Suspendido;Natural\n",
      *mapping, "PE");
  for (const auto& bad : list.bad) UNSCOPED_INFO(bad.number << ": " << bad.why);
  REQUIRE(list.bad.empty());
  REQUIRE(list.rows.size() == 2);
  CHECK(list.rows[0].tin == "PE20612985371");
  CHECK(list.rows[0].legal_name == "Uno; S.A.");
  CHECK(list.rows[0].certificate == "OEA-7");
  CHECK(list.rows[0].roles == std::vector<std::string>{"EXPORTER", "BROKER"});
  CHECK(list.rows[0].valid_from == "2024-08-03");
  CHECK(list.rows[0].valid_to.empty());
  CHECK(list.rows[1].valid_from == "2024-08-04");  // a spreadsheet's number
  CHECK(list.rows[1].natural);
  CHECK(list.rows[1].status == "SUSPENDED");
}

TEST_CASE("each line that cannot be read is named with what is wrong and the others are taken", "[cli]") {
  const std::string good = "PE1,LEGAL,A,,,PE-1,SECURITY,CARRIER,2024-08-03,,ACTIVE\n";
  const auto list = read_list(std::string(kPlainHead) + good +
                                  "???,LEGAL,A,,,PE-2,SECURITY,CARRIER,2024-08-03,,ACTIVE\n"
                                  "PE3,LEGAL,A,,,PE-3,SECURITY,CLOWN,2024-08-03,,ACTIVE\n"
                                  "PE4,LEGAL,A,,,PE-4,SECURITY,CARRIER,2024-02-30,,ACTIVE\n"
                                  "PE5,LEGAL,A,,,PE-5,SECURITY,CARRIER,2024-08-03,2024-08-02,ACTIVE\n"
                                  "PE6,LEGAL,A,,,PE 6,SECURITY,CARRIER,2024-08-03,,ACTIVE\n"
                                  "PE7,LEGAL,A,,,PE-7,GOLD,CARRIER,2024-08-03,,ACTIVE\n"
                                  "PE8,LEGAL,A,,,PE-8,SECURITY,CARRIER,2024-08-03,,PERHAPS\n"
                                  "PE9,ROBOT,A,,,PE-9,SECURITY,CARRIER,2024-08-03,,ACTIVE\n"
                                  "PE10,LEGAL,A,,,PE-10,SECURITY,,2024-08-03,,ACTIVE\n"
                                  "PE1,LEGAL,A,,,PE-1,SECURITY,CARRIER,2024-08-03,,ACTIVE\n"
                                  "PE12,LEGAL,A,,,PE-12,SECURITY,CARRIER,2024-08-03,,ACTIVE,too,many\n",
                              {}, "PE");
  CHECK(list.rows.size() == 1);
  const char* const begins[] = {"tin:",    "roles:",  "valid_from:", "valid_to:",         "certificate:", "scheme:",
                                "status:", "person:", "roles:",      "PE-1 is on line 2", "more fields"};
  REQUIRE(list.bad.size() == std::size(begins));
  for (std::size_t i = 0; i < list.bad.size(); ++i) {
    CAPTURE(list.bad[i].why);
    CHECK(list.bad[i].number == i + 3);
    CHECK(list.bad[i].why.starts_with(begins[i]));
  }
}

TEST_CASE("a list without a needed column and a mapping with a wrong word are told as a whole", "[cli]") {
  const auto lines = parse_csv_lines("tin,roles\nPE1,CARRIER\n", ',');
  const auto list = read_national_list(*lines, {}, "PE");
  REQUIRE_FALSE(list);
  CHECK(list.error().starts_with("no column \"certificate\""));
  for (const char* toml : {"colour = \"red\"", "delimiter = 5", "[columns]\nshoe = \"x\"", "head_line = 0", "[[[",
                           "encoding = \"ebcdic\"", "[values]\nroles = \"x\""}) {
    CAPTURE(toml);
    CHECK_FALSE(parse_list_mapping(toml));
  }
}

TEST_CASE("an old encoding is read as what it means", "[cli]") {
  Folder folder;
  ListMapping mapping;
  mapping.latin1 = true;
  const auto lines = read_rows_file(folder.write("l.csv", "tin\nLog\xedstica\n"), mapping);
  REQUIRE(lines);
  CHECK((*lines)[1].row[0] == "Log\xc3\xadstica");
}

TEST_CASE("a workbook gives the same rows as the text it was made from", "[cli]") {
  Folder folder;
  const std::string text =
      std::string(kPlainHead) +
      "PE20612985371,LEGAL,Ágora & <Cía>,\"Calle 1, 2\",Callao,7,SECURITY,CARRIER,2024-08-03,,ACTIVE\n";
  auto lines = parse_csv_lines(text, ',');
  REQUIRE(lines);
  std::vector<CsvRow> rows;
  for (const CsvLine& line : *lines) rows.push_back(line.row);
  const std::string file = folder.file("list.xlsx");
  REQUIRE(write_workbook(file, rows, {"tin"}));
  const auto list = list_from(file, "", "PE");
  INFO((list ? "" : list.error()));
  REQUIRE(list);
  for (const auto& bad : list->bad) UNSCOPED_INFO(bad.number << ": " << bad.why);
  REQUIRE(list->rows.size() == 1);
  CHECK(list->rows[0].line == 2);
  CHECK(list->rows[0].legal_name == "Ágora & <Cía>");
  CHECK(list->rows[0].address == "Calle 1, 2");
  CHECK(list->rows[0].certificate == "7");
  CHECK(list->rows[0].valid_to.empty());
}

TEST_CASE("what is no workbook or has not the sheet is told in one line", "[cli]") {
  Folder folder;
  const std::string fake = folder.write("fake.xlsx", "PK but no archive");
  CHECK_FALSE(read_workbook(fake, ""));
  CHECK_FALSE(read_workbook(folder.file("none.xlsx"), ""));
  const std::string file = folder.file("list.xlsx");
  REQUIRE(write_workbook(file, {{"tin"}, {"PE1"}}, {}));
  CHECK(read_workbook(file, "quipu")->size() == 2);
  const std::string nowhere = folder.file("nowhere/list.xlsx");
  CHECK(write_workbook(nowhere, {{"tin"}}, {}).error() == "cannot write " + nowhere + ": No such file or directory");
  const auto other = read_workbook(file, "other");
  REQUIRE_FALSE(other);
  CHECK(other.error().find("\"other\"") != std::string::npos);
}

TEST_CASE("the example mappings are in form and the example list is read by its own", "[cli]") {
  const std::string folder = std::string(QUIPU_SOURCE_DIR) + "/docs/lists/";
  int mappings = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    const auto mapping = parse_list_mapping(*read_file(entry.path()));
    INFO((mapping ? "" : mapping.error()));
    CHECK(mapping);
    ++mappings;
  }
  CHECK(mappings == 3);
  const auto list = list_from(folder + "peru.csv", folder + "peru.toml", "PE");
  REQUIRE(list);
  CHECK(list->rows.size() == 4);
  CHECK(list->rows[2].natural);
  CHECK(list->rows[3].since == "2025-02-20");
  REQUIRE(list->bad.size() == 1);
  CHECK(list->bad[0].number == 8);
  CHECK(list->bad[0].why == "roles: \"Consolidador\" is no role");
}

// What import list tells, as JSON.
boost::json::value imported(const TestNode& node, const ImportListOptions& options) {
  Captured out;
  const Done done = import_list(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  return out.json();
}

TEST_CASE("a list is stated once however often it is imported and grows by what is new", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string rows =
      "BO1,LEGAL,Uno,Calle 1,La Paz,N-1,SECURITY,EXPORTER,2024-01-01,2029-12-31,ACTIVE\n"
      "BO1,LEGAL,Uno,Calle 1,La Paz,N-2,COMPLIANCE,IMPORTER,2024-02-01,,SUSPENDED\n"
      "BO9,NATURAL,Ana,Calle 2,La Paz,N-3,SECURITY,BROKER,2024-01-01,,ACTIVE\n"
      "BO9,NATURAL,Ana,Calle 2,La Paz,N-4,COMPLIANCE,BROKER,2024-01-01,,ACTIVE\n"
      "BO3,LEGAL,Tres,Calle 3,La Paz,N-5,SECURITY,EXPORTER,2024-01-01,,REVOKED\n";
  ImportListOptions options;
  options.file = folder.write("bo.csv", kPlainHead + rows);
  options.key = folder.key("BO", "issuer");
  options.dry_run = true;
  CHECK(imported(node, options).at("certificates_to_state") == 4);
  CHECK(node.ledger.submissions_taken() == 0);
  options.dry_run = false;
  const auto first = imported(node, options);
  CHECK(first.at("certificates_stated") == 4);
  CHECK(first.at("events_stated") == 7);
  REQUIRE(first.at("not_taken").as_array().size() == 1);
  CHECK(first.at("not_taken").at(0).at("line") == 6);
  CHECK(first.at("not_taken").at(0).at("why").as_string().starts_with("REVOKED"));
  CHECK(status_of(node, "BO/N-1", "2026-01-01") == "ACTIVE");
  CHECK(status_of(node, "BO/N-2", "2199-01-01") == "SUSPENDED");
  const std::size_t taken = node.ledger.submissions_taken();
  const auto second = imported(node, options);
  CHECK(second.at("certificates_stated") == 0);
  CHECK(second.at("already_there") == 4);
  CHECK(node.ledger.submissions_taken() == taken);
  // A natural person's second certificate belongs to the same subject, a new row of theirs too.
  folder.write("bo.csv", kPlainHead + rows + "BO9,NATURAL,Ana,,,N-6,SECURITY,CARRIER,2024-01-01,,ACTIVE\n");
  CHECK(imported(node, options).at("events_stated") == 1);
  // Personal data stays beside the list.
  const auto records = read_file(options.file + ".BO.quipu-records");
  REQUIRE(records);
  CHECK(std::count(records->begin(), records->end(), '\n') == 3);
}

TEST_CASE("a row that the rules refuse is told with its code and the rows around it are final", "[cli]") {
  TestNode node;
  Folder folder;
  ImportListOptions options;
  options.file = folder.write("bo.csv", std::string(kPlainHead) +
                                            "BO1,LEGAL,A,,,N-1,SECURITY,EXPORTER,2024-01-01,,ACTIVE\n"
                                            "BO1,LEGAL,A,,,N-2,SECURITY,EXPORTER,2025-01-01,,ACTIVE\n"
                                            "BO2,LEGAL,A,,,N-3,SECURITY,EXPORTER,2024-01-01,,ACTIVE\n");
  options.key = folder.key("BO", "issuer");
  const auto told = imported(node, options);
  CHECK(told.at("certificates_stated") == 2);
  REQUIRE(told.at("not_taken").as_array().size() == 1);
  CHECK(told.at("not_taken").at(0).at("line") == 3);
  CHECK(told.at("not_taken").at(0).at("why").as_string().starts_with("LIVE_CERTIFICATE_EXISTS"));
  CHECK(status_of(node, "BO/N-3", "2026-01-01") == "ACTIVE");
}

TEST_CASE("under dual control a grant is stated and waits and what needs two events is left to people", "[cli]") {
  TestNode node;
  Folder folder;
  ImportListOptions options;
  options.file = folder.write("ar.csv", std::string(kPlainHead) +
                                            "AR1,LEGAL,A,,,N-1,SECURITY,EXPORTER,2024-01-01,,ACTIVE\n"
                                            "AR2,LEGAL,A,,,N-2,SECURITY,EXPORTER,2024-01-01,,SUSPENDED\n");
  options.key = folder.key("AR", "issuer");
  const auto told = imported(node, options);
  CHECK(told.at("certificates_stated") == 1);
  CHECK(told.at("not_taken").at(0).at("certificate") == "N-2");
  CHECK(status_of(node, "AR/N-1", "2026-01-01") == "PENDING_APPROVAL");
}

namespace {

// Approves all that waits, as decided on that day.
void approve_all(TestNode& node, Folder& folder, const std::string& day) {
  boost::json::value waiting;
  {
    Captured out;
    REQUIRE(approval_list(node.global()));
    waiting = out.json();
  }
  const std::string key = folder.file("AR-approver.key");
  if (!fs::exists(key)) folder.key("AR", "approver");
  const boost::json::array none;
  const auto* rows = waiting.is_array() ? &waiting.as_array() : &waiting.at("approvals").as_array();
  for (const auto& each : *rows) {
    Captured out;
    const Done done = approval_give(
        node.global(),
        {.reference = each.at("reference").as_string().c_str(), .key = key, .passphrase_file = "", .decided_on = day});
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }
}

}  // namespace

TEST_CASE("what follows the approval of a grant is left as a plan and the list is on the ledger in the end", "[cli]") {
  TestNode node;
  Folder folder;
  ImportListOptions options;
  options.file = folder.write("ar.csv",
                              "tin,person,certificate,scheme,roles,valid_from,valid_to,status,since\n"
                              "AR1,LEGAL,N-1,SECURITY,EXPORTER,2024-01-01,,ACTIVE,\n"
                              "AR2,LEGAL,N-2,SECURITY,EXPORTER,2024-01-01,,SUSPENDED,2025-01-01\n"
                              "AR2,LEGAL,N-3,SECURITY,EXPORTER,2024-01-01,,REVOKED,2025-01-01\n");
  options.key = folder.key("AR", "issuer");
  options.plan = folder.file("later.json");
  const auto told = imported(node, options);
  CHECK(told.at("certificates_stated") == 2);
  CHECK(told.at("not_taken").at(0).at("why").as_string().starts_with("LIVE_CERTIFICATE_EXISTS"));
  CHECK(told.at("left_for_after_approval") == 1);  // nothing of the row that was refused
  const auto later = read_file(options.plan);
  REQUIRE(later);
  CHECK(later->find("\"certificate_suspended\":{\"certificate\":\"N-2\"") != std::string::npos);
  // As long as the grant waits, another run leaves the same.
  CHECK(imported(node, options).at("already_there") == 2);
  CHECK(read_file(options.plan) == later);
  approve_all(node, folder, "2024-01-01");
  {
    Captured out;
    const Done done =
        submit(node.global(),
               {.file = options.plan, .key = options.key, .approver_key = "", .passphrase_file = "", .wait = true});
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }
  approve_all(node, folder, "2025-01-01");
  CHECK(status_of(node, "AR/N-2", "2024-12-31") == "ACTIVE");
  CHECK(status_of(node, "AR/N-2", "2025-01-01") == "SUSPENDED");
  CHECK(imported(node, options).at("left_for_after_approval") == 0);
}

TEST_CASE("consents and aliases of a list are stated once and also for firms that are there already", "[cli]") {
  TestNode node;
  Folder folder;
  ImportListOptions options;
  options.key = folder.key("BO", "issuer");
  const std::string head = "tin,person,certificate,scheme,roles,valid_from,consent,aliases\n";
  const std::string first = "BO1,LEGAL,N-1,SECURITY,EXPORTER,2024-01-01,";
  options.file = folder.write("bo.csv", head + first + "NO,\n");
  CHECK(imported(node, options).at("events_stated") == 2);
  options.file = folder.write("bo.csv", head + first + "YES,MID:ACME-1@PE\n" +
                                            "BO1,LEGAL,N-2,COMPLIANCE,EXPORTER,2024-01-01,YES,mid:acme1@pe\n"
                                            "BO2,LEGAL,N-3,SECURITY,EXPORTER,2024-01-01,ARR,MID:TWO@PE NACCS:T2@CL\n");
  const auto second = imported(node, options);
  CHECK(second.at("already_there") == 1);
  CHECK(second.at("certificates_stated") == 2);
  CHECK(second.at("events_stated") == 2 + 1 + 5);
  CHECK(imported(node, options).at("events_stated") == 0);
  const auto operator_of = [&](const std::string& alias, const std::string& by) {
    Captured out;
    REQUIRE(operator_show(node.global(), {.name = alias, .by = by}));
    return out.json();
  };
  CHECK(operator_of("MID:ACME1", "PE").at("tin") == "BO1");
  const auto two = operator_of("NACCS:T2", "CL");
  CHECK(two.at("tin") == "BO2");
  CHECK(two.at("consent").at("facts").at(0).at("arrangements").at(0) == "ARR");
  // An alias that means another firm is refused with its row, by name.
  options.file = folder.write("bo.csv", head + "BO3,LEGAL,N-4,SECURITY,EXPORTER,2024-01-01,,MID:ACME1@PE\n");
  const auto taken = imported(node, options);
  CHECK(taken.at("certificates_stated") == 0);
  CHECK(taken.at("not_taken").at(0).at("why").as_string().starts_with("ALIAS_TAKEN"));
}

TEST_CASE("a consent or an alias that is none is told with its line", "[cli]") {
  const auto why = [](const std::string& cells) {
    const auto lines = parse_csv_lines(
        "tin,certificate,scheme,roles,valid_from,consent,aliases\nBO1,N-1,SECURITY,EXPORTER,2024-01-01," + cells, ',');
    const auto list = read_national_list(*lines, ListMapping(), "BO");
    REQUIRE(list);
    return list->bad.empty() ? std::string() : list->bad.front().why.substr(0, list->bad.front().why.find(':'));
  };
  CHECK(why("YES,MID:A@PE;NACCS:B@CL").empty());
  CHECK(why("ARR BO-PE,").empty());
  CHECK(why("perhaps!,") == "consent");
  CHECK(why(",MID:A") == "aliases");
  CHECK(why(",A@PE") == "aliases");
  CHECK(why(",MID:A@PERU") == "aliases");
}

}  // namespace quipu::cli::trial
