// SPDX-License-Identifier: Apache-2.0
// The commands against a node in this process.
#include "node/cli/commands.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "node/cli/command_line.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/paging.h"
#include "node/cli/submitting.h"
#include "node/ledger/date.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"
#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

TEST_CASE("events are submitted then approved then shown", "[cli]") {
  TestNode node;
  Folder folder;
  SubmitOptions options;
  options.file = folder.write("grant.json", R"({"events":[
    {"decision_date":"2026-01-01","operator_registered":{"subject":"S","tin":"AR1","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"N","subject":"S","scheme":"SECURITY",
     "roles":["EXPORTER"]}}]})");
  options.key = folder.key("AR", "issuer");
  options.wait = true;
  std::string id;
  {
    Captured out;
    REQUIRE(submit(node.global(), options));
    CHECK(out.json().at("status") == "FINAL");
    id = out.json().at("id").as_string().c_str();
  }
  CHECK(status_of(node, "AR/N", "2026-02-01") == "PENDING_APPROVAL");
  {
    Captured out;
    REQUIRE(approval_list(node.global()));
    CHECK(out.json().at("approvals").as_array().at(0).at("reference").as_string() == id + "/1");
  }
  {
    Captured out;
    const Done given = approval_give(node.global(), {id + "/1", folder.key("AR", "approver"), "", ""});
    INFO((given ? "" : given.error()));
    REQUIRE(given);
  }
  CHECK(status_of(node, "AR/N", "2026-02-01") == "ACTIVE");
  Captured out;
  const Done again = submit(node.global(), options);
  REQUIRE_FALSE(again);
  CHECK(again.error().find("SUBJECT_TAKEN") != std::string::npos);
  CHECK_FALSE(approval_give(node.global(), {"x/1", options.key, "", ""}));
}

TEST_CASE("a training network is named once on standard error and nowhere in what is printed", "[cli]") {
  boost::asio::io_context io(1);
  http::Server server(io, "127.0.0.1:0", [](const http::Request&, const http::Respond& respond) {
    http::Response answer;
    answer.headers.emplace_back("Quipu-Training", "test-7");
    answer.body.append(R"({"items":[]})");
    respond(std::move(answer));
  });
  REQUIRE(server.start());
  std::jthread running([&io] { io.run(); });
  const std::unique_ptr<http::Server, void (*)(http::Server*)> stopping(&server,
                                                                        [](http::Server* each) { each->stop(0); });
  Captured out;
  auto node = connect({"http://127.0.0.1:" + std::to_string(server.port()), Output::kJson});
  for (int i = 0; i < 2; ++i) CHECK(node.value().get_json("/v1/approvals"));
  CHECK(out.errors() == "note: training network test-7: nothing here has legal effect\n");
  CHECK(out.text().empty());
}

TEST_CASE("waiting for a submission that is rejected in its turn tells the code and fails", "[cli]") {
  TestNode node;
  Folder folder;
  SubmitOptions options;
  options.file = folder.write("e.json", R"({"events":[{"decision_date":"2026-01-01","operator_registered":
    {"subject":"S","tin":"AR1","person":"LEGAL"}},{"decision_date":"2026-01-01","operator_registered":
    {"subject":"S","tin":"AR2","person":"LEGAL"}}]})");
  options.key = folder.key("AR", "issuer");
  options.wait = true;
  node.ledger.hold();
  std::thread turn([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    node.ledger.release();
  });
  Captured out;
  const Done done = submit(node.global(), options);
  turn.join();
  REQUIRE_FALSE(done);
  CHECK(done.error().starts_with("rejected at height 0: SUBJECT_TAKEN (event 1): "));
  CHECK(out.json().at("status") == "REJECTED");
  CHECK(out.json().at("code") == "SUBJECT_TAKEN");
  CHECK(out.json().at("event") == 1);
}

TEST_CASE("a busy node is waited for and the statement is made once", "[cli]") {
  TestNode node;
  Folder folder;
  SubmitOptions options;
  options.file = folder.write("e.json", R"({"events":[{"decision_date":"2026-01-01","operator_registered":
    {"subject":"S","tin":"AR1","person":"LEGAL"}}]})");
  options.key = folder.key("AR", "issuer");
  options.wait = true;
  node.ledger.be_busy(2);
  Captured out;
  const Done done = submit(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(out.json().at("status") == "FINAL");
  CHECK(out.errors() == "waiting: POOL_FULL: Too many submissions wait; send the same bytes again later.\n");
  CHECK(node.ledger.submissions_taken() == 1);
}

