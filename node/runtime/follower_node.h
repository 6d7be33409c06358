// SPDX-License-Identifier: Apache-2.0
// One running follower: a ledger filled from mirrors over HTTP, the API and webhooks put together. No keys, no peers,
// no vote.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "node/http/tls_identity.h"
#include "node/runtime/config.h"

namespace quipu::runtime {

struct FollowPlan {
  std::vector<std::string> sources;  // URLs
  std::filesystem::path genesis;     // may be left out once the directory has one
  std::filesystem::path directory;
  std::string http_listen;
  std::string guests = "auto";         // what callers without a token may do (NodeConfig::http_guests)
  http::TlsFiles tls{};                // of its own API; empty: HTTP in clear
  std::filesystem::path ca{};          // of sources over https; empty: whom this machine's store believes
  std::filesystem::path token_file{};  // its first line is shown to the sources; empty: none
  FollowerConfig config{};
};

class FollowerNode {
 public:
  // Opens everything but asks nobody yet. The error says what to do.
  static std::expected<std::unique_ptr<FollowerNode>, std::string> open(const FollowPlan& plan);
  ~FollowerNode();
  // Serves until SIGTERM or SIGINT; the error is what kept it from starting.
  std::expected<void, std::string> run();

 private:
  struct State;
  explicit FollowerNode(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quipu::runtime
