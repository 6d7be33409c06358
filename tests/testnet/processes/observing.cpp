// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/observing.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "crypto/merkle.h"
#include "testnet/processes/probe.h"

namespace quipu::processes::trial {

namespace {
constexpr auto kLookPause = std::chrono::microseconds(300);
}

std::optional<double> metric(const NodeEntry& node, const std::string& name) {
  const auto page = get(node.http, "/metrics");
  if (!page || page->status != 200) return std::nullopt;
  std::istringstream lines(page->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  return std::nullopt;
}

std::size_t resident_kB(const NodeEntry& node) {
  std::ifstream in("/proc/" + std::to_string(node.pid) + "/status");
  for (std::string word; in >> word;) {
    std::size_t amount = 0;
    if (word == "VmRSS:" && in >> amount) return amount;
  }
  return 0;
}

double cpu_seconds(const NodeEntry& node) {
  std::ifstream in("/proc/" + std::to_string(node.pid) + "/stat");
  std::string stat;
  std::getline(in, stat);
  // After the name in brackets: eleven fields, then user and system time.
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::size_t times_logged(const Network& network, const NodeEntry& node, const std::string& text) {
  std::ifstream in(network.node_directory(node) / "quipud.log");
  std::size_t times = 0;
  for (std::string line; std::getline(in, line);) times += line.find(text) == std::string::npos ? 0 : 1;
  return times;
}

std::optional<double> final_after_ms(Clerk& clerk, BytesView leaf, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto from = Clock::now();
  const auto answer = clerk.post(leaf);
  if (answer.status != 202) throw std::runtime_error("refused: " + answer.code + " " + answer.detail);
  const auto id = crypto::leaf_hash(leaf);
  while (Clock::now() - from < patience) {
    const auto now = clerk.node().submission(id);
    if (now && now->status == "FINAL") return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
    std::this_thread::sleep_for(kLookPause);
  }
  return std::nullopt;
}

double percentile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1) + 0.5)];
}

}  // namespace quipu::processes::trial
