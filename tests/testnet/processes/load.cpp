// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/load.h"

namespace quipu::processes::trial {

namespace {

constexpr auto kLongest = std::chrono::hours(24);

}  // namespace

Load::Load(const Network& network, std::vector<std::string> authors, std::optional<double> per_second) {
  plan_.authors = std::move(authors);
  plan_.per_second = per_second;
  plan_.time = kLongest;
  plan_.on_final = [this](const SeenFinal& seen) {
    acknowledged_.push_back({seen.id, seen.height, seen.index});
    ++count_;
  };
  plan_.enough = [this] { return enough_.load(); };
  plan_.give_up = [this] { return stopping_.load(); };
  thread_ = std::thread([this, copy = network] { report_ = run_load(copy, plan_); });
}

Load::~Load() { stop(); }

std::vector<Acknowledged> Load::stop() {
  enough_ = stopping_ = true;
  if (thread_.joinable()) thread_.join();
  return acknowledged_;
}

std::expected<LoadReport, std::string> Load::finish() {
  enough_ = true;
  if (thread_.joinable()) thread_.join();
  return report_;
}

}  // namespace quipu::processes::trial
