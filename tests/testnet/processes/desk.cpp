// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/desk.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "node/ledger/json.h"
#include "testnet/processes/children.h"

namespace quipu::processes::trial {

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// These networks are for training, which quipu notes once in front of what it has to say.
std::string without_note(const std::string& error) {
  return error.starts_with("note: training network ") ? error.substr(error.find('\n') + 1) : error;
}

std::string quoted(const std::string& word) { return "'" + word + "'"; }

}  // namespace

boost::json::value Said::json() const {
  INFO(out << error);
  const auto value = ledger::parse_strict_json(out);
  REQUIRE(value);
  return *value;
}

Desk::Desk(LocalNetwork& network, const std::string& through)
    : network_(network),
      url_(network.processes().url(network.node(through))),
      folder_(network.scratch("desk-" + through)) {}

Said Desk::quipu(const std::vector<std::string>& words, const std::string& input) const {
  write("in", input);
  std::string command = quoted(program("quipu").string());
  for (const auto& word : words) command += " " + quoted(word);
  command += " --output json --node " + url_ + " <" + quoted(file("in")) + " >" + quoted(file("out")) + " 2>" +
             quoted(file("error"));
  const int status = std::system(command.c_str());
  return {exit_code(status), content_of(file("out")), without_note(content_of(file("error")))};
}

std::string Desk::key(const std::string& code, const std::string& purpose) const {
  return network_.processes().key(network_.node(code), purpose).string();
}

std::string Desk::write(const std::string& name, const std::string& content) const {
  std::ofstream(file(name), std::ios::binary) << content;
  return file(name);
}

void check_failed(const Said& said, const std::string& what, const std::string& next_step) {
  INFO(said.error);
  CHECK(said.code == 1);
  CHECK(said.error.starts_with("quipu: "));
  CHECK(std::ranges::count(said.error, '\n') == 1);
  CHECK(said.error.find(what) != std::string::npos);
  CHECK(said.error.find(next_step) != std::string::npos);
}

}  // namespace quipu::processes::trial
