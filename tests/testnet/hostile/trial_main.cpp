// SPDX-License-Identifier: Apache-2.0
// hostile_trial: what a hostile member costs the three others, attack by attack, beside the same load with that member
// dead and with it honest. Windows alternate, so that what else the machine does falls on all alike.
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>

#include "testnet/processes/children.h"
#include "tests/testnet/hostile/attacks.h"
#include "tests/testnet/hostile/steady_load.h"
#include "tests/testnet/hostile/watching.h"
#include "tests/testnet/processes/observing.h"

namespace {

using namespace quipu;
using namespace quipu::hostile;
using processes::trial::LocalNetwork;
using processes::trial::percentile;

constexpr const char* kAttacker = "PE";
constexpr double kFirst_s = 2;
constexpr const char* kNothing = "nothing";  // no attack at all: what the machine's own unrest looks like
const std::vector<std::string> kHonest = {"BO", "BR", "CL"};

std::vector<std::string> all_attacks() {
  auto names = attack_names();
  names.insert(names.begin(), kNothing);
  return names;
}

struct Options {
  int runs = 3;
  double seconds = 6;
  double per_second = 50;
  double frames = 20'000;
  double bytes = 50e6;
  int niceness = 0;
  std::vector<std::string> attacks = all_attacks();
};

// Windows of one kind, taken together.
struct Windows {
  std::vector<double> latency_ms;
  double cpu_s = 0;  // of the three honest nodes
  double seconds = 0;
  std::size_t unfinished = 0;
  Windows& operator+=(const Windows& more);
  double busy() const { return seconds == 0 ? 0 : 100 * cpu_s / seconds; }  // percent of one processor
};

Windows& Windows::operator+=(const Windows& more) {
  latency_ms.insert(latency_ms.end(), more.latency_ms.begin(), more.latency_ms.end());
  cpu_s += more.cpu_s;
  seconds += more.seconds;
  unfinished += more.unfinished;
  return *this;
}

struct Row {
  Windows first;     // the attack's first seconds: its turns as a leader are still waited for
  Windows attacked;  // after them
  Windows beside;    // the member dead, in the windows just before and after
  double growth_MiB = 0;
  double frames_per_second = 0;
  double megabytes_per_second = 0;
  std::size_t sessions = 0;
  std::string harm;
};

std::size_t number_after(const std::string& text, const std::string& word) {
  const auto at = text.find(word + " ");
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + word.size() + 1));
}

class Trial {
 public:
  explicit Trial(const Options& options) : options_(options), network_(LocalNetwork::proxied()) {}

  void run() {
    load(1.5);
    for (int run = 0; run < options_.runs; ++run) {
      // In the first run alone: once attacked with its key, the member's own node does not sign any more.
      if (run == 0) {
        honest_ += load(options_.seconds);
        must(kill_node(network_.processes(), network_.node(kAttacker)));
      }
      for (const auto& attack : options_.attacks) {
        std::cerr << "run " << run + 1 << ": " << attack << "\n";
        forget_grudges();
        load(4);  // until it is known that the fourth is away
        auto& row = rows_[attack];
        measure_dead(row);
        suffer(attack, row);
        load(3);
        measure_dead(row);
      }
    }
  }

  void print() const {
    print("four honest", honest_);
    print("three honest, one dead", dead_);
    std::printf("%-12s %8s %8s %8s %9s %9s %6s %9s %8s %10s %7s %8s  %s\n", "attack", "1st p99", "p50 ms", "p99 ms",
                "p50/dead", "p99/dead", "cpu %", "cpu/dead", "MiB", "frames/s", "MB/s", "sessions", "harm");
    for (const auto& name : options_.attacks) print(name, rows_.at(name));
  }

 private:
  template <class Done>
  static void must(const Done& done) {
    if (!done) throw std::runtime_error(done.error());
  }

  double honest_cpu_s() {
    double total = 0;
    for (const auto& code : kHonest) total += processes::trial::cpu_seconds(network_.node(code));
    return total;
  }

  Windows load(double seconds) {
    const auto from = std::chrono::steady_clock::now();
    const double cpu_s = honest_cpu_s();
    SteadyLoad load(network_, kHonest, options_.per_second);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    auto figures = load.stop();
    const double took_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
    return {std::move(figures.latency_ms), honest_cpu_s() - cpu_s, took_s, figures.unfinished + figures.refused};
  }

