// SPDX-License-Identifier: Apache-2.0
// One TCP connection through the fault proxy: opaque bytes both ways, each way with its own faults. Runs on the proxy's
// io_context, one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "testnet/processes/link_faults.h"

namespace boost::asio {
class io_context;
}

namespace quipu::processes {

// One direction between two members, shared by all their connections, whoever dialled.
struct Flow {
  LinkFaults faults;
  std::uint64_t connections = 0;
  std::uint64_t passed_bytes = 0;
  std::uint64_t swallowed_bytes = 0;
  std::uint64_t corrupted_bytes = 0;
  std::minstd_rand random;
};

class Relay {
 public:
  virtual ~Relay() = default;
  // The faults of a flow have changed. A connection that lost bytes meanwhile ends when the cut does: its stream has a
  // hole, and nothing can fill it.
  virtual void faults_changed() = 0;
  // Both ends at once, with RST. Idempotent; `ended` is called later.
  virtual void reset() = 0;
};

struct RelayPlan {
  int accepted = -1;   // a connected socket of the dialling member, taken over
  std::string target;  // host:port of the dialled one; empty: nobody is reached, whatever is sent is swallowed
  Flow* there = nullptr;
  Flow* back = nullptr;            // both outlive the relay
  std::function<void()> on_ended;  // once, not from within start_relay
};
std::shared_ptr<Relay> start_relay(boost::asio::io_context& io, RelayPlan plan);

}  // namespace quipu::processes
