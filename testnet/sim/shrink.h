// SPDX-License-Identifier: Apache-2.0
// A failing seed made small: kinds of trouble switched off, the run made shorter and its clients idler, as long as the
// same law breaks. What is left is easier to read, and one command replays it. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testnet/sim/campaign.h"

namespace quipu::testnet {

// A kind of trouble that a seed may have decided on.
struct Switch {
  const char* name;
  void (*off)(Options&);
};
const std::vector<Switch>& switches();

// Nothing when a name is unknown.
bool switch_off(Options& options, const std::vector<std::string>& names);

struct Shrunk {
  Options options;
  std::vector<std::string> without;
  std::size_t runs = 0;  // tried
};
// `breaks`: does this run break the law that is looked for? `options` does. Tries at most `most` runs.
Shrunk shrink(const Options& options, const std::function<bool(const Options&)>& breaks, std::size_t most = 200);

}  // namespace quipu::testnet
