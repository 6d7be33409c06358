// SPDX-License-Identifier: Apache-2.0
// Personal data on real processes: who gets it, who does not, and that nothing of it lies in clear on any disk.
#include <signal.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "crypto/bytes.h"
#include "node/ledger/date.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "tests/testnet/processes/desk.h"

namespace quipu::processes::trial {

namespace side_trial {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kCanary = "Canaria Discreta 7f3a91c2 SA";
constexpr std::string_view kPrivateTin = "BR71940386255";

std::string day(int from_today) {
  using namespace std::chrono;
  const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return ledger::Date::of(static_cast<std::uint64_t>(now_ms), 0).plus(from_today).text();
}

std::string operator_line(const std::string& fields, const std::string& rest) {
  return R"({"recorded_on":")" + day(-2) + R"(","administration":"BR","event":{"decision_date":")" + day(-3) +
         R"(","operator_registered":{)" + fields + "}}" + rest + "}\n";
}

// A firm and a person, both with a name that nobody else has.
std::string history() {
  const std::string identity = R"(,"identity":{"legal_name":")" + std::string(kCanary) +
                               R"(","address":"Rua Sem Nome 1","city":"Santos","country":"BR"})";
  return operator_line(R"("subject":"BR-FIRM","person":"LEGAL","tin":"BR81169520002")", identity) +
         operator_line(R"("subject":"BR-PERSON","person":"NATURAL")",
                       identity + R"(,"private_tin":")" + std::string(kPrivateTin) + "\"");
}

struct Trial {
  LocalNetwork& network = LocalNetwork::shared();

  Desk desk(const std::string& code) { return Desk(network, code); }

  void state(const std::string& author, const std::string& event) {
    const auto at = desk(author);
    const auto file = at.write("event.json", R"({"events":[)" + event + "]}");
    const auto said = at.quipu({"submit", file, "--key", at.key(author, "issuer"), "--wait"});
    INFO(event << said.error);
    REQUIRE(said.code == 0);
  }

  std::optional<ProbeAnswer> identity(const std::string& at, const std::string& subject) {
    return get(network.node(at).http, "/v1/operators/BR/" + subject + "/identity");
  }
  int status(const std::string& at, const std::string& subject) {
    const auto answer = identity(at, subject);
    return answer ? answer->status : 0;
  }
  bool comes_to(const std::string& at, const std::string& subject, int wanted) {
    return poll(std::chrono::seconds(30), [&] { return status(at, subject) == wanted; });
  }
  json::array erasures(const std::string& at) {
    const auto answer = get(network.node(at).http, "/v1/erasures");
    REQUIRE(answer);
    return json::parse(answer->body).at("erasures").as_array();
  }
  // Sealed records on the node's disk.
  std::size_t files(const std::string& code) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(network.directory(code) / "side")) {
      count += entry.is_regular_file() && entry.path().filename().string().size() == 64;
    }
    return count;
  }
  void stop_all() { stop_nodes(network.processes()); }
  void start_all() {
    const auto started = start_nodes(network.processes());
    INFO((started ? "" : started.error()));
    REQUIRE(started);
  }
};

// How a text may lie in a file: as it is, in hex, in base64 at each of the three places where a group may begin.
std::vector<std::string> forms_of(std::string_view text) {
  std::vector<std::string> forms{std::string(text), crypto::to_hex(text)};
  for (std::size_t skip = 0; skip < 3; ++skip) {
    const auto part = text.substr(skip, (text.size() - skip) / 3 * 3);
    forms.push_back(crypto::to_base64(part));
  }
  return forms;
}

std::vector<std::string> files_with(const fs::path& folder, std::string_view text) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    for (const auto& form : forms_of(text)) {
      if (content.find(form) != std::string::npos) found.push_back(entry.path().string() + ": " + form);
    }
  }
  return found;
}

void check_no_canary(LocalNetwork& network) {
  for (const auto& node : network.processes().nodes) {
    for (const auto text : {kCanary, kPrivateTin}) {
      for (const auto& found : files_with(network.processes().node_directory(node), text)) FAIL_CHECK(found);
    }
  }
}

}  // namespace side_trial

using namespace side_trial;

TEST_CASE("the search for a canary finds it in each form that a file may have") {
  const auto folder = LocalNetwork::shared().scratch("planted");
  fs::create_directories(folder);
  const std::string text(kCanary);
  for (const auto& hidden : {text, crypto::to_hex(text), crypto::to_base64(text), crypto::to_base64("x" + text),
                             crypto::to_base64("xy" + text)}) {
    std::ofstream(folder / "file") << "before" << hidden << "after";
    CHECK(files_with(folder, kCanary).size() == 1);
  }
  std::ofstream(folder / "file") << "nothing";
  CHECK(files_with(folder, kCanary).empty());
}

