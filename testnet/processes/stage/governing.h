// SPDX-License-Identifier: Apache-2.0
// How members change on real processes: by the commands that an administration's people type. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testnet/processes/network.h"

namespace quipu::processes::stage {

class Governing {
 public:
  // Runs a program to its end while other things go on; its exit code.
  using Play = std::function<std::expected<int, std::string>(const std::vector<std::string>& command)>;
  // `desk`: the member that proposes, whose node is asked and whose issuer key hands in the newcomer's readiness.
  Governing(const Network& network, std::string desk, Play play)
      : network_(network), desk_(std::move(desk)), play_(std::move(play)) {}

  // Proposed, accepted by these, and for a newcomer ready: the epoch then ends by itself.
  std::expected<void, std::string> admit(const std::string& code, const std::vector<std::string>& voters);
  std::expected<void, std::string> dismiss(const std::string& code, const std::vector<std::string>& voters);

 private:
  using Words = std::vector<std::string>;
  using Done = std::expected<void, std::string>;
  Done decide(const std::string& name, const Words& change, const Words& voters);
  Done command(Words words, bool to_a_node = true);
  const NodeEntry& node(const std::string& code) const;
  std::string key(const std::string& code, const std::string& purpose) const;
  std::string file(const std::string& name) const { return network_.directory / name; }

  const Network& network_;
  std::string desk_;
  Play play_;
  int proposals_ = 0;
};

}  // namespace quipu::processes::stage
