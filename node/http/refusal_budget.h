// SPDX-License-Identifier: Apache-2.0
// How many requests from one address are refused at once before the next refusals wait: a flood of wrong tokens or of
// nonsense takes its sender's time instead of the node's processor. Time is handed in. One thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace quipu::http {

class RefusalBudget {
 public:
  static constexpr std::size_t kAtOnce = 200;  // of one address, before the next ones wait
  static constexpr std::size_t kPerSecond = 100;
  static constexpr std::chrono::milliseconds kWait{500};
  static constexpr std::size_t kAddresses = 1'024;

  using Time = std::chrono::steady_clock::time_point;
  // Counts one more refusal; how long it waits until it is told. Never for an empty address: a Unix socket's.
  std::chrono::milliseconds charge(const std::string& address, Time now);
  std::size_t addresses() const { return owed_.size(); }  // that are kept: at most kAddresses

 private:
  struct Owed {
    double refusals = 0;
    Time at{};
  };
  static double left(const Owed& owed, Time now);
  void forget_paid(Time now);

  std::map<std::string, Owed> owed_;  // by address
};

}  // namespace quipu::http
