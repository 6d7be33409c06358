// SPDX-License-Identifier: Apache-2.0
// One running node: its files, its replica, its peers and its API put together. run() blocks until stopped.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "node/runtime/config.h"

namespace quipu::runtime {

class Node {
 public:
  // Opens everything but takes no connection yet.
  static std::expected<std::unique_ptr<Node>, std::string> open(const NodeConfig& config);
  ~Node();
  // Serves until SIGTERM or SIGINT; the error is what kept it from starting.
  std::expected<void, std::string> run();

 private:
  struct State;
  explicit Node(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::runtime
