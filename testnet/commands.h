// SPDX-License-Identifier: Apache-2.0
// The commands of quipu-testnet, each with its options as given; each returns the program's exit code. One thread.
#pragma once

#include <string>
#include <vector>

namespace quipu::testnet {

struct UpOptions {
  std::string directory;
  std::string members;
  bool all = false;
  std::string data;
  bool import = false;
  bool detach = false;
  unsigned short port = 8480;
};
int up(const UpOptions& options);
int down(const std::string& directory);

struct StatusOptions {
  std::string directory;
  std::string output = "text";
  bool watch = false;  // again every second until interrupted
};
int status(const StatusOptions& options);

struct ControlOptions {
  std::string directory;
  std::string node;
};
int kill_one(const ControlOptions& options);
int pause_one(const ControlOptions& options);
int resume_one(const ControlOptions& options);
int restart_one(const ControlOptions& options);

struct LoadOptions {
  std::string directory;
  std::string rate;  // a number, or "max"
  double seconds = 0;
  std::size_t events = 1;
  std::string acks;
  std::string output = "text";
};
int load(const LoadOptions& options);

struct SimulateOptions {
  std::string seeds;
  std::vector<std::size_t> sizes;
  double hours = 0;
  bool verbose = false;
};
int simulate(const SimulateOptions& options);

// One line on standard error; the exit code of failure.
int fail(const std::string& why);

}  // namespace quipu::testnet