TEST_CASE("what a node has turned away for certain is not said to have been taken perhaps", "[cli]") {
  using Kind = http::SubmitAnswer::Kind;
  TestNode node;
  auto client = connect(node.global()).value();
  const auto sent = [&](Kind answer) {
    node.ledger.be_busy(1, answer);
    return client.send("no leaf at all");
  };
  for (const Kind kind : {Kind::kBusy, Kind::kNotAccepting, Kind::kUnavailable})
    CHECK(sent(kind).kind == Sent::Kind::kLater);
  CHECK_FALSE(sent(Kind::kBusy).perhaps_taken);
  CHECK_FALSE(sent(Kind::kNotAccepting).perhaps_taken);
  CHECK(sent(Kind::kUnavailable).perhaps_taken);
}

TEST_CASE("a batch of declarations comes back with reasons and arrangements", "[cli]") {
  TestNode node;
  Folder folder;
  Captured out;
  ImportHistoryOptions import;
  import.file = folder.write("BO.jsonl", programme("BO", 2, false));
  import.key = folder.key("BO", "issuer");
  REQUIRE(import_history(node.global(), import));
  RecogniseOptions options;
  options.batch = folder.write("d.csv",
                               "tin,date,recogniser,role,flow\nBO1000,2026-01-15,BO,EXPORTER,EXPORT\n"
                               "BO1001,2026-01-15,PE,EXPORTER,EXPORT\nBO9,2026-01-15,PE,EXPORTER,EXPORT\n");
  Captured csv;
  const Done done = recognise(node.global(Output::kCsv), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(csv.text() ==
        "tin,date,recogniser,role,flow,reason,arrangements\n"
        "BO1000,2026-01-15,BO,EXPORTER,EXPORT,RECOGNISED,OWN\n"
        "BO1001,2026-01-15,PE,EXPORTER,EXPORT,ARRANGEMENT_NOT_EFFECTIVE,\n"
        "BO9,2026-01-15,PE,EXPORTER,EXPORT,TIN_UNKNOWN,\n");
}

TEST_CASE("a batch is summed up by partner and reason", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions import;
  import.file = folder.write("BO.jsonl", programme("BO", 2, false));
  import.key = folder.key("BO", "issuer");
  {
    Captured out;
    REQUIRE(import_history(node.global(), import));
  }
  RecogniseOptions options;
  options.batch = folder.write("d.csv",
                               "date,recogniser,tin,role,flow\n2026-01-15,BO,BO1000,EXPORTER,EXPORT\n"
                               "2026-01-15,PE,BO1000,EXPORTER,EXPORT\n2026-01-15,PE,bo-1001,EXPORTER,EXPORT\n"
                               "2026-01-15,PE,BO9,EXPORTER,EXPORT\n2026-01-15,PE,!,EXPORTER,EXPORT\n");
  options.summary = true;
  Captured out;
  REQUIRE(recognise(node.global(Output::kCsv), options));
  CHECK(out.text() ==
        "recogniser,partner,reason,declarations,share\n"
        "BO,BO,RECOGNISED,1,1.0000\n"
        "PE,?,TIN_MALFORMED,1,1.0000\n"
        "PE,BO,ARRANGEMENT_NOT_EFFECTIVE,2,0.6667\n"
        "PE,BO,TIN_UNKNOWN,1,0.3333\n");
}

TEST_CASE("a list is printed whole although the node gives it in pages", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions import;
  import.file = folder.write("BO.jsonl", programme("BO", 7, false));
  import.key = folder.key("BO", "issuer");
  {
    Captured out;
    REQUIRE(import_history(node.global(), import));
  }
  ListOptions options;
  options.issuer = "BO";
  options.on = "2026-01-15";
  options.page_rows = 3;
  {
    Captured out;
    REQUIRE(list(node.global(Output::kCsv), options));
    const std::string csv = out.text();
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 8);
  }
  Captured out;
  REQUIRE(list(node.global(), options));
  CHECK(out.json().at("items").as_array().size() == 7);
}

