// SPDX-License-Identifier: Apache-2.0
// The mesh's TCP listener, and how many strangers may be in their handshake at a time (docs/threats.md T2).
// Runs on the mesh's io_context, one thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "consensus/limits.h"
#include "consensus/token_bucket.h"

namespace boost::asio {
class io_context;
}

namespace quipu::net {

// Counts inbound connections from accept until they are authenticated or gone: limits::kPendingHandshakes of them,
// limits::kPendingHandshakesPerAddress from one address. And how many begin a second, of all and from one address,
// since a handshake costs us a signature and more. Pure.
class HandshakeSlots {
 public:
  bool take(const std::string& address, std::int64_t now_us);
  void give_back(const std::string& address);
  std::size_t taken() const { return total_; }
  // Addresses that are remembered at all: no more than have begun handshakes within the last second.
  std::size_t remembered() const { return rates_.size(); }

 private:
  bool within_rate(const std::string& address, std::int64_t now_us);

  std::map<std::string, std::size_t> by_address_;
  std::size_t total_ = 0;
  consensus::TokenBucket rate_{limits::kHandshakesPerSecond};
  std::map<std::string, consensus::TokenBucket> rates_;
};

class Listener {
 public:
  // A connected socket, to be closed by whoever takes it, and where it comes from (without port).
  using Accepted = std::function<void(int socket, bool ipv6, std::string address)>;

  explicit Listener(boost::asio::io_context& io);
  ~Listener();
  // Error: one sentence with what to do.
  std::expected<void, std::string> start(const std::string& address, Accepted accepted);
  std::uint16_t port() const;
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quipu::net
