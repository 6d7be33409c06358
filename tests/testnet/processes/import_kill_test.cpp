// SPDX-License-Identifier: Apache-2.0
// quipu import history killed again and again: every statement is in the log once and in its place.
#include <signal.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <random>
#include <set>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"
#include "node/ledger/mirror.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/desk.h"

namespace quipu::processes::trial {

namespace import_kill {

using Events = std::vector<std::string>;  // as JSON
constexpr int kMostKills = 25;

// A firm's few years. Consents may be stated any number of times: nothing but the import keeps them from being doubled.
void add_firm(std::ostream& out, const std::string& author, int number) {
  const std::string name = author + "-K" + std::to_string(number);
  const auto line = [&](const std::string& event, bool approve) {
    out << R"({"recorded_on":"2026-01-02","administration":")" << author << R"(","event":)" << event
        << (approve ? R"(,"approve":true})" : "}") << "\n";
  };
  line(R"({"decision_date":"2026-01-01","operator_registered":{"subject":")" + name + R"(","tin":")" + author +
           std::to_string(5'500'000 + number) + R"(","person":"LEGAL"}})",
       false);
  line(R"({"decision_date":"2026-01-01","consent_granted":{"subject":")" + name + R"("}})", false);
  line(R"({"decision_date":"2026-01-02","certificate_granted":{"certificate":")" + name + R"(","subject":")" + name +
           R"(","scheme":"SECURITY","roles":["EXPORTER"]}})",
       true);
  line(R"({"decision_date":"2026-01-03","consent_granted":{"subject":")" + name + R"("}})", false);
  line(R"({"decision_date":"2026-02-01","certificate_amended":{"certificate":")" + name +
           R"(","roles_added":["IMPORTER"]}})",
       false);
  line(R"({"decision_date":"2026-03-01","certificate_suspended":{"certificate":")" + name +
           R"(","until":"2026-06-01","ground":"INVESTIGATION"}})",
       true);
}

std::string history(const Desk& desk, const std::string& author, int from, int end) {
  const auto path = desk.file(author + std::to_string(from) + ".jsonl");
  std::ofstream out(path);
  for (int firm = from; firm < end; ++firm) add_firm(out, author, firm);
  return path;
}

std::string canonical(const boost::json::value& event) {
  ledger::v1::Event message;
  REQUIRE(ledger::message_from_json(event, message, "event"));
  return ledger::event_to_json(message);
}

Events events_of_file(const std::string& path) {
  Events events;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    events.push_back(canonical(ledger::parse_strict_json(line).value().at("event")));
  }
  return events;
}

std::uint64_t published_size(cli::NodeClient& node) {
  std::uint64_t size = 0;
  const bool all = poll(std::chrono::seconds(60), [&] {
    const auto status = node.get_json("/v1/node/status");
    size = status ? cli::number_at(*status, "size").value_or(0) : 0;
    return status && cli::number_at(*status, "published_height") == cli::number_at(*status, "height");
  });
  REQUIRE(all);
  return size;
}

// What the log says in that administration's name, in its order: statements, or approvals.
Events events_in_log(LocalNetwork& network, const std::string& author, bool approvals) {
  Clerk clerk(network, author, "CL");
  const auto size = published_size(clerk.node());
  Events events;
  for (const auto& tile : ledger::tiles_of(size)) {
    if (tile.level) continue;
    const auto bundle = clerk.node().get_file("/" + tile.path());
    REQUIRE(bundle);
    const auto leaves = ledger::decode_entries(bundle->body, tile.width);
    REQUIRE(leaves);
    for (const auto& leaf : *leaves) {
      const auto submission = ledger::decode_submission(leaf, clerk.chain_id());
      if (!submission || submission->administration() != author) continue;
      for (const auto& event : submission->payload->events()) {
        if (event.has_event_approved() == approvals) events.push_back(ledger::event_to_json(event));
      }
    }
  }
  return events;
}

struct Run {
  int kills = 0;
  int code = 0;
  std::string out;
};

// Starts the import anew each time it was killed, until it ends by itself. The moments are drawn at random, the same
// ones in every run of the test.
Run import_under_fire(const std::vector<std::string>& command, const Desk& desk, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> moment_ms(20, 160);
  Run run;
  for (;; ++run.kills) {
    std::filesystem::remove(desk.file("import.log"));
    const auto pid = spawn(command, desk.file("import.log"));
    REQUIRE(pid);
    std::this_thread::sleep_for(std::chrono::milliseconds(moment_ms(random)));
    if (run.kills < kMostKills) kill(*pid, SIGKILL);
    run.code = wait_for(*pid);
    if (run.code != 128 + SIGKILL) break;
  }
  std::ifstream in(desk.file("import.log"));
  for (std::string line; std::getline(in, line);) run.out += line + "\n";
  return run;
}

std::vector<std::string> import_command(const Desk& desk, const std::string& code, const std::string& file) {
  return {program("quipu").string(),
          "import",
          "history",
          file,
          "--key",
          desk.key(code, "issuer"),
          "--approver-key",
          desk.key(code, "approver"),
          "--pack",
          "8",
          "--window",
          "4",
          "--output",
          "json",
          "--node",
          desk.url()};
}

}  // namespace import_kill

