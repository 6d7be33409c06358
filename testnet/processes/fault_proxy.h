// SPDX-License-Identifier: Apache-2.0
// A TCP relay between members that do not know of it: each dials each other through a port of the proxy, and what
// travels from one to the other can be delayed, cut, stalled, corrupted, throttled or reset while they run. TLS passes
// through as opaque bytes. Everything runs on the io_context handed in, which one thread runs and which outlives it.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "testnet/processes/link_faults.h"

namespace boost::asio {
class io_context;
}

namespace quipu::processes {

// `from` dials `to`.
struct ProxyLink {
  std::string from;
  std::string to;
  std::string listen;  // 127.0.0.1:port, where `from` dials
  std::string target;  // where `to` listens
};

struct FlowCounters {
  std::uint64_t connections = 0;  // dialled by the one the bytes come from
  std::uint64_t passed_bytes = 0;
  std::uint64_t swallowed_bytes = 0;
  std::uint64_t corrupted_bytes = 0;
};

class FaultProxy {
 public:
  // `seed` decides jitters and which bits are turned.
  FaultProxy(boost::asio::io_context& io, std::vector<ProxyLink> links, std::uint64_t seed);
  ~FaultProxy();

  // Error: a port that cannot be bound.
  std::expected<void, std::string> start();
  bool knows(const std::string& member) const;
  // From now on, instead of what was before, for all bytes from one to the other. Both must be known.
  void set(const std::string& from, const std::string& to, const LinkFaults& faults);
  LinkFaults faults(const std::string& from, const std::string& to) const;
  FlowCounters counters(const std::string& from, const std::string& to) const;
  // Every connection between the two ends with RST, whoever dialled.
  void reset(const std::string& one, const std::string& other);
  std::vector<std::string> members() const;
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quipu::processes
