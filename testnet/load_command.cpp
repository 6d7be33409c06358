// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

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

using Rows = std::vector<std::pair<const char*, std::string>>;

Rows rows_of(const LoadReport& report) {
  return {
      {"sent", std::to_string(report.counts.sent)},           {"final", std::to_string(report.counts.final_)},
      {"rejected", std::to_string(report.counts.rejected)},   {"expired", std::to_string(report.counts.expired)},
      {"retries", std::to_string(report.counts.retries)},     {"seconds", two_digits(report.seconds)},
      {"final_per_second", two_digits(report.per_second())},  {"p50_ms", two_digits(report.latency.percentile(0.5))},
      {"p90_ms", two_digits(report.latency.percentile(0.9))}, {"p99_ms", two_digits(report.latency.percentile(0.99))},
      {"max_ms", two_digits(report.latency.max())},
  };
}

std::string as_json(const LoadReport& report) {
  std::string text;
  for (const auto& [name, value] : rows_of(report)) {
    text += std::string(text.empty() ? "{" : ",") + "\"" + name + "\":" + value;
  }
  std::string bars;
  for (const auto& bar : report.latency.bars()) {
    bars += std::string(bars.empty() ? "" : ",") + "{\"from_ms\":" + two_digits(bar.from_ms) +
            ",\"to_ms\":" + two_digits(bar.to_ms) + ",\"count\":" + std::to_string(bar.count) + "}";
  }
  return text + ",\"latencies\":[" + bars + "]}\n";
}

// A bar a step, the longest of forty letters; none that has any is invisible.
std::string as_text(const LoadReport& report) {
  constexpr double kLetters = 40;
  std::string text;
  for (const auto& [name, value] : rows_of(report)) text += std::string(name) + ": " + value + "\n";
  const auto bars = report.latency.bars();
  std::uint64_t most = 1;
  for (const auto& bar : bars) most = std::max(most, bar.count);
  for (const auto& bar : bars) {
    char label[64];
    std::snprintf(label, sizeof label, "%9g - %-6g ms %9llu ", bar.from_ms, bar.to_ms,
                  static_cast<unsigned long long>(bar.count));
    const double letters = std::ceil(kLetters * static_cast<double>(bar.count) / static_cast<double>(most));
    text += label + std::string(static_cast<std::size_t>(letters), '#') + "\n";
  }
  return text;
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
  std::cout << (options.output == "json" ? as_json(*report) : as_text(*report)) << std::flush;
  if (!options.acks.empty() && !acks) return fail("cannot write all to " + options.acks);
  return report->all_final() ? 0 : fail(report->trouble + ": see `quipu-testnet status`");
}

}  // namespace quipu::testnet
