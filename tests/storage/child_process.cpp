// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/storage/fixtures.h"

namespace quipu::storage::testing {

namespace {

constexpr const char* kDirectoryVariable = "QUIPU_CHILD_DIRECTORY";
constexpr const char* kSaid = "child.stderr";

}  // namespace

// Nothing but exec in the child: a process that used RocksDB may not go on after a fork.
int run_child(const std::string& test, const std::filesystem::path& directory) {
  const std::string variable = std::string(kDirectoryVariable) + "=" + directory.string();
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const char* const arguments[] = {program.c_str(), test.c_str(), nullptr};
  const char* const environment[] = {variable.c_str(), nullptr};
  const std::string said = (directory / kSaid).string();
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    ::execve(program.c_str(), const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("no child process");
  return status;
}

std::string child_said(const std::filesystem::path& directory) {
  std::ifstream in(directory / kSaid);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<std::filesystem::path> child_directory() {
  const char* directory = ::getenv(kDirectoryVariable);
  if (!directory) return std::nullopt;
  ::signal(SIGABRT, SIG_DFL);  // the test framework's handler would only write a report
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  return directory;
}

void limit_file_size(std::uint64_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

bool aborted(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }

}  // namespace quipu::storage::testing
