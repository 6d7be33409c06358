// SPDX-License-Identifier: Apache-2.0
// The commands of quipu-testnet, each with its options as given; each returns the program's exit code. One thread.
#pragma once

#include <cstdint>
#include <optional>
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
  bool watch = false;  // the board until it is left, which stops the network
  bool proxy = false;
  std::string signers;
  std::string distances;  // file; then there is a proxy, and the timing is wan's
  std::string timing = "local";
  std::optional<unsigned short> port{};  // kFirstPort
  std::string output = "text";           // json: what status says of it, once all is done
};
inline constexpr unsigned short kFirstPort = 8480;
int up(const UpOptions& options);

struct DownOptions {
  std::string directory;
  std::string output = "text";
};
int down(const DownOptions& options);

struct StatusOptions {
  std::string directory;
  std::string output = "text";
  bool watch = false;  // the board, or with JSON a line every second, until interrupted
};
int status(const StatusOptions& options);
// The live board, with keys when there is a terminal; until it is left or a signal asks to end.
int watch(const std::string& directory);

struct ControlOptions {
  std::string directory;
  std::string node;
  bool signer = false;  // and its quipu-signer
  std::string output = "text";
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

// What is wrong with a link from now on; without a fault: healthy.
struct LinkOptions {
  std::string directory;
  std::string from;  // a code, or all
  std::string to;
  std::string delay;
  std::string jitter;
  std::uint64_t corrupt_every_bytes = 0;
  std::uint64_t bytes_per_second = 0;
  bool cut = false;
  bool cut_one_way = false;
  bool stall = false;
  bool one_way = false;
  bool reset = false;
  bool heal = false;
  bool show = false;
};
int link(const LinkOptions& options);
// The proxy process itself; `up --proxy` starts it.
int proxy(const std::string& directory);

struct SimulateOptions {
  std::string seeds;
  std::vector<std::size_t> sizes;
  std::size_t candidates = 0;
  bool by_reference = false;
  std::size_t disk_harm = 0;  // seconds between
  double hours = 0;
  std::vector<std::string> without{};  // kinds of trouble
  std::optional<std::size_t> submissions{};
  bool shrink = false;
  bool verbose = false;
};
int simulate(const SimulateOptions& options);

// One scenario after the other, or as many as there are files for the simulator.
struct RunOptions {
  std::vector<std::string> files;
  bool simulated = false;
  bool processes = false;
  std::string directory;
  unsigned short port = 8480;
  std::optional<std::uint64_t> seed{};
  std::string output = "text";
  bool quiet = false;    // no line per step
  bool narrate = false;  // simulated: a line per thing that happens
};
int run(const RunOptions& options);

// One line on standard error; the exit code of failure.
int fail(const std::string& why);

}  // namespace quipu::testnet