TEST_CASE("changes are printed whole as a table and as CSV although the node gives them in pages", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions import;
  import.file = folder.write("BO.jsonl", programme("BO", 3, false));
  import.key = folder.key("BO", "issuer");
  {
    Captured out;
    REQUIRE(import_history(node.global(), import));
  }
  ChangesOptions options{.since = "0", .by = "BO", .arrangement = "OWN", .known_at = "", .out = "", .page_rows = 5};
  {
    Captured out;
    REQUIRE(changes(node.global(Output::kCsv), options));
    const std::string csv = out.text();
    CHECK(csv.starts_with("height,time,"));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 13);
  }
  {
    Captured out;
    REQUIRE(changes(node.global(Output::kText), options));
    CHECK(out.text().find("certificate_suspended  BO/S-2    BO1002  BO/C-2") != std::string::npos);
    CHECK(out.text().find("12 rows at height") != std::string::npos);
  }
  options.since = "soon";
  Captured out;
  CHECK_FALSE(changes(node.global(), options));
}

IndicatorsOptions by_reporter(const std::string& code) {
  IndicatorsOptions options;
  options.reporter = code;
  return options;
}

TEST_CASE("indicators are a table with the control group beside and a chart", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string cell = R"({"decision_date":"2026-02-01","indicator_reported":{"arrangement":"ARR","partner":"BO",
    "flow":"IMPORT","mode":"SEA","month":"2025-12","definition":1,"operators":5,)";
  SubmitOptions options;
  options.file =
      folder.write("cells.json", R"({"events":[)" + cell + R"("group":"RECOGNISED","declarations":100,"green":90,
    "documentary":10,"released":100,"minutes_total":6000,"minutes_histogram":[10,50,40,0,0,0],"eligible":200,
    "claimed":150,"matched":120,"recognised":100,"benefit_applied":90}},)" +
                                     cell + R"("group":"NON_AEO","declarations":50,"green":10,"physical":40,
    "released":50,"minutes_total":60000,"minutes_histogram":[0,0,0,50,0,0]}}]})");
  options.key = folder.key("PE", "issuer");
  options.wait = true;
  {
    Captured out;
    const Done done = submit(node.global(), options);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }
  {
    Captured out;
    REQUIRE(indicators(node.global(Output::kText), by_reporter("PE")));
    CHECK(out.text().find("ARR          PE        BO       IMPORT  SEA   100           50.0%  90.0%  20.0%    1h00  "
                          "20h00") != std::string::npos);
    CHECK(out.text().find("benefit_applied  90   ##################\n") != std::string::npos);
    CHECK(out.text().find("20h00  ----------------------------------------\n") != std::string::npos);
  }
  {
    Captured out;
    REQUIRE(indicators(node.global(Output::kCsv), {}));
    const std::string csv = out.text();
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
  }
  Captured out;
  REQUIRE(indicators(node.global(Output::kText), by_reporter("CL")));
  CHECK(out.text().starts_with("no figures"));
}

TEST_CASE("a certificate that is not annulled exposed nobody", "[cli]") {
  TestNode node;
  Captured out;
  const Done done = certificate_exposure(node.global(), {"BO/N-1", "", ""});
  REQUIRE_FALSE(done);
  CHECK(done.error().find("NOT_FOUND") != std::string::npos);
  CHECK_FALSE(certificate_exposure(node.global(Output::kCsv), {"N-1", "", ""}));
}

TEST_CASE("the work list shows what is overdue on a day", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions import;
  import.file = folder.write("BO.jsonl", programme("BO", 2, false));
  import.key = folder.key("BO", "issuer");
  {
    Captured out;
    REQUIRE(import_history(node.global(), import));
  }
  WorklistOptions options;
  options.issuer = "BO";
  options.on = "2026-06-02";
  {
    Captured out;
    REQUIRE(worklist(node.global(Output::kText), options));
    CHECK(out.text().find("SUSPENSION_OVERDUE  2026-06-01  -1         BO/S-0    BO1000  BO/C-0") != std::string::npos);
  }
  options.on = "2026-06-01";
  Captured out;
  REQUIRE(worklist(node.global(Output::kCsv), options));
  CHECK(out.text() == "kind,due,days_left,administration,operator,tin,certificate,reference\r\n");
}

