// SPDX-License-Identifier: Apache-2.0
// The table of all commands: names, options, examples. Man pages and completion come from the same table.
#pragma once

namespace quipu::cli {

// Exit code: 0 done, 1 failed (the reason on standard error), 2 wrong usage.
int run_command_line(int argc, char** argv);

}  // namespace quipu::cli
