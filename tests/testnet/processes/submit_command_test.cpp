// SPDX-License-Identifier: Apache-2.0
// quipu submit and quipu approval against real nodes, PE under dual control.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "node/cli/json_fields.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/desk.h"

namespace quipu::processes::trial {

namespace submit_command {

std::string grant(const std::string& firm) {
  return R"({"events":[{"decision_date":"2026-01-05","operator_registered":{"subject":")" + firm + R"(","tin":"PE)" +
         firm.substr(2) + R"(","person":"LEGAL"}},{"decision_date":"2026-01-05",)" +
         R"("certificate_granted":{"certificate":")" + firm + R"(C","subject":")" + firm +
         R"(","scheme":"SECURITY","roles":["EXPORTER"],"valid_to":"2029-01-04"}}]})";
}

std::string status_of(const Desk& desk, const std::string& certificate) {
  const auto said = desk.quipu({"certificate", "show", "PE/" + certificate, "--on", "2026-03-01"});
  return cli::text_at(said.json(), "status");
}

std::size_t waiting(const Desk& desk) {
  return cli::array_at(desk.quipu({"approval", "list"}).json(), "approvals").size();
}

}  // namespace submit_command

using namespace submit_command;

TEST_CASE("events from a file or from standard input are submitted and waited for") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "PE");
  const auto from_file =
      desk.quipu({"submit", desk.write("e.json", grant("PE8001")), "--key", desk.key("PE", "issuer")});
  INFO(from_file.error);
  REQUIRE(from_file.code == 0);
  CHECK(cli::text_at(from_file.json(), "id").size() == 64);
  CHECK(cli::text_at(from_file.json(), "status").empty());
  const auto piped = desk.quipu({"submit", "-", "--key", desk.key("PE", "issuer"), "--wait"}, grant("PE8002"));
  INFO(piped.error);
  REQUIRE(piped.code == 0);
  CHECK(cli::text_at(piped.json(), "status") == "FINAL");
  CHECK(piped.error.empty());
}

TEST_CASE("with the approver's key a grant is in effect when the command returns") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "PE");
  const auto said = desk.quipu(
      {"submit", "-", "--key", desk.key("PE", "issuer"), "--approve-with", desk.key("PE", "approver"), "--wait"},
      grant("PE8003"));
  INFO(said.error);
  REQUIRE(said.code == 0);
  CHECK(cli::text_at(said.json().at("approval"), "status") == "FINAL");
  CHECK(status_of(desk, "PE8003C") == "ACTIVE");
}

TEST_CASE("an approval is listed and given once by the right key and through any node") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "PE");
  const Desk abroad(network, "BO");
  const auto before = waiting(desk);
  const auto said = desk.quipu({"submit", "-", "--key", desk.key("PE", "issuer"), "--wait"}, grant("PE8004"));
  REQUIRE(said.code == 0);
  const auto id = cli::text_at(said.json(), "id");
  CHECK(waiting(desk) == before + 1);
  CHECK(status_of(desk, "PE8004C") == "PENDING_APPROVAL");
  const auto give = [&](const Desk& at, const std::string& reference, const std::string& key) {
    return at.quipu({"approval", "give", reference, "--key", key});
  };
  const auto approver = desk.key("PE", "approver");
  check_failed(give(desk, id + "/1", desk.key("PE", "issuer")), "WRONG_KEY_PURPOSE", "key of the right purpose");
  check_failed(give(desk, id + "/1", desk.key("BO", "approver")), "TARGET_UNKNOWN", "quipu approval list");
  check_failed(give(desk, id + "/0", approver), "TARGET_UNKNOWN", "quipu approval list");
  check_failed(give(desk, id + "/7", approver), "TARGET_UNKNOWN", "quipu approval list");
  check_failed(give(desk, "certificate", approver), "no reference", "quipu approval list");
  CHECK(status_of(desk, "PE8004C") == "PENDING_APPROVAL");
  const auto given = give(abroad, id + "/1", approver);
  INFO(given.error);
  REQUIRE(given.code == 0);
  CHECK(cli::text_at(given.json(), "status") == "FINAL");
  network.wait_agreed();
  check_failed(give(desk, id + "/1", approver), "ALREADY_APPROVED", "nothing is left to do");
  CHECK(status_of(desk, "PE8004C") == "ACTIVE");
  CHECK(waiting(desk) == before);
}

TEST_CASE("what cannot be submitted is one line with a next step and nothing is stated") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "PE");
  const auto issuer = desk.key("PE", "issuer");
  const auto before = network.wait_agreed();
  const auto submit = [&](const std::string& input, const std::string& key, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"submit", "-", "--key", key};
    words.insert(words.end(), more.begin(), more.end());
    return desk.quipu(words, input);
  };
  check_failed(submit("{", issuer), "standard input", "correct");
  check_failed(submit("", issuer), "standard input", "correct");
  check_failed(submit(R"({"events":[]})", issuer), "expected {\"events\":[{...}]}", "correct");
  check_failed(submit(R"({"events":[{"decision_date":"2026-01-01","x":{}}]})", issuer), "events[0].x", "correct");
  check_failed(submit(grant("PE8005"), desk.key("PE", "vote")), "WRONG_KEY_PURPOSE", "right purpose");
  check_failed(submit(grant("PE8005"), desk.file("none.key")), "none.key", "check the path");
  check_failed(submit(grant("PE8005"), desk.key("BO", "issuer")), "TIN_OF_OTHER_COUNTRY (event 0)", "correct it");
  const std::string no_need = R"({"events":[{"decision_date":"2026-01-05","operator_registered":{"subject":"PE8006",)"
                              R"("tin":"PE8006","person":"LEGAL"}}]})";
  check_failed(submit(no_need, issuer, {"--approve-with", desk.key("PE", "approver")}), "needs an approval",
               "leave --approve-with out");
  check_failed(submit(grant("PE8006"), issuer, {"--approve-with", desk.file("none.key")}), "none.key",
               "check the path");
  CHECK(desk.quipu({"submit", "-"}).code == 2);
  CHECK(desk.quipu({"submit", "-", "--key", issuer, "--frobnicate"}).code == 2);
  CHECK(desk.quipu({"approval", "give"}).code == 2);
  CHECK(network.wait_agreed() == before);
}

TEST_CASE("events that are final whose approval is refused are said to be final") {
  auto& network = LocalNetwork::with_dual_control();
  const Desk desk(network, "PE");
  const auto said = desk.quipu(
      {"submit", "-", "--key", desk.key("PE", "issuer"), "--approve-with", desk.key("PE", "issuer"), "--wait"},
      grant("PE8007"));
  check_failed(said, "the events are final, their approval is not: WRONG_KEY_PURPOSE", "quipu approval list");
  CHECK(cli::text_at(said.json(), "status") == "FINAL");
  CHECK(status_of(desk, "PE8007C") == "PENDING_APPROVAL");
}

}  // namespace quipu::processes::trial
