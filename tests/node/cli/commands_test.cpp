// SPDX-License-Identifier: Apache-2.0
// The commands against a node in this process: real HTTP, real rules, no consensus.
#include "node/cli/commands.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "crypto/keyfile.h"
#include "node/cli/command_line.h"
#include "node/cli/files.h"
#include "node/http/routes.h"
#include "node/http/server.h"
#include "node/ledger/json.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"
#include "tests/node/http/memory_ledger.h"

namespace commands_test {

using namespace quipu;
using namespace quipu::cli;
namespace fs = std::filesystem;

class TestNode {
 public:
  TestNode()
      : server_(io_, "127.0.0.1:0", [this](const http::Request& request, const http::Respond& respond) {
          http::route(ledger, request, respond);
        }) {
    REQUIRE(server_.start());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestNode() {
    server_.stop(0);
    thread_.join();
  }
  Global global(Output output = Output::kJson) const {
    return {"http://127.0.0.1:" + std::to_string(server_.port()), output};
  }

  testing::MemoryLedger ledger;

 private:
  boost::asio::io_context io_{1};
  http::Server server_;
  std::thread thread_;
};

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "quipu-cli-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name)) << content;
    return file(name);
  }
  std::string key(const std::string& administration, const std::string& purpose) const {
    const auto key = testing::unlocked_test_key(administration, purpose);
    const std::string path = file(administration + "-" + purpose + ".key");
    REQUIRE(crypto::write_key_file(path, key.header, key.secret, "", crypto::KeyFileCost::kTestnet));
    return path;
  }

 private:
  fs::path path_;
};

// What a command prints on standard output.
class Captured {
 public:
  Captured() : before_(std::cout.rdbuf(out_.rdbuf())), errors_before_(std::cerr.rdbuf(errors_.rdbuf())) {}
  ~Captured() {
    std::cout.rdbuf(before_);
    std::cerr.rdbuf(errors_before_);
  }
  std::string text() const { return out_.str(); }
  std::string errors() const { return errors_.str(); }
  boost::json::value json() const { return ledger::parse_strict_json(text()).value(); }

 private:
  std::ostringstream out_, errors_;
  std::streambuf* before_;
  std::streambuf* errors_before_;
};

std::string line(const std::string& author, const std::string& event, const std::string& more = "") {
  return R"({"recorded_on":"2026-01-02","administration":")" + author + R"(","event":)" + event + more + "}\n";
}

// Firms of one author with a certificate each, which is amended and suspended later.
std::string programme(const std::string& author, int firms, bool approve) {
  const std::string more = approve ? R"(,"approve":true)" : "";
  std::string file;
  for (int i = 0; i < firms; ++i) {
    const std::string n = std::to_string(i);
    file += line(author,
                 R"({"decision_date":"2026-01-01","operator_registered":{"subject":"S-)" + n +
                     R"(","person":"LEGAL","tin":")" + author + "100" + n + R"("}})",
                 R"(,"identity":{"legal_name":"Firm )" + n + R"("})");
    file += line(author,
                 R"({"decision_date":"2026-01-02","certificate_granted":{"certificate":"C-)" + n +
                     R"(","subject":"S-)" + n + R"(","scheme":"SECURITY","roles":["EXPORTER"]}})",
                 more);
  }
  for (int i = 0; i < firms; ++i) {
    const std::string n = std::to_string(i);
    file += line(author, R"({"decision_date":"2026-02-01","certificate_amended":{"certificate":"C-)" + n +
                             R"(","roles_added":["IMPORTER"]}})");
    file += line(author,
                 R"({"decision_date":"2026-03-01","certificate_suspended":{"certificate":"C-)" + n +
                     R"(","until":"2026-06-01","ground":"INVESTIGATION"}})",
                 more);
  }
  return file;
}

std::string status_of(const TestNode& node, const std::string& name, const std::string& on) {
  Captured out;
  REQUIRE(certificate_show(node.global(), {name, on, ""}));
  return out.json().at("status").as_string().c_str();
}

