// SPDX-License-Identifier: Apache-2.0
// The whole life of submissions at real nodes, as officers and their programs see it.
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "crypto/merkle.h"
#include "node/cli/json_fields.h"
#include "node/cli/submitting.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/desk.h"

namespace quipu::processes::trial {

namespace submissions {

constexpr const char* kNodes[] = {"BO", "BR", "CL", "PE"};
constexpr std::uint64_t kDay_s = 86'400;

std::string id_of(BytesView leaf) { return crypto::to_hex(crypto::leaf_hash(leaf).view()); }

// What `quipu submission show` says; nothing in it while the node does not know the submission.
boost::json::value shown(const Desk& desk, BytesView leaf) {
  const auto said = desk.quipu({"submission", "show", id_of(leaf)});
  return said.code == 0 ? said.json() : boost::json::object();
}

std::string status(const Desk& desk, BytesView leaf) { return cli::text_at(shown(desk, leaf), "status"); }

boost::json::value wait_for_status(const Desk& desk, BytesView leaf, const std::string& wanted) {
  poll(std::chrono::seconds(60), [&] { return status(desk, leaf) == wanted; });
  auto last = shown(desk, leaf);
  INFO(wanted);
  REQUIRE(cli::text_at(last, "status") == wanted);
  return last;
}

Bytes one_firm(Clerk& clerk, std::uint64_t sequence) {
  return clerk.sign(clerk.message({new_operator(clerk.author())}, sequence));
}

void check_taken_everywhere(LocalNetwork& network, const std::string& author, BytesView leaf,
                            const std::string& wanted) {
  for (const auto* code : kNodes) {
    INFO(code);
    Clerk clerk(network, author, code);
    const auto answer = clerk.post(leaf);
    CHECK(answer.status == 202);
    CHECK(answer.id == id_of(leaf));
    CHECK(clerk.node().submission(crypto::leaf_hash(leaf))->status == wanted);
  }
}

void check_number_is_held_everywhere(LocalNetwork& network, const std::string& author, BytesView late,
                                     const std::string& holder) {
  for (const auto* code : kNodes) {
    INFO(code);
    const auto answer = Clerk(network, author, code).post(late);
    CHECK(answer.status == 409);
    CHECK(answer.code == "SEQUENCE_TAKEN");
    CHECK(answer.holder == holder);
  }
}

}  // namespace submissions

using namespace submissions;

TEST_CASE("pending and final and rejected and expired are each reached and told with what belongs to them") {
  auto& network = LocalNetwork::shared();
  Clerk clerk(network, "CL", "CL");
  const Desk desk(network, "CL");
  const auto next = clerk.next_sequence();
  const auto firm = new_operator("CL");
  const auto first = clerk.sign(clerk.message({firm}, next));
  const auto doomed = clerk.sign(clerk.message({new_operator("CL"), firm}, next + 1));
  // A day old in three seconds.
  const auto old =
      ledger::sign_submission(clerk.message({new_operator("CL")}, next + 3), clerk.key(), cli::now_s() - kDay_s + 3);
  REQUIRE(clerk.post(doomed).status == 202);
  REQUIRE(clerk.post(old).status == 202);
  CHECK(status(desk, doomed) == "PENDING");
  CHECK(status(desk, old) == "PENDING");

  REQUIRE(clerk.post(first).status == 202);
  const auto final_ = wait_for_status(desk, first, "FINAL");
  CHECK(cli::number_at(final_, "height").value_or(0) > 0);
  CHECK(cli::number_at(final_, "index").value_or(0) > 0);
  CHECK(cli::text_at(final_, "time").ends_with("Z"));
  const auto rejected = wait_for_status(desk, doomed, "REJECTED");
  CHECK(cli::text_at(rejected, "code") == "SUBJECT_TAKEN");
  CHECK(cli::number_at(rejected, "event") == 1U);
  CHECK(cli::number_at(rejected, "height") == cli::number_at(final_, "height"));
  wait_for_status(desk, old, "EXPIRED");
  network.wait_agreed();
}

TEST_CASE("what no node knows is not found and an id that is none is wrong") {
  const Desk desk(LocalNetwork::shared(), "PE");
  check_failed(desk.quipu({"submission", "show", std::string(64, '0')}), "NOT_FOUND", "send it again");
  check_failed(desk.quipu({"submission", "show", "abc"}), "BAD_PARAMETER", "64 hex digits");
  CHECK(Clerk(LocalNetwork::shared(), "PE", "PE").get("/v1/submissions/" + std::string(64, '0')).status == 404);
}

TEST_CASE("the same bytes through any node at any phase are one submission") {
  auto& network = LocalNetwork::shared();
  Clerk clerk(network, "BR", "BR");
  const auto next = clerk.next_sequence();
  const auto waiting = one_firm(clerk, next + 1);
  check_taken_everywhere(network, "BR", waiting, "PENDING");
  check_taken_everywhere(network, "BR", waiting, "PENDING");
  check_number_is_held_everywhere(network, "BR", one_firm(clerk, next + 1), id_of(waiting));
  clerk.state(one_firm(clerk, next));
  clerk.state(waiting);
  const auto settled = network.wait_agreed();
  check_taken_everywhere(network, "BR", waiting, "FINAL");
  check_number_is_held_everywhere(network, "BR", one_firm(clerk, next + 1), id_of(waiting));
  CHECK(network.wait_agreed() == settled);
  CHECK(clerk.next_sequence() == next + 2);
}

TEST_CASE("a node that has said taken knows the submission from then on") {
  auto& network = LocalNetwork::shared();
  Clerk clerk(network, "PE", "PE");
  for (int i = 0; i < 20; ++i) {
    const auto leaf = clerk.good_leaf();
    for (const auto* code : kNodes) {
      Clerk other(network, "PE", code);
      REQUIRE(other.post(leaf).status == 202);
      CHECK(other.node().submission(crypto::leaf_hash(leaf))->status != "UNKNOWN");
    }
    clerk.state(leaf);
  }
}

TEST_CASE("of two statements of one number one is final and the other is told by whom it lost") {
  auto& network = LocalNetwork::shared();
  network.wait_agreed();
  Clerk at_home(network, "BO", "BO");
  Clerk abroad(network, "BO", "CL");
  const auto next = at_home.next_sequence();
  // Behind a gap each stays at its own node.
  const auto one = one_firm(at_home, next + 1);
  const auto other = one_firm(abroad, next + 1);
  REQUIRE(at_home.post(one).status == 202);
  REQUIRE(abroad.post(other).status == 202);
  at_home.state(one_firm(at_home, next));
  network.wait_agreed();
  const bool home_won = at_home.node().submission(crypto::leaf_hash(one))->status == "FINAL";
  const auto& winner = home_won ? one : other;
  const auto& loser = home_won ? other : one;
  CHECK(abroad.node().submission(crypto::leaf_hash(winner))->status == "FINAL");
  const auto told = shown(Desk(network, home_won ? "CL" : "BO"), loser);
  CHECK(cli::text_at(told, "status") == "REJECTED");
  CHECK(cli::text_at(told, "code") == "SEQUENCE_TAKEN");
  CHECK(cli::text_at(told, "detail") == "by " + id_of(winner));
  check_number_is_held_everywhere(network, "BO", loser, id_of(winner));
}

TEST_CASE("a full pool says so and loses nothing and an import that came upon it goes on") {
  auto& network = LocalNetwork::shared();
  network.wait_agreed();
  Clerk clerk(network, "CL", "CL");
  const Desk desk(network, "CL");
  const auto next = clerk.next_sequence();
  for (const auto* code : {"BR", "PE"}) REQUIRE(pause_node(network.node(code)));
  std::vector<crypto::Digest> taken;
  Answer answer;
  while (taken.size() <= limits::kPoolSubmissions) {
    const auto leaf = one_firm(clerk, next + taken.size());
    answer = clerk.post(leaf);
    if (answer.status != 202) break;
    taken.push_back(crypto::leaf_hash(leaf));
  }
  CHECK(answer.status == 429);
  CHECK(answer.code == "POOL_FULL");
  CHECK(answer.detail == "what waits of CL fills its share");
  CHECK(taken.size() == limits::kPoolSubmissionsPerMember);
  const auto history = desk.write("flooded.jsonl", R"({"recorded_on":"2024-01-02","administration":"CL","event":)" +
                                                       ledger::event_to_json(new_operator("CL")) + "}\n");
  const auto import = spawn({program("quipu").string(), "import", "history", history, "--key", desk.key("CL", "issuer"),
                             "--node", desk.url()},
                            desk.file("flooded.log"));
  REQUIRE(import);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  for (const auto* code : {"BR", "PE"}) REQUIRE(resume_node(network.node(code)));
  CHECK(wait_for(*import) == 0);
  network.wait_agreed();
  CHECK(clerk.next_sequence() == next + taken.size() + 1);
  for (const auto& id : taken) REQUIRE(clerk.node().submission(id)->status == "FINAL");
}

TEST_CASE("after a restart what was final is final at its place and what was pending is sent again") {
  auto& network = LocalNetwork::shared();
  Clerk clerk(network, "BO", "BO");
  const Desk desk(network, "BO");
  const auto next = clerk.next_sequence();
  const auto first = one_firm(clerk, next);
  const auto waiting = one_firm(clerk, next + 2);
  clerk.state(first);
  const auto before = shown(desk, first);
  REQUIRE(clerk.post(waiting).status == 202);
  REQUIRE(restart_node(network.processes(), network.node("BO")));
  CHECK(shown(desk, first) == before);
  CHECK(status(desk, waiting).empty());
  REQUIRE(clerk.post(waiting).status == 202);
  CHECK(status(desk, waiting) == "PENDING");
  clerk.state(one_firm(clerk, next + 1));
  wait_for_status(desk, waiting, "FINAL");
  network.wait_agreed();
}

}  // namespace quipu::processes::trial
