// SPDX-License-Identifier: Apache-2.0
// quipu import history against a node in this process.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "crypto/merkle.h"
#include "node/cli/files.h"
#include "node/cli/import_progress.h"
#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

namespace {

// Whoever runs the tests may sit at a terminal.
class NoTerminal {
 public:
  NoTerminal() : kept_(::dup(STDERR_FILENO)) {
    const int nothing = ::open("/dev/null", O_WRONLY);
    ::dup2(nothing, STDERR_FILENO);
    ::close(nothing);
  }
  ~NoTerminal() {
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
  }

 private:
  int kept_;
};

ImportHistoryOptions import_of(const Folder& folder, const std::string& author, const std::string& text) {
  ImportHistoryOptions options;
  options.file = folder.write(author + ".jsonl", text);
  options.key = folder.key(author, "issuer");
  return options;
}

}  // namespace

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
                                  R"({"version":2,"chain_id":"test","chain":"00","administration":"BO","key":"00",)"
                                  R"("lines_done":0,"done":")" +
                                      std::string(64, '0') + R"(","pending":[],"waiting":[]})");
  Captured out;
  const Done done = import_history(node.global(), options);
  REQUIRE_FALSE(done);
  CHECK(done.error().find("another ledger") != std::string::npos);
  CHECK(node.ledger.submissions_taken() == 0);
}

TEST_CASE("a line refused at the door and one refused in its turn are named alike", "[cli]") {
  TestNode node;
  Folder folder;
  std::string bad = programme("BO", 3, false);
  bad.replace(bad.find("C-2\""), 4, "c-2\"");
  auto options = import_of(folder, "BO", bad);
  options.pack = 3;
  options.window = 4;
  node.ledger.hold();
  std::thread turn([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    node.ledger.release();
  });
  Captured out;
  const Done refused = import_history(node.global(), options);
  turn.join();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().starts_with("line 6: ID_MALFORMED: "));
  CHECK(refused.error().ends_with("correct this line where it stands; then run the same command again"));
}

TEST_CASE("a number that another program took is given up and its lines are stated once", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string good = programme("BO", 2, false);
  std::string bad = good;
  bad.replace(bad.find("C-1\""), 4, "c-1\"");
  auto options = import_of(folder, "BO", bad);
  options.pack = 2;
  {
    Captured out;
    REQUIRE_FALSE(import_history(node.global(), options));
    SubmitOptions other;
    other.file = folder.write("other.json", R"({"events":[{"decision_date":"2026-01-01",
      "operator_registered":{"subject":"OTHER","person":"LEGAL","tin":"BO900"}}]})");
    other.key = options.key;
    other.wait = true;
    REQUIRE(submit(node.global(), other));  // takes the number that the refused lines were signed with
  }
  folder.write("BO.jsonl", good);
  Captured out;
  const Done done = import_history(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(node.ledger.submissions_taken() == 5);
  CHECK(status_of(node, "BO/C-1", "2026-01-15") == "ACTIVE");
}

TEST_CASE("refused bytes that were taken after all are not stated again", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string text = programme("BO", 1, false);
  auto options = import_of(folder, "BO", text);
  options.progress = folder.file("first.quipu-progress");
  Captured out;
  REQUIRE(import_history(node.global(), options));
  REQUIRE(node.ledger.submissions_taken() == 1);
  // As if this node had refused them and somebody else had kept them until they were valid.
  auto progress = ImportProgress::from_json(*read_file(options.progress)).value();
  PendingLeaf refused;
  refused.end = 4;
  refused.sequence = 1;
  refused.before = {crypto::leaf_hash(node.ledger.reader()->leaf(2).value())};
  progress.pending.push_back(refused);
  progress.lines_done = 0;
  progress.done = {};
  options.progress = folder.write("second.quipu-progress", progress.to_json());
  const Done done = import_history(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(node.ledger.submissions_taken() == 1);
  CHECK(ImportProgress::from_json(*read_file(options.progress))->lines_done == 4);
}

TEST_CASE("lines that are final must not change but new ones may follow", "[cli]") {
  TestNode node;
  Folder folder;
  const std::string text = programme("BO", 1, false);
  const auto options = import_of(folder, "BO", text);
  Captured out;
  REQUIRE(import_history(node.global(), options));
  const std::string added = line("BO", R"({"decision_date":"2026-01-01","consent_granted":{"subject":"S-0"}})");
  folder.write("BO.jsonl", added + text);
  const Done shifted = import_history(node.global(), options);
  REQUIRE_FALSE(shifted);
  CHECK(shifted.error().find("up to line 4") != std::string::npos);
  CHECK(node.ledger.submissions_taken() == 1);
  folder.write("BO.jsonl", text + added);
  REQUIRE(import_history(node.global(), options));
  CHECK(node.ledger.submissions_taken() == 2);
}

TEST_CASE("two imports never share one progress file", "[cli]") {
  TestNode node;
  Folder folder;
  const auto options = import_of(folder, "BO", programme("BO", 1, false));
  const std::string lock = options.file + ".BO.quipu-progress.lock";
  const int held = ::open(lock.c_str(), O_RDWR | O_CREAT, 0600);
  REQUIRE(::flock(held, LOCK_EX | LOCK_NB) == 0);
  Captured out;
  const Done refused = import_history(node.global(), options);
  ::close(held);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().starts_with("another import"));
  CHECK(import_history(node.global(), options));
}

