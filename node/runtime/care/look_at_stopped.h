// SPDX-License-Identifier: Apache-2.0
// What the files of a node that does not answer tell, read without a lock, without a key of its signer's and without
// writing anything: who asks what is wrong must not change it, nor stand in the way of a start. Any thread.
#pragma once

#include <string>
#include <vector>

#include "node/runtime/config.h"

namespace quipu::runtime {

struct StoppedNode {
  std::string held_by{};                    // the process that has the ledger open; empty: none
  std::vector<std::string> faults{};        // why it would not start
  std::vector<std::string> losses{};        // what a start would begin anew because it is not there
  std::vector<std::string> unnamed_keys{};  // files whose key is not the one that the genesis file names
};

StoppedNode look_at_stopped(const NodeConfig& config);

}  // namespace quipu::runtime
