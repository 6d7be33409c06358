// SPDX-License-Identifier: Apache-2.0
// `quipu-audit receipt`: that a .tlog-proof proves its leaf under a trust policy.
#pragma once

#include <string>

namespace quipu::audit {

struct ReceiptArguments {
  std::string file;
  std::string policy;
  std::string output = "text";
};
// Prints; the exit code: 0 VERIFIED, 1 BROKEN or COULD-NOT-CHECK.
int run_receipt(const ReceiptArguments& arguments);

}  // namespace quipu::audit