  void measure_dead(Row& row) {
    const auto windows = load(options_.seconds / 2);
    row.beside += windows;
    dead_ += windows;
  }

  // New processes: each attack meets nodes that know nothing of the one before.
  void forget_grudges() {
    for (const auto& code : kHonest) must(restart_node(network_.processes(), network_.node(code)));
  }

  int start_attacker(const std::string& attack, double seconds, const std::filesystem::path& log) {
    const auto attacker =
        processes::spawn({processes::program("hostile_member").string(), "--dir",
                          network_.processes().directory.string(), "--as", kAttacker, "--attack", attack, "--seconds",
                          std::to_string(seconds), "--frames", std::to_string(options_.frames), "--bytes",
                          std::to_string(options_.bytes), "--nice", std::to_string(options_.niceness)},
                         log);
    must(attacker);
    return *attacker;
  }

  // The attack lasts from before the load begins until after it ends.
  void suffer(const std::string& attack, Row& row) {
    const auto log = network_.scratch("hostile") / (attack + ".log");
    std::filesystem::remove(log);
    Watch watch(network_, kAttacker);
    const double seconds = options_.seconds + kFirst_s + 1.5;
    const int attacker = attack == kNothing ? 0 : start_attacker(attack, seconds, log);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    row.first += load(kFirst_s);
    row.attacked += load(options_.seconds);
    if (attacker != 0) processes::wait_for(attacker);
    note(watch.look(), row);
    std::ostringstream said;
    said << std::ifstream(log).rdbuf();
    row.sessions += number_after(said.str(), "sessions");
    const double all_seconds = seconds * options_.runs;
    row.frames_per_second += static_cast<double>(number_after(said.str(), "frames")) / all_seconds;
    row.megabytes_per_second += static_cast<double>(number_after(said.str(), "bytes")) / all_seconds / 1e6;
  }

  static void note(const Harm& harm, Row& row) {
    row.growth_MiB = std::max(row.growth_MiB, harm.most_growth_MiB);
    for (const auto& code : harm.crashed) row.harm += "crashed " + code + " ";
    for (const auto& pair : harm.lost) row.harm += "lost " + pair + " ";
  }

  static void print(const char* what, const Windows& windows) {
    std::printf("%s: p50 %.1f ms, p99 %.1f ms of %zu, %.0f %% of a processor\n", what,
                percentile(windows.latency_ms, 0.5), percentile(windows.latency_ms, 0.99), windows.latency_ms.size(),
                windows.busy());
  }

  void print(const std::string& name, const Row& row) const {
    const double p50 = percentile(row.attacked.latency_ms, 0.5);
    const double p99 = percentile(row.attacked.latency_ms, 0.99);
    const auto harm = (row.harm.empty() ? "none " : row.harm) +
                      (row.attacked.unfinished == 0 ? "" : "unfinished " + std::to_string(row.attacked.unfinished));
    std::printf("%-12s %8.1f %8.1f %8.1f %9.2f %9.2f %6.0f %9.2f %8.1f %10.0f %7.1f %8zu  %s\n", name.c_str(),
                percentile(row.first.latency_ms, 0.99), p50, p99, p50 / percentile(row.beside.latency_ms, 0.5),
                p99 / percentile(row.beside.latency_ms, 0.99), row.attacked.busy(),
                row.attacked.busy() / row.beside.busy(), row.growth_MiB, row.frames_per_second,
                row.megabytes_per_second, row.sessions, harm.c_str());
  }

  Options options_;
  LocalNetwork& network_;
  Windows honest_;
  Windows dead_;
  std::map<std::string, Row> rows_;
};

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_NAME, "quipu-hostile");
  Options options;
  CLI::App app{"Measures what a hostile member costs the others."};
  app.add_option("--runs", options.runs, "How often [3]");
  app.add_option("--seconds", options.seconds, "Of each window [6]");
  app.add_option("--per-second", options.per_second, "Submissions, of the three honest together [50]");
  app.add_option("--frames", options.frames, "Of the attacker, a second and victim [20000]");
  app.add_option("--bytes", options.bytes, "Of the attacker, a second and victim [50000000]");
  app.add_option("--nice", options.niceness, "Niceness of the attacker [0]");
  app.add_option("--attacks", options.attacks, "Only these")->delimiter(',')->check(CLI::IsMember(all_attacks()));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    Trial trial(options);
    trial.run();
    trial.print();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "hostile_trial: " << error.what() << "\n";
    return 1;
  }
}
