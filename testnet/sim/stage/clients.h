// SPDX-License-Identifier: Apache-2.0
// The clients of a scenario: each administration's officer hands statements to one node, and again while they are not
// final, to another node while that one is down. One thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "testnet/sim/cluster.h"

namespace quipu::testnet::stage {

class Clients {
 public:
  explicit Clients(Cluster& cluster) : cluster_(cluster), next_(cluster.endpoints(), 1), first_(cluster.endpoints()) {}

  // Of these administrations in turn, each through its own node.
  void submit(std::uint64_t count, const std::vector<std::size_t>& authors);
  // Numbers far ahead of what the key has used, so that they stay behind a gap; nothing waits for these.
  void submit_ahead(std::uint64_t count, const std::vector<std::size_t>& authors);
  // Pairs of one number, through two nodes.
  void submit_rivals(std::uint64_t count, std::size_t author, std::size_t through);
  // What the rules refuse, from a peer; false when that peer has nothing final yet to state twice.
  bool hand_on_invalid(std::uint64_t count, const std::vector<std::size_t>& to);
  void load(std::uint64_t per_second, Micros time, const std::vector<std::size_t>& authors);

  // Why not everything is final at this node, or at all that run; empty when it is.
  std::string not_final(Endpoint at) const;
  std::string not_final() const;

 private:
  struct Job {
    std::vector<Bytes> leaves;  // of one number: one of them may be taken
    std::vector<Endpoint> through;
  };
  std::string next_subject() { return "OP-" + std::to_string(++subjects_); }
  void begin(Job job);
  void attempt(std::size_t job);
  Endpoint up(Endpoint wanted) const;
  template <class Test>
  static bool any_id(const Job& job, const Test& test);

  Cluster& cluster_;
  std::vector<std::uint64_t> next_;                // number of each administration's key
  std::vector<std::optional<std::string>> first_;  // subject of each administration's first statement
  std::vector<Job> jobs_;
  std::uint64_t subjects_ = 0;
  std::uint64_t to_come_ = 0;  // of loads
};

}  // namespace quipu::testnet::stage