TEST_CASE("a history under dual control is imported with its approvals and only once", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions options;
  options.file =
      folder.write("AR.jsonl", programme("AR", 10, true) +
                                   line("BO", R"({"decision_date":"2026-01-01","consent_granted":{"subject":"X"}})"));
  options.key = folder.key("AR", "issuer");
  options.approver_key = folder.key("AR", "approver");
  options.pack = 8;
  {
    Captured out;
    const Done done = import_history(node.global(), options);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    CHECK(out.json().at("events") == 40);
    CHECK(out.json().at("approvals") == 20);
    CHECK(out.json().at("skipped_of_other_authors") == 1);
    CHECK(out.json().at("waiting_for_approval") == 0);
  }
  CHECK(status_of(node, "AR/C-9", "2026-02-15") == "ACTIVE");
  CHECK(status_of(node, "AR/C-9", "2026-03-15") == "SUSPENDED");
  const std::size_t taken = node.ledger.submissions_taken();
  {
    Captured out;
    REQUIRE(import_history(node.global(), options));
    CHECK(out.json().at("events") == 0);
    CHECK(out.json().at("done_before") == 40);
  }
  CHECK(node.ledger.submissions_taken() == taken);
  const auto records = read_file(options.file + ".AR.quipu-records");
  REQUIRE(records.has_value());
  CHECK(std::count(records->begin(), records->end(), '\n') == 10);
  CHECK((fs::status(options.file + ".AR.quipu-records").permissions() & fs::perms::others_read) == fs::perms::none);
}

TEST_CASE("a busy node and lost submissions delay an import and change nothing else", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions options;
  options.file = folder.write("BO.jsonl", programme("BO", 6, false));
  options.key = folder.key("BO", "issuer");
  options.pack = 5;
  options.window = 4;
  node.ledger.be_busy(2);
  node.ledger.hold();
  std::thread power_cut([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    node.ledger.forget_held();
  });
  Captured out;
  const Done done = import_history(node.global(), options);
  power_cut.join();
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(out.json().at("submissions") == 5);
  CHECK(node.ledger.submissions_taken() == 5);
}

TEST_CASE("a refused line stops the import with its number and a corrected one goes on", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string good = programme("BO", 3, false);
  std::string bad = good;
  bad.replace(bad.find("C-2\""), 4, "c-2\"");
  ImportHistoryOptions options;
  options.file = folder.write("BO.jsonl", bad);
  options.key = folder.key("BO", "issuer");
  options.pack = 2;
  options.window = 1;
  Captured out;
  const Done refused = import_history(node.global(), options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().starts_with("line 6: ID_MALFORMED"));
  CHECK(node.ledger.submissions_taken() == 2);
  folder.write("BO.jsonl", good);
  const Done done = import_history(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(node.ledger.submissions_taken() == 6);
}

TEST_CASE("nothing is sent of a history that has a bad line", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions options;
  options.file = folder.write("BO.jsonl", programme("BO", 2, false) + "oops\n");
  options.key = folder.key("BO", "issuer");
  Captured out;
  const Done done = import_history(node.global(), options);
  REQUIRE_FALSE(done);
  CHECK(out.errors().starts_with("line 9: "));
  CHECK(node.ledger.submissions_taken() == 0);
}

TEST_CASE("progress of another ledger is not taken for ours", "[cli]") {
  TestNode node;
  Folder folder;
  ImportHistoryOptions options;
  options.file = folder.write("BO.jsonl", programme("BO", 1, false));
  options.key = folder.key("BO", "issuer");
  options.progress = folder.write("elsewhere.quipu-progress",
                                  R"({"version":1,"chain_id":"test","chain":"00","administration":"BO","key":"00",)"
                                  R"("lines_done":4,"pending":[],"waiting":[]})");
  Captured out;
  CHECK_FALSE(import_history(node.global(), options));
  CHECK(node.ledger.submissions_taken() == 0);
}

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
    const Done given = approval_give(node.global(), {id + "/1", folder.key("AR", "approver"), ""});
    INFO((given ? "" : given.error()));
    REQUIRE(given);
  }
  CHECK(status_of(node, "AR/N", "2026-02-01") == "ACTIVE");
  Captured out;
  const Done again = submit(node.global(), options);
  REQUIRE_FALSE(again);
  CHECK(again.error().find("SUBJECT_TAKEN") != std::string::npos);
  CHECK_FALSE(approval_give(node.global(), {"x/1", options.key, ""}));
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

TEST_CASE("wrong usage is 2 and a later command is 1", "[cli]") {
  Captured out;
  CHECK(run({}) == 2);
  CHECK(run({"--help"}) == 0);
  CHECK(run({"submit"}) == 2);
  CHECK(run({"submit", "--help"}) == 0);
  CHECK(run({"frobnicate"}) == 2);
  CHECK(run({"list", "--issuer", "PE", "--by", "PE"}) == 2);
  CHECK(run({"list"}) == 2);
  CHECK(run({"recognise", "--tin", "X"}) == 2);
  CHECK(run({"member", "list", "--output", "xml"}) == 2);
  for (const std::vector<std::string>& later : std::vector<std::vector<std::string>>{
           {"changes", "--since", "3"}, {"import", "list", "x.csv", "--key", "k"}, {"doctor"}, {"proposal", "open"}}) {
    CHECK(run(later) == 1);
  }
  CHECK(out.errors().find("not yet") != std::string::npos);
}

}  // namespace commands_test
