// SPDX-License-Identifier: Apache-2.0
// Scenarios, in the world that the command line says.
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "testnet/commands.h"
#include "testnet/processes/stage/world.h"
#include "testnet/scenario/parse.h"
#include "testnet/scenario/runner.h"
#include "testnet/sim/stage/world.h"

namespace quipu::testnet {

namespace {

namespace json = boost::json;
using scenario::Plan;
using scenario::Verdict;

std::string at(const std::string& file, int line) { return file + (line > 0 ? ":" + std::to_string(line) : "") + ": "; }

std::expected<Plan, std::string> read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return std::unexpected(file + ": cannot be read");
  auto plan = scenario::parse(text.str());
  if (!plan) return std::unexpected(at(file, plan.error().line) + plan.error().what);
  return *std::move(plan);
}

// One scenario's way to the screen, or into JSON.
class Report {
 public:
  Report(const RunOptions& options, const std::string& file, const Plan& plan, std::uint64_t seed)
      : options_(options), file_(file), plan_(plan), seed_(seed) {
    if (text()) std::cout << "scenario  " << plan.title << "\nworld     " << world() << std::endl;
  }

  void step(scenario::Micros now, const scenario::Step& step) const {
    if (text() && !options_.quiet) std::cout << stamp(now) << step.text << std::endl;
  }
  void note(const std::string& what) {
    notes_.emplace_back(what);
    if (text()) std::cout << std::string(14, ' ') << what << std::endl;
  }

  int end(const Verdict& verdict) {
    const auto real = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    text() ? say(verdict, real) : say_json(verdict, real);
    return verdict.kept ? 0 : 1;
  }

 private:
  bool text() const { return options_.output == "text"; }

  std::string world() const {
    std::string members = std::to_string(plan_.members.size()) + " members";
    if (!plan_.candidates.empty()) members += ", " + std::to_string(plan_.candidates.size()) + " candidates";
    if (!plan_.byzantine.empty()) members += ", " + std::to_string(plan_.byzantine.size()) + " of them Byzantine";
    return options_.processes ? "processes, " + members : "simulated, " + members + ", seed " + std::to_string(seed_);
  }

  static std::string stamp(scenario::Micros now) {
    std::ostringstream out;
    out << std::setw(10) << std::fixed << std::setprecision(3) << static_cast<double>(now) / scenario::kSecond
        << " s  ";
    return out.str();
  }

  std::string replay() const {
    return options_.processes ? "quipu-testnet run " + file_ + " --processes --dir " + options_.directory
                              : "quipu-testnet run " + file_ + " --simulated --seed " + std::to_string(seed_);
  }

  void say(const Verdict& verdict, double real) const {
    std::ostringstream took;
    took << std::fixed << std::setprecision(1) << static_cast<double>(verdict.took) / scenario::kSecond << " s";
    if (!options_.processes) took << " simulated in " << std::setprecision(2) << real << " s";
    if (verdict.kept) {
      std::cout << "kept      " << verdict.steps << " steps, " << took.str() << std::endl;
      return;
    }
    std::cout << "BROKEN    " << at(file_, verdict.line) << (verdict.step.empty() ? "" : "`" + verdict.step + "`: ")
              << verdict.why << "\nreplay    " << replay() << std::endl;
  }

  void say_json(const Verdict& verdict, double real) const {
    json::object row{{"file", file_},
                     {"scenario", plan_.title},
                     {"world", options_.processes ? "processes" : "simulated"},
                     {"kept", verdict.kept},
                     {"steps", verdict.steps},
                     {"seconds", static_cast<double>(verdict.took) / scenario::kSecond},
                     {"real_seconds", real},
                     {"notes", json::array(notes_.begin(), notes_.end())}};
    if (!options_.processes) row["seed"] = seed_;
    if (!verdict.kept) {
      row["broken"] = {{"line", verdict.line}, {"step", verdict.step}, {"why", verdict.why}};
      row["replay"] = replay();
    }
    std::cout << json::serialize(row) << std::endl;
  }

  const RunOptions& options_;
  const std::string& file_;
  const Plan& plan_;
  std::uint64_t seed_;
  std::vector<json::value> notes_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

int run_simulated(const RunOptions& options, const std::string& file, const Plan& plan) {
  const std::uint64_t seed = options.seed.value_or(plan.seed);
  Report report(options, file, plan, seed);
  stage::SimulatedWorld world(plan, seed, [&](const std::string& what) { report.note(what); });
  if (options.narrate) world.narrate(std::cout);
  return report.end(scenario::run(plan, world, [&](auto now, const auto& step) { report.step(now, step); }));
}

volatile std::sig_atomic_t interrupts = 0;

// The network must be stopped whatever happens.
void count_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupts = interrupts + 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int run_on_processes(const RunOptions& options, const std::string& file, const Plan& plan) {
  if (const auto why = scenario::why_not_on_processes(plan)) {
    std::cerr << at(file, why->line) << "only simulated: " << why->what << "\n";
    return 2;
  }
  count_interrupts();
  Report report(options, file, plan, 0);
  const auto note = [&](const std::string& what) { report.note(what); };
  auto world =
      processes::stage::ProcessWorld::open(plan, options.directory, options.port, note, [] { return interrupts > 0; });
  if (!world) return fail(world.error());
  return report.end(scenario::run(plan, **world, [&](auto now, const auto& step) { report.step(now, step); }));
}

// The reason why not; empty when it is clear what to do.
std::string misused(const RunOptions& options) {
  if (!options.simulated && !options.processes) return "say where: --simulated, or --processes --dir DIR";
  if (options.processes && options.files.size() > 1) return "--processes plays one scenario at a time";
  return {};
}

}  // namespace

int run(const RunOptions& options) {
  if (const auto why = misused(options); !why.empty()) {
    std::cerr << "quipu-testnet: " << why << "\n";
    return 2;
  }
  int worst = 0;
  for (const auto& file : options.files) {
    const auto plan = read(file);
    if (!plan) {
      std::cerr << plan.error() << "\n";
      return 2;
    }
    const int code = options.processes ? run_on_processes(options, file, *plan) : run_simulated(options, file, *plan);
    worst = std::max(worst, code);
  }
  return worst;
}

}  // namespace quipu::testnet
