// SPDX-License-Identifier: Apache-2.0
// bench_quipu: the figures P1 to P8 of docs/performance.md, each beside the limit measured in the same run, and what
// each question costs.
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>

#include "tests/bench/lookup_rate.h"
#include "tests/bench/measure.h"
#include "tests/bench/question_cost.h"

namespace {

using namespace quipu::bench;

struct Options {
  int runs = 3;
  int seconds = 4;
  bool json = false;
  bool smoke = false;
  bool questions = false;
  std::string question;
  unsigned short serve_port = 0;
  bool importing = false;
  std::string directory;
  std::vector<std::string> only;
  Plan plan;
};

std::string machine_load() {
  std::string line;
  std::ifstream in("/proc/loadavg");
  std::getline(in, line);
  return line;
}

// Everything once and as small as can be: tells whether it works, not how fast it is.
void shrink(Options& options) {
  options.runs = 1;
  options.plan.warm_up = std::chrono::milliseconds(100);
  options.plan.window = std::chrono::milliseconds(400);
  options.plan.in_flight = 16;
  options.plan.operators = 2'000;
  options.plan.many = 5;
  options.plan.most = 7;
}

Plan finished(Options& options) {
  Plan plan = options.plan;
  plan.only = {options.only.begin(), options.only.end()};
  plan.directory = options.directory.empty()
                       ? std::filesystem::temp_directory_path() / ("quipu-bench-" + std::to_string(getpid()))
                       : std::filesystem::path(options.directory);
  std::filesystem::create_directories(plan.directory);
  return plan;
}

int measure(Options& options) {
  options.plan.window = std::chrono::seconds(options.seconds);
  if (options.smoke) shrink(options);
  const Plan plan = finished(options);
  Results results;
  std::cerr << "load average " << machine_load() << "\n";
  {
    Measurement measurement(plan);
    for (int run = 1; run <= options.runs; ++run) {
      std::cerr << "run " << run << " of " << options.runs << "\n";
      measurement.run(results);
    }
  }
  std::cerr << "load average " << machine_load() << "\n";
  if (!plan.keep) std::filesystem::remove_all(plan.directory);
  std::cout << (options.json ? results.json() : results.table());
  return 0;
}

// What each question costs, or the state behind them for others to ask.
int ask(Options& options) {
  std::chrono::milliseconds time = std::chrono::seconds(options.seconds);
  if (options.smoke) {
    shrink(options);
    time = std::chrono::milliseconds(1);
  }
  const Plan plan = finished(options);
  std::cerr << "load average " << machine_load() << "\nwriting " << plan.operators << " operators\n";
  {
    LookupState state(plan.directory / "lookups", plan.operators);
    if (options.serve_port != 0) {
      std::cerr << "answering on port " << options.serve_port << "\n";
      std::optional<Importing> importing;
      if (options.importing) importing.emplace(state);
      serve(state, options.serve_port);
    }
    std::cout << table(question_costs(state, plan.operators, time, options.question));
  }
  std::cerr << "load average " << machine_load() << "\n";
  if (!plan.keep) std::filesystem::remove_all(plan.directory);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // The launcher tells its own processes by this name, children just forked too.
  prctl(PR_SET_NAME, "quipu-bench");
  Options options;
  CLI::App app{"Measures Quipu on this machine beside what the machine can do."};
  app.footer("Example: bench_quipu --runs 5 --only P1,P3");
  app.add_option("--runs", options.runs, "How often; medians are shown [3]")->check(CLI::Range(1, 100));
  app.add_option("--seconds", options.seconds, "Of each measurement [4]")->check(CLI::Range(1, 600));
  app.add_option("--only", options.only, "Figures P1 to P8")
      ->delimiter(',')
      ->check(CLI::IsMember({"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"}));
  app.add_option("--members", options.plan.members, "Of the network [4]")->check(CLI::Range(1, 64));
  app.add_option("--in-flight", options.plan.in_flight, "Submissions, of all members together [256]");
  app.add_option("--operators", options.plan.operators, "In the state of P5 [1000000]");
  app.add_option("--port", options.plan.first_port, "First port of the networks [9480]");
  app.add_option("--dir", options.directory, "Scratch folder, on the disk to measure [a temporary one]");
  app.add_flag("--keep", options.plan.keep, "Leave the scratch folder");
  app.add_flag("--json", options.json, "JSON instead of a table");
  app.add_flag("--questions", options.questions, "What each question costs in-process, beside one point read");
  app.add_option("--question", options.question, "Of --questions those alone whose name begins so, such as Q1");
  app.add_option("--serve", options.serve_port, "Answer look-ups on this port until ended, for wrk and its like");
  app.add_flag("--importing", options.importing, "With --serve: import some 2,560 statements a second meanwhile");
  app.add_flag("--smoke", options.smoke, "Small and quick: does it work at all?");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return options.questions || options.serve_port != 0 ? ask(options) : measure(options);
  } catch (const std::exception& error) {
    std::cerr << "bench_quipu: " << error.what() << "\n";
    return 1;
  }
}
