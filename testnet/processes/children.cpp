// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/children.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace quipu::processes {

namespace fs = std::filesystem;

namespace {

std::string end_of(const fs::path& log) {
  std::ifstream in(log);
  std::string line;
  std::string last;
  while (std::getline(in, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

[[noreturn]] void become(const std::vector<std::string>& command, int output) {
  setsid();
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  dprintf(STDERR_FILENO, "cannot run %s: %s\n", arguments[0], strerror(errno));
  _exit(127);
}

}  // namespace

fs::path program(const std::string& name) { return fs::read_symlink("/proc/self/exe").parent_path() / name; }

std::expected<int, std::string> spawn(const std::vector<std::string>& command, const fs::path& log) {
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) return std::unexpected("cannot write " + log.string() + ": " + strerror(errno));
  int running[2];  // closes in the child when it has become the other program
  if (pipe2(running, O_CLOEXEC) != 0) return std::unexpected(std::string("cannot make a pipe: ") + strerror(errno));
  const int pid = fork();
  if (pid == 0) become(command, output);
  close(output);
  close(running[1]);
  char nothing = 0;
  while (pid > 0 && read(running[0], &nothing, 1) < 0 && errno == EINTR) {
  }
  close(running[0]);
  if (pid < 0) return std::unexpected(std::string("cannot start a process: ") + strerror(errno));
  return pid;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int wait_for(int pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code(status);
}

std::expected<void, std::string> run(const std::vector<std::string>& command, const fs::path& log) {
  const auto pid = spawn(command, log);
  if (!pid) return std::unexpected(pid.error());
  const int code = wait_for(*pid);
  if (code == 0) return {};
  std::string words;
  for (const auto& word : command) words += (words.empty() ? "" : " ") + word;
  return std::unexpected("`" + words + "` failed with " + std::to_string(code) + ": " + end_of(log));
}

}  // namespace quipu::processes
