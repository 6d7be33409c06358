// SPDX-License-Identifier: Apache-2.0
#include "programmes.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "crypto/digest.h"

namespace quipu::ledger::testing {
namespace {

namespace json = boost::json;

json::value read_json(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  INFO(path);
  return json::parse(text.str());
}

std::string text_at(const json::object& object, const char* key) { return std::string(object.at(key).as_string()); }

// An importer salts; for the rules any 32 bytes that differ from firm to firm will do.
Bytes commitment_to(const json::value& record) { return Bytes(crypto::sha256(json::serialize(record)).view()); }

HistoryLine parse_line(const std::string& text) {
  const json::object object = json::parse(text).as_object();
  HistoryLine line{text_at(object, "recorded_on"), text_at(object, "administration"), {}, false};
  INFO(text);
  REQUIRE(google::protobuf::util::JsonStringToMessage(json::serialize(object.at("event")), &line.event).ok());
  if (line.event.has_operator_registered()) {
    auto& stated = *line.event.mutable_operator_registered();
    if (object.contains("identity")) stated.set_identity_commitment(commitment_to(object.at("identity")));
    if (object.contains("private_tin")) stated.set_tin_commitment(commitment_to(object.at("private_tin")));
  }
  line.approve = object.contains("approve") && object.at("approve").as_bool();
  return line;
}

std::vector<std::filesystem::path> history_files(const std::filesystem::path& programmes) {
  std::vector<std::filesystem::path> files;
  for (const auto& each : std::filesystem::directory_iterator(programmes / "history")) files.push_back(each.path());
  std::ranges::sort(files);  // capitals before "cross"
  return files;
}

}  // namespace

std::filesystem::path sample_programmes() { return std::filesystem::path(QUIPU_SOURCE_DIR) / "testnet" / "sample"; }
std::filesystem::path whole_programmes() {
  return std::filesystem::path(QUIPU_SOURCE_DIR).parent_path() / "shared" / "data";
}

std::vector<HistoryLine> read_history(const std::filesystem::path& programmes) {
  std::vector<HistoryLine> history;
  for (const auto& file : history_files(programmes)) {
    std::ifstream in(file);
    for (std::string text; std::getline(in, text);) history.push_back(parse_line(text));
  }
  std::ranges::stable_sort(history, {}, &HistoryLine::recorded_on);
  return history;
}

World world_of(const std::filesystem::path& programmes) {
  std::vector<WorldMember> members;
  const json::value listed = read_json(programmes / "members.json");
  for (const json::value& each : listed.as_array()) {
    const json::object& member = each.as_object();
    members.push_back({text_at(member, "administration"),
                       static_cast<std::int32_t>(member.at("utc_offset_minutes").as_int64()),
                       member.contains("dual_control") && member.at("dual_control").as_bool(), false});
  }
  std::vector<v1::Arrangement> arrangements;
  const json::value agreed = read_json(programmes / "arrangements.json");
  for (const json::value& each : agreed.as_array()) {
    REQUIRE(google::protobuf::util::JsonStringToMessage(json::serialize(each), &arrangements.emplace_back()).ok());
  }
  return World(members, arrangements);
}

std::string replay(World& world, const HistoryLine& line) {
  world.today(line.recorded_on);
  const std::string stated = world.states(line.administration, {line.event});
  if (stated != "OK" || !line.approve) return stated;
  const v1::EventRef target = world.last();
  return world.approves(line.administration, target, line.event.decision_date());
}

void replay_all(World& world, const std::vector<HistoryLine>& history) {
  for (const HistoryLine& line : history) {
    const std::string said = replay(world, line);
    if (said == "OK") continue;
    INFO(line.recorded_on << " " << line.administration << " " << line.event.ShortDebugString());
    INFO(said << ": " << world.last_rejection.detail);
    FAIL("a programme's history was refused");
  }
}

std::vector<Look> read_declarations(const std::filesystem::path& programmes) {
  std::vector<Look> looks;
  std::ifstream in(programmes / "declarations.csv");
  std::string line;
  std::getline(in, line);  // date,recogniser,tin,role,flow
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    std::stringstream cells(line);
    Look& look = looks.emplace_back();
    for (std::string* cell : {&look.date, &look.recogniser, &look.tin, &look.role, &look.flow}) {
      std::getline(cells, *cell, ',');
    }
  }
  return looks;
}

}  // namespace quipu::ledger::testing
