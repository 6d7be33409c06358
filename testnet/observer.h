// SPDX-License-Identifier: Apache-2.0
// Asks all nodes of a network again and again what they show, none waiting for another, so that one that hangs stops
// nothing. One thread.
#pragma once

#include <memory>
#include <vector>

#include "testnet/board/board.h"
#include "testnet/processes/http_loop.h"
#include "testnet/processes/network.h"

namespace quipu::testnet {

class Observer {
 public:
  explicit Observer(const processes::Network& network);
  ~Observer();

  // Asks and takes answers for so long.
  void observe(std::chrono::milliseconds time);
  // What is known by now, in the network's order. `network`: as its file says now, since its nodes come and go.
  std::vector<board::Member> members(const processes::Network& network) const;

 private:
  struct Watched;
  void ask(Watched& node);

  std::string chain_id_;
  processes::Loop loop_;
  std::vector<std::unique_ptr<Watched>> nodes_;
};

}  // namespace quipu::testnet
