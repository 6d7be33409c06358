// SPDX-License-Identifier: Apache-2.0
// One HTTP GET to a node on this machine.
#pragma once

#include <optional>
#include <string>

namespace quipu::processes {

struct ProbeAnswer {
  int status = 0;
  std::string body;
};
// Nothing when the node does not answer within two seconds. `address`: host:port.
std::optional<ProbeAnswer> get(const std::string& address, const std::string& target);

}  // namespace quipu::processes
