// SPDX-License-Identifier: Apache-2.0
// What it costs to have the vote key in another process: one vote, guard, slot synced and signature, here and there.
// One thread beside the caller's.
#pragma once

#include <chrono>
#include <filesystem>

namespace quipu::bench {

struct SignerCost {
  double here_us = 0;   // medians
  double there_us = 0;  // through a quipu-signer's socket
};
// Votes for `time` each way, in turns, with safety files in this folder, which are removed.
SignerCost signer_cost(const std::filesystem::path& folder, std::chrono::milliseconds time);

}  // namespace quipu::bench
