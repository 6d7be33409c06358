// SPDX-License-Identifier: Apache-2.0
// `quipu-audit verify`: reads a mirror from a directory, prints what was found, writes the report. One thread.
#pragma once

#include <string>
#include <vector>

namespace quipu::audit {

struct VerifyArguments {
  std::string directory, genesis, output = "text";
  std::vector<std::string> against;   // directories of other mirrors
  std::vector<std::string> receipts;  // files
  std::string records;                // a directory; empty: none
  std::string position;               // a file: gone on from if it is there, and saved to; empty: none
  std::string report;                 // a file to write; empty: none
  std::string report_format;          // text, json, html; empty: by the file's suffix
};
// 0: VERIFIED; 1: BROKEN or COULD-NOT-CHECK.
int run_verify(const VerifyArguments& arguments);

}  // namespace quipu::audit
