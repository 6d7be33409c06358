// SPDX-License-Identifier: Apache-2.0
// `quipu-audit status`: what a .quipu-status, .quipu-status-list or .quipu-recognition proves, in words.
#pragma once

#include <string>

namespace quipu::audit {

struct StatusArguments {
  std::string file;
  std::string policy;
  std::string certificate;  // CC/NUMBER that it must be about; may be empty
  std::string on;           // a day; empty: the day of the block as of which it holds
  std::string output = "text";
};
// Prints; the exit code: 0 VERIFIED, 1 BROKEN or COULD-NOT-CHECK.
int run_status(const StatusArguments& arguments);

}  // namespace quipu::audit