TEST_CASE("a table's columns are as wide as their widest field in letters", "[cli]") {
  CHECK(as_table({{"name", "n"}, {"Atl\xc3\xa1ntica", "12"}, {"x", ""}}) == "name       n\nAtl\xc3\xa1ntica  12\nx\n");
}

TEST_CASE("an export holds exactly the files of the mirror", "[cli]") {
  TestNode node;
  Folder folder;
  {
    Captured out;
    ImportHistoryOptions import;
    import.file = folder.write("BO.jsonl", programme("BO", 150, false));
    import.key = folder.key("BO", "issuer");
    import.pack = 4;
    REQUIRE(import_history(node.global(), import));
    const Done done = export_bundle(node.global(), folder.file("bundle"));
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    CHECK_FALSE(export_bundle(node.global(), folder.file("bundle")));
  }
  const auto checkpoint =
      crypto::Checkpoint::parse(crypto::Note::parse(*read_file(folder.file("bundle/checkpoint")))->text);
  REQUIRE(checkpoint.has_value());
  REQUIRE(checkpoint->size > 256);
  std::size_t expected = 0;
  for (const auto& tile : ledger::tiles_of(checkpoint->size)) {
    CHECK(fs::exists(folder.file("bundle/" + tile.path())));
    ++expected;
  }
  const std::size_t blocks = node.ledger.submissions_taken();
  expected += 3 + (blocks + 1) + blocks + 1;  // genesis, checkpoint, policy; notes; quorum proofs; evidence
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.file("bundle")))
    files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == expected);
}

TEST_CASE("votes that a node does not hold are left out of an export and the export goes on", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions import;
  import.file = folder.write("BO.jsonl", programme("BO", 6, false));
  import.key = folder.key("BO", "issuer");
  import.pack = 4;
  Captured out;
  REQUIRE(import_history(node.global(), import));
  REQUIRE(node.ledger.submissions_taken() >= 3);
  node.ledger.lose_votes(2);
  const Done done = export_bundle(node.global(), folder.file("bundle"));
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(fs::exists(folder.file("bundle/quorum/1")));
  CHECK_FALSE(fs::exists(folder.file("bundle/quorum/2")));
  CHECK(fs::exists(folder.file("bundle/quorum/3")));
}

TEST_CASE("a node that is not there is an error with a next step", "[cli]") {
  const Done done = node_status({"http://127.0.0.1:1", Output::kText});
  REQUIRE_FALSE(done);
  CHECK(done.error().find("--node") != std::string::npos);
  CHECK_FALSE(node_status({"https://127.0.0.1:1", Output::kText}));
  CHECK_FALSE(node_status({"nonsense", Output::kText}));
}

int run(std::vector<std::string> words) {
  words.insert(words.begin(), "quipu");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  return run_command_line(static_cast<int>(words.size()), arguments.data());
}

TEST_CASE("a misspelt command or option or value is named with what was perhaps meant", "[cli]") {
  const auto said = [](const std::vector<std::string>& words) {
    Captured out;
    CHECK(run(words) == 2);
    return out.errors();
  };
  CHECK(said({"recognize", "--tin", "BR1"}) ==
        "quipu has no command recognize: recognise perhaps\nquipu --help says more.\n");
  CHECK(said({"node", "staus"}) == "quipu node has no command staus: status perhaps\nquipu node --help says more.\n");
  CHECK(said({"node", "frobnicate"}).starts_with("quipu node has no command frobnicate\n"));
  CHECK(said({"submit", "a.json", "--kye=b"}).starts_with("quipu submit has no option --kye: --key perhaps\n"));
  CHECK(
      said({"list", "--issuer", "PE", "--ouptut", "csv"}).starts_with("quipu list has no option --ouptut: --output "));
  CHECK(said({"key", "show", "a.key", "b.key"}).starts_with("quipu key show: one word too many: b.key\n"));
  CHECK(said({"certificate", "history"}).starts_with("NAME is required\n"));
  CHECK(said({"evidence", "list", "--output", "xml"}).starts_with("--output: xml not in {text,json,csv,xlsx}\n"));
}

