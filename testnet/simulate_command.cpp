// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "testnet/commands.h"
#include "testnet/sim/campaign.h"

namespace quipu::testnet {

int simulate(const SimulateOptions& options) {
  Campaign campaign;
  const auto dots = options.seeds.find("..");
  try {
    campaign.first_seed = std::stoull(options.seeds);
    campaign.last_seed = dots == std::string::npos ? campaign.first_seed : std::stoull(options.seeds.substr(dots + 2));
  } catch (const std::exception&) {
    std::cerr << "quipu-testnet: --seeds takes A..B, e.g. 1..300\n";
    return 2;
  }
  if (!options.sizes.empty()) campaign.members = options.sizes;
  campaign.candidates = options.candidates;
  campaign.by_reference = options.by_reference;
  campaign.disk_harm_every = static_cast<std::int64_t>(options.disk_harm) * kSecond;
  if (options.hours > 0) campaign.trouble = static_cast<std::int64_t>(options.hours * 3600) * kSecond;
  campaign.verbose = options.verbose;
  campaign.without = options.without;
  campaign.submissions = options.submissions;
  campaign.shrink = options.shrink;
  return simulate(campaign, std::cout);
}

}  // namespace quipu::testnet
