// SPDX-License-Identifier: Apache-2.0
// Child processes of a launcher: the programs that lie beside it. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace quipu::processes {

// `quipud` and the like, in the folder of the running program.
std::filesystem::path program(const std::string& name);

// Starts in a session of its own, so that closing the terminal does not end it; output is appended to `log`.
// Returns when the process runs that program.
std::expected<int, std::string> spawn(const std::vector<std::string>& command, const std::filesystem::path& log);
// Of what waitpid says: the exit code; 128 + signal when it was killed.
int exit_code(int status);
// Exit code; 128 + signal when it was killed.
int wait_for(int pid);
// The last that is not empty.
std::string last_line(const std::filesystem::path& log);
// Runs to the end; the error names the command and shows the end of its output.
std::expected<void, std::string> run(const std::vector<std::string>& command, const std::filesystem::path& log);

}  // namespace quipu::processes