TEST_CASE("an output that a command does not have is refused before anything is asked", "[cli]") {
  const auto said = [](std::vector<std::string> words, const std::string& output) {
    words.insert(words.end(), {"--output", output, "--node", "http://127.0.0.1:1"});
    Captured out;
    const int code = run(words);
    CHECK(out.text().empty());
    return std::to_string(code) + " " + out.errors().substr(0, out.errors().find('\n'));
  };
  CHECK(said({"node", "status"}, "csv") == "2 quipu: node status prints text or json, not csv");
  CHECK(said({"evidence", "list"}, "xlsx") == "2 quipu: evidence list prints text or json, not xlsx");
  CHECK(said({"certificate", "exposure", "PE/1"}, "xlsx") ==
        "2 quipu: certificate exposure prints text, json or csv, not xlsx");
  CHECK(said({"member", "compromised", "PE"}, "xlsx") ==
        "2 quipu: member compromised prints text, json or csv, not xlsx");
  const std::vector<std::string> one{"recognise", "--tin",  "X",      "--by", "PE",        "--role",
                                     "BROKER",    "--flow", "IMPORT", "--on", "2026-01-01"};
  CHECK(said(one, "csv") == "2 quipu: recognise prints text or json, not csv");
  for (const std::vector<std::string>& rows : {std::vector<std::string>{"list", "--issuer", "PE"},
                                               {"changes", "--since", "0"},
                                               {"indicators"},
                                               {"worklist"},
                                               {"case", "list"},
                                               {"statistics", "list"}}) {
    for (const char* output : {"csv", "xlsx"}) CHECK(said(rows, output).starts_with("1 quipu: "));
  }
  CHECK(said({"recognise", "--batch", "nowhere"}, "csv").starts_with("1 quipu: "));
  CHECK(said({"operator", "report", "PE/1"}, "csv").starts_with("1 quipu: "));
}

TEST_CASE("a folder in place of a file is refused by name", "[cli]") {
  Folder folder;
  fs::create_directories(folder.file("cards"));
  const auto content = read_file(folder.file("cards"));
  REQUIRE_FALSE(content);
  CHECK(content.error() == "cannot read " + folder.file("cards") + ": it is a folder; name a file");
}

TEST_CASE("keys and cards and a genesis are made on the command line", "[cli]") {
  Folder folder;
  Captured out;
  fs::create_directories(folder.file("keys"));
  fs::create_directories(folder.file("cards"));
  for (const std::string purpose : {"issuer", "approver", "governance", "vote", "cosigner", "log", "transport"}) {
    CHECK(run({"key", "new", "--administration", "PE", "--purpose", purpose, "--testnet", "--out",
               folder.file("keys/" + purpose + ".key")}) == 0);
  }
  CHECK(run({"key", "new", "--administration", "PE", "--purpose", "vote", "--testnet", "--out",
             folder.file("keys/vote.key")}) == 1);
  CHECK(run({"key", "new", "--administration", "PE", "--purpose", "king", "--testnet", "--out", folder.file("k")}) ==
        1);
  CHECK(run({"member", "card", "--keys", folder.file("keys"), "--address", "127.0.0.1:8481", "--name", "Aduanas",
             "--out", folder.file("cards/PE.member.json")}) == 0);
  CHECK(run({"genesis", "new", "--chain-id", "one", "--members", folder.file("cards"), "--out",
             folder.file("genesis.json")}) == 0);
  CHECK(run({"genesis", "new", "--chain-id", "one", "--members", folder.file("cards"), "--out",
             folder.file("genesis.json")}) == 1);
  CHECK(run({"genesis", "show", folder.file("genesis.json"), "--output", "json"}) == 0);
  CHECK(out.text().find("\"chain_id\":\"one\"") != std::string::npos);
}

