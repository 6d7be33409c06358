// SPDX-License-Identifier: Apache-2.0
// How long bytes are on their way between members who are far from each other: delays of a network with a proxy that
// are no fault, so that they stay when a link is healed. One thread.
#pragma once

#include <map>

#include "testnet/processes/link_faults.h"
#include "testnet/processes/network.h"

namespace quipu::processes {

// By the codes of two members in the order of the alphabet; either way is as long.
class Distances {
 public:
  // A head, then lines `one,other,delay_ms,jitter_ms`; the error names the line.
  static std::expected<Distances, std::string> parse(const std::string& csv);
  // Nothing between members that it does not name.
  std::optional<LinkFaults> between(const std::string& one, const std::string& other) const;

 private:
  std::map<std::pair<std::string, std::string>, LinkFaults> delays_;
};

// The network keeps a copy; every two of its nodes must be named.
std::expected<void, std::string> keep_distances(const Network& network, const std::filesystem::path& file);
// The kept ones; empty when there are none.
std::expected<Distances, std::string> kept_distances(const Network& network);

}  // namespace quipu::processes
