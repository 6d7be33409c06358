// SPDX-License-Identifier: Apache-2.0
// A fresh network of real quipud processes for one measurement, and its members' keys. Stopped and removed with the
// object. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "testnet/processes/network.h"
#include "tests/bench/load.h"

namespace quipu::bench {

struct ClusterPlan {
  std::filesystem::path directory;  // must not be there
  std::size_t members = 4;
  unsigned short first_port = 9480;
  bool keep = false;  // leave the directory
};

// Every member throws std::runtime_error when a node fails.
class Cluster {
 public:
  explicit Cluster(const ClusterPlan& plan);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // Signs `stock` submissions per member, then loads the network with them. `lanes`: only these members send.
  LoadResult load(const LoadPlan& plan, std::size_t stock, std::size_t events, const std::vector<std::size_t>& lanes);
  LoadResult load_all(const LoadPlan& plan, std::size_t stock, std::size_t events);

  // Processor time of all nodes since they started.
  double cpu_seconds() const;

  // The first node's mirror in `directory`, written by `quipu export`, once a checkpoint covers all that is final.
  void mirror(const std::filesystem::path& directory) const;
  std::filesystem::path genesis() const { return network_.directory / "genesis.json"; }
  std::size_t members() const { return network_.nodes.size(); }

 private:
  void unlock_keys();
  LaneStock prepare(std::size_t lane, std::size_t stock, std::size_t events);
  void stop();

  ClusterPlan plan_;
  processes::Network network_;
  struct Member {
    processes::Signatory signatory;
    std::uint64_t next_sequence = 1;
  };
  std::vector<Member> members_;
};

}  // namespace quipu::bench
