// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/hostile/watching.h"

#include <algorithm>

#include "tests/testnet/processes/observing.h"

namespace quipu::hostile {

using processes::NodeEntry;

Watch::Watch(processes::trial::LocalNetwork& network, std::string attacker)
    : network_(network), attacker_(std::move(attacker)) {
  for (const auto& node : network_.processes().nodes) {
    if (node.code == attacker_) continue;
    auto& before = before_[node.code];
    before.pid = node.pid;
    before.resident_kB = processes::trial::resident_kB(node);
    for (const auto& peer : network_.processes().nodes) before.downs[peer.code] = downs(node, peer.code);
  }
}

// Both are said once a connection is gone; a quick one back says "is up" alone.
std::size_t Watch::downs(const NodeEntry& node, const std::string& peer) const {
  const auto& network = network_.processes();
  return processes::trial::times_logged(network, node, "peer " + peer + " is down") +
         processes::trial::times_logged(network, node, "peer " + peer + " is up");
}

Harm Watch::look() {
  Harm harm;
  for (const auto& node : network_.processes().nodes) {
    if (node.code == attacker_) continue;
    const auto& before = before_.at(node.code);
    if (node.pid != before.pid || !processes::is_running(node)) {
      harm.crashed.push_back(node.code);
      continue;
    }
    const double grown_kB =
        static_cast<double>(processes::trial::resident_kB(node)) - static_cast<double>(before.resident_kB);
    harm.most_growth_MiB = std::max(harm.most_growth_MiB, grown_kB / 1024);
    for (const auto& [peer, times] : before.downs) {
      if (peer != node.code && peer != attacker_ && downs(node, peer) != times) {
        harm.lost.push_back(node.code + ": " + peer);
      }
    }
  }
  return harm;
}

}  // namespace quipu::hostile
