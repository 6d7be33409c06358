// SPDX-License-Identifier: Apache-2.0
#include "node/cli/command_line.h"

int main(int argc, char** argv) { return quipu::cli::run_command_line(argc, argv); }
