// SPDX-License-Identifier: Apache-2.0
// The real clocks; only shells include this.
#pragma once

#include <chrono>

#include "consensus/types.h"

namespace quipu::runtime {

inline consensus::Instant real_now() {
  using namespace std::chrono;
  return {duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count(),
          duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace quipu::runtime
