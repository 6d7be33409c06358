// SPDX-License-Identifier: Apache-2.0
// How a running proxy is told what to do: one line of words in, one answer back, over a Unix socket in the network's
// directory. "set BO PE delay_ms=200", "reset BO PE", "show".
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "testnet/processes/fault_proxy.h"

namespace quipu::processes {

// Carries one line out. What a proxy says begins with "ok" or "error".
std::string obey(FaultProxy& proxy, const std::string& line);

// Runs on the proxy's io_context.
class ControlSocket {
 public:
  ControlSocket(boost::asio::io_context& io, FaultProxy& proxy);
  ~ControlSocket();
  // Only this user may connect. Error: the path is too long for a socket, or cannot be bound.
  std::expected<void, std::string> start(const std::filesystem::path& path);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// From another process; waits up to five seconds. What follows "ok", or the error.
std::expected<std::string, std::string> ask_proxy(const std::filesystem::path& path, const std::string& line);

}  // namespace quipu::processes
