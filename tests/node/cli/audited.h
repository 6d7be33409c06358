// SPDX-License-Identifier: Apache-2.0
// The auditor's program on a file that a command wrote.
#pragma once

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

namespace quipu::cli::trial {

struct Audited {
  int exit_code = -1;
  std::string output;
};
inline Audited audit_status(const std::string& file, const std::string& policy, const std::string& more = "") {
  const std::string command = QUIPU_BINARY_DIR "/bin/quipu-audit status " + file + " --policy " + policy + " " + more;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Audited out;
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe)) out.output.append(buffer, size);
  out.exit_code = WEXITSTATUS(pclose(pipe));
  return out;
}

}  // namespace quipu::cli::trial
