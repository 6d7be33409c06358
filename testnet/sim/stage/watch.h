// SPDX-License-Identifier: Apache-2.0
// What a scenario wants to know or to aim at, seen as the laws see it: votes as they reach the safety file, evidence,
// the votes of two sides of a fork, the moment of each commit. One thread.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>

#include "testnet/sim/laws/law.h"

namespace quipu::testnet::stage {

// What outlives the law itself, which belongs to the cluster.
struct Seen {
  std::set<std::string> accused;                                // codes
  std::map<std::uint64_t, std::map<Endpoint, Micros>> commits;  // by height
  std::vector<consensus::QuorumProof> proofs;                   // of blocks that became final, in this epoch
  std::map<Endpoint, consensus::VoteKind> crash_after;          // once, when a slot shows that vote
  std::function<void(Endpoint)> crash = [](Endpoint) {};
};

std::unique_ptr<Law> watch(std::shared_ptr<const Cast> cast, const EventQueue& queue, Seen& seen);

// The codes of those whom the proofs convict, ascending.
std::vector<std::string> convicted(const std::vector<consensus::QuorumProof>& proofs, const Cast& cast);

}  // namespace quipu::testnet::stage