TEST_CASE("without dual control nothing waits for an approval", "[cli]") {
  TestNode node;
  Folder folder;
  Captured out;
  REQUIRE(import_history(node.global(), import_of(folder, "BO", programme("BO", 2, true))));
  CHECK(out.json().at("approvals") == 0);
  CHECK(out.json().at("waiting_for_approval") == 0);
  CHECK(status_of(node, "BO/C-1", "2026-03-15") == "SUSPENDED");
}

TEST_CASE("without an approver an import stops where one is needed and goes on with one", "[cli]") {
  TestNode node;
  Folder folder;
  auto options = import_of(folder, "AR", programme("AR", 2, true));
  Captured out;
  const Done stopped = import_history(node.global(), options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error() == "2 events must be approved before the import can go on: run it again with --approver-key");
  options.approver_key = folder.key("AR", "approver");
  const Done done = import_history(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(status_of(node, "AR/C-1", "2026-03-15") == "SUSPENDED");
}

TEST_CASE("what was approved by hand meanwhile is passed over", "[cli]") {
  TestNode node;
  Folder folder;
  std::string grants = programme("AR", 2, true);
  grants.resize(grants.find(R"({"recorded_on":"2026-01-02","administration":"AR","event":{"decision_date":"2026-02)"));
  auto options = import_of(folder, "AR", grants);
  {
    Captured out;
    REQUIRE(import_history(node.global(), options));
    CHECK(out.json().at("waiting_for_approval") == 2);
  }
  const auto grant = crypto::leaf_hash(node.ledger.reader()->leaf(2).value());
  options.approver_key = folder.key("AR", "approver");
  Captured given;
  REQUIRE(approval_give(node.global(), {crypto::to_hex(grant.view()) + "/1", options.approver_key, "", ""}));
  const NoTerminal elsewhere;
  Captured out;
  const Done done = import_history(node.global(), options);
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  CHECK(out.errors() == "import: C-0: ALREADY_APPROVED: The event named has been approved. C-0\n");
  CHECK(out.json().at("approvals") == 1);
  CHECK(status_of(node, "AR/C-1", "2026-02-15") == "ACTIVE");
}

TEST_CASE("where there is no terminal an import says how far it is every thousand lines", "[cli]") {
  TestNode node;
  Folder folder;
  auto options = import_of(folder, "BO", programme("BO", 600, false));
  options.pack = 200;
  const NoTerminal elsewhere;
  Captured out;
  REQUIRE(import_history(node.global(), options));
  CHECK(out.errors() == "import: 1000 of 2400\nimport: 2000 of 2400\n");
}

TEST_CASE("of many bad lines the first twenty are shown and all are counted", "[cli]") {
  TestNode node;
  Folder folder;
  std::string text;
  for (int i = 0; i < 30; ++i) text += "oops\n";
  Captured out;
  const Done done = import_history(node.global(), import_of(folder, "BO", text));
  REQUIRE_FALSE(done);
  CHECK(done.error().starts_with("30 bad lines (the first 20 are shown), nothing was sent: correct"));
  const std::string shown = out.errors();
  CHECK(std::count(shown.begin(), shown.end(), '\n') == 20);
}

TEST_CASE("an import asks for keys of the right purpose and of one administration before it reads anything", "[cli]") {
  TestNode node;
  Folder folder;
  auto options = import_of(folder, "BO", programme("BO", 1, false));
  const std::string issuer = std::exchange(options.key, folder.key("BO", "approver"));
  Captured out;
  CHECK(import_history(node.global(), options).error().find("key for approver") != std::string::npos);
  options.key = issuer;
  options.approver_key = issuer;
  CHECK(import_history(node.global(), options).error().find("--approver-key") != std::string::npos);
  options.approver_key = folder.key("PE", "approver");
  CHECK(import_history(node.global(), options).error().find("two keys of one administration") != std::string::npos);
  CHECK(node.ledger.submissions_taken() == 0);
}

}  // namespace quipu::cli::trial
