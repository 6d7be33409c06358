// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/probe.h"

#include "testnet/processes/http_loop.h"

namespace quipu::processes {

std::optional<ProbeAnswer> get(const std::string& address, const std::string& target) {
  constexpr auto kPatience = std::chrono::seconds(2);
  Loop loop;
  Connection connection(loop, address, kPatience);
  std::optional<ProbeAnswer> answer;
  bool done = false;
  connection.ask(get_request(target), [&](const Reply& reply) {
    done = true;
    if (reply.status != 0) answer = {reply.status, std::string(reply.body)};
  });
  loop.run_until([&] { return done; }, kPatience);
  return answer;
}

}  // namespace quipu::processes