TEST_CASE("an import hands its records in and who recognises the issuer gets them and nobody else") {
  Trial trial;
  trial.state("PE", R"({"decision_date":"2020-10-18","effective_from":"2020-10-28","recognition_activated":{)"
                    R"("arrangement":"BR-PE","issuer":"BR","schemes":["SECURITY"]}})");
  const auto desk = trial.desk("BR");
  const auto said =
      desk.quipu({"import", "history", desk.write("BR.jsonl", history()), "--key", desk.key("BR", "issuer")});
  INFO(said.error);
  REQUIRE(said.code == 0);
  CHECK(said.json().at("records_kept") == 3);

  for (const std::string at : {"BR", "PE"}) {
    INFO(at);
    REQUIRE(trial.comes_to(at, "BR-FIRM", 200));
    REQUIRE(trial.comes_to(at, "BR-PERSON", 200));
    CHECK(poll(std::chrono::seconds(10), [&] { return trial.files(at) == 3; }));
    const auto shown = json::parse(trial.identity(at, "BR-PERSON")->body);
    CHECK(shown.at("identity").at("legal_name").as_string() == kCanary);
    CHECK(shown.at("tin").at("tin").as_string() == kPrivateTin);
  }
  const auto printed = trial.desk("PE").quipu({"operator", "identity", "BR/BR-FIRM"});
  CHECK(printed.json().at("identity").at("legal_name").as_string() == kCanary);
  for (const std::string at : {"BO", "CL"}) {
    INFO(at);
    CHECK(trial.status(at, "BR-FIRM") == 403);
    CHECK(trial.files(at) == 0);
  }
  // The same file again does no harm.
  const auto again = desk.quipu({"record", "put", desk.file("BR.jsonl.BR.quipu-records")});
  INFO(again.error);
  CHECK(again.json().at("kept") == 3);
}

TEST_CASE("where an arrangement requires consent a record comes with it and goes with it") {
  Trial trial;
  trial.state("CL", R"({"decision_date":"2023-01-10","recognition_activated":{"arrangement":"ARR","issuer":"BR",)"
                    R"("schemes":["SECURITY"]}})");
  CHECK(trial.status("CL", "BR-FIRM") == 403);
  trial.state("BR", R"({"decision_date":")" + day(-2) + R"(","consent_granted":{"subject":"BR-FIRM"}})");
  REQUIRE(trial.comes_to("CL", "BR-FIRM", 200));
  CHECK(trial.files("CL") == 1);
  CHECK(trial.status("CL", "BR-PERSON") == 403);
  trial.state("BR", R"({"decision_date":")" + day(-1) + R"(","consent_withdrawn":{"subject":"BR-FIRM"}})");
  REQUIRE(trial.comes_to("CL", "BR-FIRM", 403));
  CHECK(poll(std::chrono::seconds(10), [&] { return trial.files("CL") == 0; }));
  CHECK(trial.files("PE") == 3);
}

TEST_CASE("no file of a stopped node holds a private byte in clear") {
  Trial trial;
  trial.stop_all();
  check_no_canary(trial.network);
  trial.start_all();
  CHECK(trial.comes_to("PE", "BR-FIRM", 200));
}

TEST_CASE("an erased subject is erased on every node and on one that was down as soon as it is back") {
  Trial trial;
  REQUIRE(terminate_node(trial.network.processes(), trial.network.node("PE")));
  CHECK(trial.files("PE") == 3);
  trial.state("BR", R"({"decision_date":")" + day(0) + R"(","subject_erased":{"subject":"BR-PERSON"}})");
  REQUIRE(trial.comes_to("BR", "BR-PERSON", 410));
  CHECK(poll(std::chrono::seconds(10), [&] { return trial.files("BR") == 1; }));

  const auto started = start_node(trial.network.processes(), trial.network.node("PE"));
  REQUIRE(started);
  REQUIRE(trial.comes_to("PE", "BR-PERSON", 410));
  CHECK(poll(std::chrono::seconds(10), [&] { return trial.files("PE") == 1; }));
  CHECK(trial.status("PE", "BR-FIRM") == 200);

  const std::map<std::string, int> held{{"BR", 2}, {"PE", 2}, {"CL", 0}, {"BO", 0}};
  for (const auto& [at, records] : held) {
    INFO(at);
    REQUIRE(poll(std::chrono::seconds(10), [&] { return trial.erasures(at).size() == 1; }));
    const auto note = trial.erasures(at).at(0);
    CHECK(note.at("operator") == "BR/BR-PERSON");
    CHECK(note.at("records") == records);
    CHECK(note.at("decided_on").as_string() == day(0));
  }
  const auto listed = trial.desk("PE").quipu({"erasure", "list"});
  CHECK(listed.json().as_array().size() == 1);
  // What an officer still has in a file does not come back.
  const auto desk = trial.desk("BR");
  const auto again = desk.quipu({"record", "put", desk.file("BR.jsonl.BR.quipu-records")});
  INFO(again.error);
  CHECK(again.json().at("kept") == 1);
  CHECK(again.json().at("erased") == 2);
  CHECK(trial.files("BR") == 1);
}

TEST_CASE("a crash leaves no core file and nothing of what was erased or private is in any file afterwards") {
  Trial trial;
  auto& node = trial.network.node("PE");
  std::ifstream limits("/proc/" + std::to_string(node.pid) + "/limits");
  const std::string text{std::istreambuf_iterator<char>(limits), {}};
  const auto line = text.find("Max core file size");
  REQUIRE(line != std::string::npos);
  CHECK(text.substr(line, 40).find(" 0 ") != std::string::npos);
  REQUIRE(kill(node.pid, SIGABRT) == 0);
  REQUIRE(poll(std::chrono::seconds(10), [&] { return !is_running(node); }));
  trial.stop_all();
  check_no_canary(trial.network);
}

}  // namespace quipu::processes::trial
