// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "node/cli/commands.h"

namespace quipu::cli {

namespace fs = std::filesystem;

namespace {

// Beside this program, as built and as packaged; else wherever the shell finds it.
std::string find_quipud() {
  std::error_code error;
  const auto beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "quipud";
  return !error && fs::exists(beside) ? beside.string() : "quipud";
}

}  // namespace

Done hand_over(const Global& global, const std::string& command, const std::vector<std::string>& words) {
  const std::string program = find_quipud();
  std::vector<std::string> all{program, command};
  all.insert(all.end(), words.begin(), words.end());
  if (global.output == Output::kJson) all.insert(all.end(), {"--output", "json"});
  std::vector<char*> arguments;
  for (auto& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(program.c_str(), arguments.data());
  return std::unexpected(command + " is done by quipud, which cannot be run here (" + std::strerror(errno) +
                         "): install the package quipud");
}

}  // namespace quipu::cli
