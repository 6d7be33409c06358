// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/children.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace quipu::processes {

namespace fs = std::filesystem;

namespace {

// `failure`: closed by the exec itself, or told why there was none.
[[noreturn]] void become(const std::vector<std::string>& command, int output, int failure) {
  setsid();
  // A program begins with the signals blocked that its starter had blocked: it could not be asked to end.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  const int why = errno;
  static_cast<void>(!write(failure, &why, sizeof why));
  _exit(127);
}

}  // namespace

fs::path program(const std::string& name) { return fs::read_symlink("/proc/self/exe").parent_path() / name; }

std::expected<int, std::string> spawn(const std::vector<std::string>& command, const fs::path& log) {
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) return std::unexpected("cannot write " + log.string() + ": " + strerror(errno));
  int started[2];
  if (pipe2(started, O_CLOEXEC) != 0) {
    close(output);
    return std::unexpected(std::string("cannot start a process: ") + strerror(errno));
  }
  const int pid = fork();
  if (pid == 0) become(command, output, started[1]);
  close(output);
  close(started[1]);
  // Returns only once the child is the program it was started for, so that its name tells it apart.
  int why = pid < 0 ? errno : 0;
  while (read(started[0], &why, sizeof why) < 0 && errno == EINTR) {
  }
  close(started[0]);
  if (why != 0 && pid > 0) wait_for(pid);
  if (why != 0) return std::unexpected("cannot run " + command.front() + ": " + strerror(why));
  return pid;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

std::string last_line(const fs::path& log) {
  std::ifstream in(log);
  std::string line;
  std::string last;
  while (std::getline(in, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

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
  return std::unexpected("`" + words + "` failed with " + std::to_string(code) + ": " + last_line(log));
}

}  // namespace quipu::processes
