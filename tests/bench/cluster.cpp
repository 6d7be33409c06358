// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/cluster.h"

#include <unistd.h>

#include <fstream>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "testnet/processes/children.h"

namespace quipu::bench {

namespace {

template <class Value>
Value must(std::expected<Value, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  if constexpr (!std::is_void_v<Value>) return *std::move(result);
}

// AA, AB, AC ...
std::vector<std::string> codes(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back({static_cast<char>('A' + i / 26), static_cast<char>('A' + i % 26)});
  }
  return out;
}

}  // namespace

Cluster::Cluster(const ClusterPlan& plan) : plan_(plan) {
  network_ = must(processes::found_network({plan.directory, codes(plan.members), {}, plan.first_port}));
  try {
    must(processes::start_nodes(network_));
    unlock_keys();
  } catch (...) {
    stop();
    throw;
  }
}

Cluster::~Cluster() { stop(); }

void Cluster::stop() {
  processes::stop_nodes(network_);
  std::error_code ignored;
  if (!plan_.keep) std::filesystem::remove_all(plan_.directory, ignored);
}

void Cluster::unlock_keys() {
  for (const auto& node : network_.nodes) {
    auto key = must(crypto::unlock_key_file(network_.key(node, "issuer"), ""));
    members_.push_back({processes::Signatory(std::move(key), network_.chain_id)});
  }
}

LaneStock Cluster::prepare(std::size_t lane, std::size_t stock, std::size_t events) {
  auto& member = members_[lane];
  LaneStock prepared{network_.nodes[lane].http, member.next_sequence, {}};
  for (std::size_t i = 0; i < stock; ++i) {
    prepared.stock.push_back(member.signatory.sign(member.next_sequence + i, events));
  }
  return prepared;
}

LoadResult Cluster::load(const LoadPlan& plan, std::size_t stock, std::size_t events,
                         const std::vector<std::size_t>& lanes) {
  std::vector<LaneStock> stocks;
  for (const auto lane : lanes) stocks.push_back(prepare(lane, stock, events));
  auto result = run_load(plan, stocks);
  // What was not sent was signed in vain: its numbers are used again.
  for (std::size_t i = 0; i < lanes.size(); ++i) members_[lanes[i]].next_sequence += result.sent[i];
  return result;
}

LoadResult Cluster::load_all(const LoadPlan& plan, std::size_t stock, std::size_t events) {
  std::vector<std::size_t> lanes(members());
  std::iota(lanes.begin(), lanes.end(), 0);
  return load(plan, stock, events, lanes);
}

double Cluster::cpu_seconds() const {
  double ticks = 0;
  for (const auto& node : network_.nodes) {
    std::ifstream in("/proc/" + std::to_string(node.pid) + "/stat");
    const std::string stat{std::istreambuf_iterator<char>(in), {}};
    // After the name in brackets: eleven fields, then user and system time.
    std::istringstream fields(stat.substr(stat.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    ticks += user + system;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void Cluster::mirror(const std::filesystem::path& directory) const {
  // A tip unchanged for 100 ms is cosigned and published.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  must(processes::run({processes::program("quipu").string(), "--node", network_.url(network_.nodes.front()), "export",
                       "--out", directory.string()},
                      plan_.directory / "mirror.log"));
}

}  // namespace quipu::bench