TEST_CASE("an officer's new key is added by the governance key and then states things", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string url = node.global().node;
  const std::string desk = folder.file("desk2.key"), events = folder.file("desk2.json");
  Captured out;
  REQUIRE(run({"key", "new", "--administration", "BO", "--purpose", "issuer", "--label", "desk 2", "--testnet", "--out",
               desk}) == 0);
  const std::string firm = folder.write("firm.json", R"({"events":[
    {"decision_date":"2026-01-01","operator_registered":{"subject":"S","tin":"BO1","person":"LEGAL"}},
    {"decision_date":"2026-01-01","certificate_granted":{"certificate":"C","subject":"S","scheme":"BASIC",
     "roles":["EXPORTER"]}},
    {"decision_date":"2026-01-01","alias_set":{"issuer":"BO","subject":"S","recogniser":"BO","kind":"RUEX","alias":"77"}}]})");
  CHECK(run({"submit", firm, "--key", desk, "--wait", "--node", url}) == 1);  // not added yet
  CHECK(run({"key", "ready", folder.key("BO", "vote"), "--out", events, "--node", url}) == 1);
  REQUIRE(run({"key", "ready", desk, "--out", events, "--node", url}) == 0);
  CHECK(run({"submit", events, "--key", folder.key("CL", "governance"), "--wait", "--node", url}) == 1);
  CHECK(out.errors().find("BAD_POSSESSION") != std::string::npos);
  REQUIRE(run({"submit", events, "--key", folder.key("BO", "governance"), "--wait", "--node", url}) == 0);
  REQUIRE(run({"submit", firm, "--key", desk, "--wait", "--node", url}) == 0);

  const auto asks = [&](const std::vector<std::string>& firm_named) {
    std::vector<std::string> words = {"recognise", "--by", "BO",         "--role", "EXPORTER", "--flow",
                                      "EXPORT",    "--on", "2026-02-01", "--node", url};
    words.insert(words.end(), firm_named.begin(), firm_named.end());
    return run(words);
  };
  CHECK(asks({}) == 2);
  CHECK(asks({"--tin", "BO1", "--alias", "RUEX:77"}) == 2);
  CHECK(asks({"--alias", "RUEX:77"}) == 0);
  CHECK(out.text().find("reason: RECOGNISED") != std::string::npos);
}

TEST_CASE("a card keeps the officers' keys that the ledger has in force when asked to and says how many are on it",
          "[cli]") {
  TestNode node;
  Folder folder;
  const std::string url = node.global().node, keys = folder.file("new");
  fs::create_directories(keys);
  Captured made;
  for (const std::string purpose : {"issuer", "governance", "vote", "cosigner", "log", "transport"}) {
    REQUIRE(run({"key", "new", "--administration", "BO", "--purpose", purpose, "--testnet", "--out",
                 keys + "/" + purpose + ".key"}) == 0);
  }
  const auto issuers_on_card = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "member", "card", "--keys", keys, "--address", "127.0.0.1:8481", "--out", folder.file("BO.member.json"),
        "--node", url};
    words.insert(words.end(), more.begin(), more.end());
    Captured said;
    REQUIRE(run(words) == 0);
    const auto text = said.text();
    return text.substr(text.find("issuer_keys: "), 14);
  };
  CHECK(issuers_on_card({}) == "issuer_keys: 1");
  CHECK(issuers_on_card({"--keep-officers"}) == "issuer_keys: 2");
}

