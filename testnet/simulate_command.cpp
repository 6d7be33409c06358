// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <iostream>
#include <optional>
#include <string_view>

#include "testnet/commands.h"
#include "testnet/sim/campaign.h"

namespace quipu::testnet {

namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// "A..B", or one seed. False when it is neither, or names none.
bool read_seeds(std::string_view text, Campaign& campaign) {
  const auto dots = text.find("..");
  const auto first = number_in(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number_in(text.substr(dots + 2));
  if (!first || !last || *first > *last) return false;
  campaign.first_seed = *first;
  campaign.last_seed = *last;
  return true;
}

}  // namespace

int simulate(const SimulateOptions& options) {
  Campaign campaign;
  if (!read_seeds(options.seeds, campaign)) {
    std::cerr << "quipu-testnet: --seeds takes A..B, the smaller first, e.g. 1..300\n";
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
