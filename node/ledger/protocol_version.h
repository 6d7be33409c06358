// SPDX-License-Identifier: Apache-2.0
// Which versions of the protocol this program knows. An epoch has one version; a governance change to the next one ends
// the epoch (docs/decisions/0043-upgrades.md). Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "node/ledger/training.h"

namespace quipu::ledger {

inline constexpr std::uint32_t kFirstProtocolVersion = 1;
inline constexpr std::uint32_t kNewestProtocolVersion = 1;
// On a training network a few versions more, of the newest one's rules, so that an upgrade can be rehearsed.
inline constexpr std::uint32_t kRehearsedProtocolVersions = 3;

constexpr std::uint32_t newest_protocol_version(std::string_view chain_id) {
  return kNewestProtocolVersion + (is_training(chain_id) ? kRehearsedProtocolVersions : 0);
}

}  // namespace quipu::ledger
