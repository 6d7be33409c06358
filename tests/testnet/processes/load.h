// SPDX-License-Identifier: Apache-2.0
// `quipu-testnet load` on a thread beside a trial, which notes every submission that a node has called final. Goes on
// trying while nodes are away.
#pragma once

#include <atomic>
#include <expected>
#include <string>
#include <thread>
#include <vector>

#include "testnet/processes/load.h"
#include "testnet/processes/promises.h"

namespace quipu::processes::trial {

class Load {
 public:
  // `authors`: codes; empty: all members. Without a rate: as fast as it goes.
  Load(const Network& network, std::vector<std::string> authors, std::optional<double> per_second = {});
  ~Load();
  // Ends the stream at once; everything acknowledged so far.
  std::vector<Acknowledged> stop();
  // Sends nothing new, waits until all is final or two minutes are over, and stops.
  std::expected<LoadReport, std::string> finish();
  std::size_t acknowledged() const { return count_; }

 private:
  LoadPlan plan_;
  std::vector<Acknowledged> acknowledged_;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<bool> enough_ = false;
  std::atomic<bool> stopping_ = false;
  std::expected<LoadReport, std::string> report_;
  std::thread thread_;
};

}  // namespace quipu::processes::trial
