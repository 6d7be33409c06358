// SPDX-License-Identifier: Apache-2.0
// The commands `compare` and `fork` of quipu-audit. One thread.
#pragma once

#include <string>

namespace quipu::audit {

struct CompareArguments {
  std::string first, second, genesis, out, output = "text";
};
// 0: one history is the beginning of the other; 1: cannot be said; 3: they contradict each other.
int run_compare(const CompareArguments& arguments);

struct ForkArguments {
  std::string file, genesis, output = "text";
};
// 0: the file proves what it says; 1: it does not, or cannot be checked.
int run_fork(const ForkArguments& arguments);

}  // namespace quipu::audit
