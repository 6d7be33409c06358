// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "testnet/commands.h"
#include "testnet/processes/load.h"

namespace quipu::testnet {

namespace {

using processes::LoadReport;

volatile std::sig_atomic_t interrupts = 0;

void count_interrupts() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupts = interrupts + 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void show_progress(const LoadReport& report) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%.0f s: %llu sent, %llu final, %.0f/s, %llu retries ", report.seconds,
               static_cast<unsigned long long>(report.counts.sent),
               static_cast<unsigned long long>(report.counts.final_), report.per_second(),
               static_cast<unsigned long long>(report.counts.retries));
}

std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

// Names and numbers, as text or as JSON.
std::string summary(const LoadReport& report, bool as_json) {
  const std::pair<const char*, std::string> rows[] = {
      {"sent", std::to_string(report.counts.sent)},
      {"final", std::to_string(report.counts.final_)},
      {"rejected", std::to_string(report.counts.rejected)},
      {"expired", std::to_string(report.counts.expired)},
      {"retries", std::to_string(report.counts.retries)},
      {"seconds", two_digits(report.seconds)},
      {"final_per_second", two_digits(report.per_second())},
      {"p50_ms", two_digits(report.latency.percentile(0.5))},
      {"p99_ms", two_digits(report.latency.percentile(0.99))},
  };
  std::string text;
  for (const auto& [name, value] : rows) {
    if (as_json) text += std::string(text.empty() ? "{" : ",") + "\"" + name + "\":" + value;
    if (!as_json) text += std::string(name) + ": " + value + "\n";
  }
  return as_json ? text + "}\n" : text;
}

}  // namespace

int load(const LoadOptions& options) {
  const auto network = processes::load_network(options.directory);
  if (!network) return fail(network.error());
  processes::LoadPlan plan;
  if (options.rate != "max") plan.per_second = std::stod(options.rate);
  plan.time = std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
  plan.events = options.events;
  plan.enough = [] { return interrupts > 0; };
  plan.give_up = [] { return interrupts > 1; };
  plan.every_second = show_progress;
  std::ofstream acks;
  if (!options.acks.empty()) {
    acks.open(options.acks, std::ios::app);
    if (!acks) return fail("cannot write " + options.acks);
    plan.on_final = [&acks](const processes::SeenFinal& seen) {
      acks << crypto::to_hex(seen.id.view()) << "\n" << std::flush;
    };
  }
  count_interrupts();
  const auto report = run_load(*network, plan);
  if (!report) return fail(report.error());
  if (isatty(STDERR_FILENO) != 0) std::cerr << "\n";
  std::cout << summary(*report, options.output == "json") << std::flush;
  if (!options.acks.empty() && !acks) return fail("cannot write all to " + options.acks);
  return report->all_final() ? 0 : fail(report->trouble + ": see `quipu-testnet status`");
}

}  // namespace quipu::testnet
