// SPDX-License-Identifier: Apache-2.0
// A background stream of statements of one administration through its own node, which notes every one that the node has
// called final. Goes on trying while the node is away.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

struct Acknowledged {
  crypto::Digest id;
  std::uint64_t height = 0;
  std::uint64_t index = 0;
};

class Load {
 public:
  Load(LocalNetwork& network, const std::string& author);
  ~Load();
  // Ends the stream; everything acknowledged so far.
  std::vector<Acknowledged> stop();

 private:
  void run();
  void state_some();
  bool is_final(const crypto::Digest& id);

  Clerk clerk_;
  std::vector<Acknowledged> acknowledged_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace quipu::processes::trial
