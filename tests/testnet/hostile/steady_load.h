// SPDX-License-Identifier: Apache-2.0
// So many submissions a second whatever happens, each member's through its own node; each one's latency counts from the
// moment it was due, not from when it could be sent. Runs in threads of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/testnet/processes/clerk.h"

namespace quipu::hostile {

struct LoadFigures {
  std::vector<double> latency_ms;  // due until seen FINAL
  std::size_t unfinished = 0;      // not final ten seconds after the end
  std::size_t refused = 0;
};

class SteadyLoad {
 public:
  // `authors`: codes; together `per_second`.
  SteadyLoad(processes::trial::LocalNetwork& network, const std::vector<std::string>& authors, double per_second);
  ~SteadyLoad();
  // Waits for what is under way.
  LoadFigures stop();

 private:
  class Lane;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace quipu::hostile
