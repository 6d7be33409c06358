// SPDX-License-Identifier: Apache-2.0
// Carries a plan out in a world, step after step, until something is not as expected. Pure: it knows time only through
// the world. One thread.
#pragma once

#include "testnet/scenario/world.h"

namespace quipu::scenario {

struct Verdict {
  bool kept = true;
  int line = 0;      // of the step that was not kept; 0: none in particular
  std::string step;  // as written
  std::string why;
  std::size_t steps = 0;  // carried out
  Micros took = 0;        // in the world's time
};

// Told before each step, with the world's time.
using Tell = std::function<void(Micros now, const Step& step)>;
Verdict run(const Plan& plan, World& world, const Tell& tell);

}  // namespace quipu::scenario