using namespace import_kill;

TEST_CASE("an import that is killed again and again states every line once and in order") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "BR");
  const auto before = events_in_log(network, "BR", false).size();
  const auto file = history(desk, "BR", 0, 150);
  const auto run = import_under_fire(import_command(desk, "BR", file), desk, 1);
  INFO(run.out);
  CHECK(run.code == 0);
  CHECK(run.kills >= 5);
  std::cout << "  an import of 900 lines was killed " << run.kills << " times" << std::endl;
  network.wait_agreed();
  auto stated = events_in_log(network, "BR", false);
  stated.erase(stated.begin(), stated.begin() + static_cast<std::ptrdiff_t>(before));
  CHECK(stated == events_of_file(file));
  CHECK(events_in_log(network, "BR", true).empty());
}

TEST_CASE("killed under dual control it states and approves every line once") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "PE");
  const auto before = events_in_log(network, "PE", false).size();
  const auto approved_before = events_in_log(network, "PE", true).size();
  const auto file = history(desk, "PE", 0, 40);
  const auto run = import_under_fire(import_command(desk, "PE", file), desk, 2);
  INFO(run.out);
  CHECK(run.code == 0);
  CHECK(run.kills >= 5);
  std::cout << "  an import of 240 lines with 80 approvals was killed " << run.kills << " times" << std::endl;
  network.wait_agreed();
  auto stated = events_in_log(network, "PE", false);
  stated.erase(stated.begin(), stated.begin() + static_cast<std::ptrdiff_t>(before));
  CHECK(stated == events_of_file(file));
  const auto approvals = events_in_log(network, "PE", true);
  CHECK(approvals.size() == approved_before + 80);
  CHECK(std::set(approvals.begin(), approvals.end()).size() == approvals.size());
  const auto last = desk.quipu({"certificate", "show", "PE/PE-K39", "--on", "2026-03-15"});
  CHECK(cli::text_at(last.json(), "status") == "SUSPENDED");
}

TEST_CASE("an import goes on through a node that is killed and started again and again") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "BO");
  const auto before = events_in_log(network, "BO", false).size();
  const auto file = history(desk, "BO", 0, 300);
  const auto pid = spawn(import_command(desk, "BO", file), desk.file("import.log"));
  REQUIRE(pid);
  int restarts = 0;
  for (; restarts < 3; ++restarts) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    REQUIRE(restart_node(network.processes(), network.node("BO")));
  }
  CHECK(wait_for(*pid) == 0);
  network.wait_agreed();
  auto stated = events_in_log(network, "BO", false);
  stated.erase(stated.begin(), stated.begin() + static_cast<std::ptrdiff_t>(before));
  CHECK(stated == events_of_file(file));
}

TEST_CASE("of a file of several authors an import takes its own lines and counts the others") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "CL");
  const auto cross = desk.file("cross.jsonl");
  std::ofstream out(cross);
  for (int firm = 0; firm < 3; ++firm) {
    add_firm(out, "CL", firm);
    add_firm(out, "DO", firm);
    add_firm(out, "BO", 900 + firm);
  }
  out.close();
  const auto import = desk.quipu({"import", "history", cross, "--key", desk.key("CL", "issuer")});
  INFO(import.error);
  REQUIRE(import.code == 0);
  CHECK(cli::number_at(import.json(), "events") == 18U);
  CHECK(cli::number_at(import.json(), "skipped_of_other_authors") == 36U);
  const auto again = desk.quipu({"import", "history", cross, "--key", desk.key("CL", "issuer")});
  CHECK(cli::number_at(again.json(), "events") == 0U);
  CHECK(cli::number_at(again.json(), "done_before") == 18U);
  network.wait_agreed();
}

TEST_CASE("a line that the node refuses is named and once it is corrected the import goes on") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "CL");
  const auto before = events_in_log(network, "CL", false).size();
  const auto good = history(desk, "CL", 100, 120);
  std::ostringstream text;
  text << std::ifstream(good).rdbuf();
  std::string bad = text.str();
  const std::string event = R"("certificate_amended":{"certificate":"CL-K110")";
  bad.replace(bad.find(event), event.size(), R"("certificate_amended":{"certificate":"CL-NONE")");
  const auto file = desk.write("bad.jsonl", bad);
  const auto import = [&] {
    return desk.quipu({"import", "history", file, "--key", desk.key("CL", "issuer"), "--pack", "16"});
  };
  check_failed(import(), "line 65: CERTIFICATE_UNKNOWN: ", "correct this line where it stands");
  check_failed(import(), "line 65: CERTIFICATE_UNKNOWN: ", "then run the same command again");
  desk.write("bad.jsonl", text.str());
  const auto done = import();
  INFO(done.error);
  REQUIRE(done.code == 0);
  network.wait_agreed();
  auto stated = events_in_log(network, "CL", false);
  stated.erase(stated.begin(), stated.begin() + static_cast<std::ptrdiff_t>(before));
  CHECK(stated == events_of_file(good));
}

}  // namespace quipu::processes::trial
