// SPDX-License-Identifier: Apache-2.0
// One receiver of changes, as a table [[webhooks]] of a node's or a follower's TOML file describes it. Pure; any
// thread.
#pragma once

#include <expected>
#include <optional>
#include <set>
#include <string>

namespace quipu::webhooks {

inline constexpr std::size_t kMostEndpoints = 16;

struct Endpoint {
  std::string name{};                     // in metrics, in the log, and of the file with its position: [a-z0-9-]
  std::string url{};                      // http or https, with a path
  std::string secret_file{};              // relative to the folder of that file
  std::string as{};                       // whose view: a member's code; empty: a member's own administration
  std::set<std::string> kinds{};          // of events; empty: all
  bool recognition_changes_only = false;  // only what made a firm recognised, or recognised no more
  std::string ca{};  // PEM file of the CA that signed the receiver's certificate; empty: the machine's store
  std::optional<std::uint64_t>
      since{};  // the height after which it begins; nothing: whatever comes from its first start on
};

// Says which setting of it is wrong, without the name of the table.
std::expected<void, std::string> check_form(const Endpoint& endpoint);

}  // namespace quipu::webhooks
