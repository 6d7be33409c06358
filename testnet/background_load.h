// SPDX-License-Identifier: Apache-2.0
// A load on a network that goes on beside the board, in a thread of its own. All members may be called from one thread.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "testnet/board/board.h"
#include "testnet/processes/load.h"

namespace quipu::testnet {

class BackgroundLoad {
 public:
  // Gives what is not final yet up.
  ~BackgroundLoad();

  // All members of the network send, so many submissions a second together, until stop(). What is under way of one
  // that was stopped is given up.
  void start(const processes::Network& network, double per_second);
  // Sends nothing more, and waits in the background for what is under way.
  void stop() { enough_ = true; }
  bool on() const { return thread_.joinable() && !enough_ && !ended_; }
  // As it is now; nothing before the first start.
  std::optional<board::Load> report() const;

 private:
  void run(const processes::Network& network, double per_second);
  void end();

  std::thread thread_;
  std::atomic<bool> enough_ = false;
  std::atomic<bool> give_up_ = false;
  std::atomic<bool> ended_ = false;
  mutable std::mutex mutex_;  // guards what follows
  std::optional<board::Load> report_;
};

}  // namespace quipu::testnet