TEST_CASE("a member is proposed and voted in and enters once it is ready", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string url = node.global().node;
  fs::create_directories(folder.file("UY"));
  std::string card = folder.file("UY.member.json");
  {
    Captured out;
    for (const std::string purpose : {"issuer", "governance", "vote", "cosigner", "log", "transport"}) {
      REQUIRE(run({"key", "new", "--administration", "UY", "--purpose", purpose, "--testnet", "--out",
                   folder.file("UY/" + purpose + ".key")}) == 0);
    }
    REQUIRE(run({"member", "card", "--keys", folder.file("UY"), "--address", "127.0.0.1:8481", "--out", card}) == 0);
  }
  const std::string governance = folder.key("BO", "governance");
  Captured out;
  const std::string expires = ledger::Date::of(now_s() * 1000, 0).plus(30).text();
  CHECK(run({"proposal", "open", "IN-1", "--expires", expires, "--key", governance}) == 2);
  CHECK(run({"proposal", "open", "IN-1", "--expires", expires, "--card", folder.file("none"), "--key", governance}) ==
        1);
  REQUIRE(run({"proposal", "open", "IN-1", "--expires", expires, "--card", card, "--key", governance, "--node", url}) ==
          0);
  CHECK(run({"proposal", "vote", "IN-1", "--key", governance, "--node", url}) == 1);
  CHECK(run({"proposal", "vote", "BO/IN-2", "--key", governance, "--node", url}) == 1);
  CHECK(out.errors().find("PROPOSAL_UNKNOWN") != std::string::npos);
  for (const std::string code : {"AR", "CL", "PE"}) {
    INFO(out.errors());
    REQUIRE(run({"proposal", "vote", "BO/IN-1", "--key", folder.key(code, "governance"), "--node", url}) == 0);
  }
  {
    Captured list;
    REQUIRE(proposal_list(node.global(), {}));
    const boost::json::value shown = list.json().at("proposals").as_array().at(0);
    CHECK(shown.at("proposal") == "BO/IN-1");
    CHECK(shown.at("state") == "ACCEPTED");
    CHECK(shown.at("opened").at("member_add").at("administration") == "UY");
  }
  const std::string ready = folder.file("UY.ready.json");
  CHECK(run({"member", "ready", "BO/IN-1", "--vote-key", folder.file("UY/log.key"), "--out", ready, "--node", url}) ==
        1);
  REQUIRE(run({"member", "ready", "BO/IN-1", "--vote-key", folder.file("UY/vote.key"), "--out", ready, "--node",
               url}) == 0);
  REQUIRE(run({"submit", ready, "--key", folder.key("CL", "issuer"), "--wait", "--node", url}) == 0);
  Captured list;
  REQUIRE(member_list(node.global()));
  CHECK(list.json().at("epoch") == 1);
  CHECK(list.json().at("voting") == 5);
  CHECK(list.json().at("members").as_array().size() == 5);
}

TEST_CASE("a change is read from a file and voted down", "[cli]") {
  TestNode node;
  Folder folder;
  Captured out;
  const std::string expires = ledger::Date::of(now_s() * 1000, 0).plus(30).text();
  const std::string governance = folder.key("BO", "governance");
  const auto opened = [&](const std::string& id, std::string ProposalOpenOptions::* change, const std::string& value) {
    ProposalOpenOptions options;
    options.id = id;
    options.*change = value;
    options.expires = expires;
    options.key = governance;
    return proposal_open(node.global(), options);
  };
  const Done too_few = opened("OUT-1", &ProposalOpenOptions::remove, "CL");
  REQUIRE_FALSE(too_few);
  CHECK(too_few.error().find("MEMBERS_TOO_FEW") != std::string::npos);
  const std::string change = folder.write("change.json", R"({"code_list":{"name":"level","codes":["GOLD"]}})");
  const std::string whole = folder.write("whole.json", R"({"proposal":"P-1","member_remove":"CL"})");
  CHECK_FALSE(opened("P-1", &ProposalOpenOptions::change, whole));
  REQUIRE(opened("P-1", &ProposalOpenOptions::change, change));
  for (const char* code : {"AR", "CL"}) {
    REQUIRE(proposal_vote(node.global(), {"BO/P-1", folder.key(code, "governance"), "", true}));
  }
  Captured list;
  REQUIRE(proposal_list(node.global(), {"BO"}));
  CHECK(list.json().at("proposals").as_array().at(0).at("state") == "REJECTED");
}

TEST_CASE("wrong usage is 2", "[cli]") {
  Captured out;
  CHECK(run({}) == 2);
  CHECK(run({"--help"}) == 0);
  CHECK(run({"submit"}) == 2);
  CHECK(run({"submit", "firm.json"}) == 2);
  CHECK(run({"submit", "firm.json", "--key", "a.key", "--sign-on-node"}) == 2);
  CHECK(run({"submit", "firm.json", "--key", "a.key", "--draft", "d-1"}) == 2);
  CHECK(run({"submit", "--help"}) == 0);
  CHECK(run({"frobnicate"}) == 2);
  CHECK(run({"list", "--issuer", "PE", "--by", "PE"}) == 2);
  CHECK(run({"list"}) == 2);
  CHECK(run({"recognise", "--tin", "X"}) == 2);
  CHECK(run({"member", "list", "--output", "xml"}) == 2);
}

}  // namespace quipu::cli::trial
