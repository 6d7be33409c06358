// SPDX-License-Identifier: Apache-2.0
// Which versions of the protocol this program knows. An epoch has one version; a governance change to the next one ends
// the epoch (docs/decisions/0037-upgrades.md). Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace quipu::ledger {

inline constexpr std::uint32_t kFirstProtocolVersion = 1;
inline constexpr std::uint32_t kNewestProtocolVersion = 1;
// On a training network a few versions more, of the newest one's rules, so that an upgrade can be rehearsed.
inline constexpr std::uint32_t kRehearsedProtocolVersions = 3;

// A network to learn on: nothing on it has legal effect.
constexpr bool is_training(std::string_view chain_id) { return chain_id.starts_with("test-"); }

constexpr std::uint32_t newest_protocol_version(std::string_view chain_id) {
  return kNewestProtocolVersion + (is_training(chain_id) ? kRehearsedProtocolVersions : 0);
}

}  // namespace quipu::ledger
