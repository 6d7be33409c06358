// SPDX-License-Identifier: Apache-2.0
#include "testnet/background_load.h"

namespace quipu::testnet {

namespace {

board::Load described(const processes::LoadReport& report, double per_second) {
  return {.rate = per_second,
          .sent = report.counts.sent,
          .final_ = report.counts.final_,
          .rejected = report.counts.rejected,
          .retries = report.counts.retries,
          .p50_ms = report.latency.percentile(0.5),
          .p90_ms = report.latency.percentile(0.9),
          .p99_ms = report.latency.percentile(0.99),
          .max_ms = report.latency.max(),
          .trouble = report.trouble};
}

}  // namespace

BackgroundLoad::~BackgroundLoad() { end(); }

void BackgroundLoad::start(const processes::Network& network, double per_second) {
  end();
  enough_ = give_up_ = ended_ = false;
  const std::lock_guard lock(mutex_);
  report_ = board::Load{.rate = per_second};
  thread_ = std::thread([this, network, per_second] { run(network, per_second); });
}

void BackgroundLoad::run(const processes::Network& network, double per_second) {
  processes::LoadPlan plan{.per_second = per_second,
                           .time = std::chrono::hours(24),
                           .every_second =
                               [&](const processes::LoadReport& report) {
                                 const std::lock_guard lock(mutex_);
                                 report_ = described(report, per_second);
                               },
                           .enough = [this] { return enough_.load(); },
                           .give_up = [this] { return give_up_.load(); }};
  const auto done = run_load(network, plan);
  const std::lock_guard lock(mutex_);
  if (done) report_ = described(*done, per_second);
  if (!done) report_->trouble = done.error();
  ended_ = true;
}

void BackgroundLoad::end() {
  enough_ = give_up_ = true;
  if (thread_.joinable()) thread_.join();
}

std::optional<board::Load> BackgroundLoad::report() const {
  const std::lock_guard lock(mutex_);
  auto report = report_;
  if (report) report->on = on();
  return report;
}

}  // namespace quipu::testnet
