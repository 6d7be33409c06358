// SPDX-License-Identifier: Apache-2.0
// The administrations' governance officers: they propose that a member joins or leaves or an upgrade, vote until that
// is accepted, and hand in the newcomer's readiness, each statement again and again until it is final. One thread.
#pragma once

#include <map>
#include <string>

#include "testnet/sim/cluster.h"

namespace quipu::ledger::v1 {
class Event;
class ProposalOpened;
}  // namespace quipu::ledger::v1

namespace quipu::testnet {

class Government {
 public:
  explicit Government(Cluster& cluster) : cluster_(cluster) {}

  // Runs the network until the members of the next epoch vote. False: that took longer than `within`, or a law is
  // broken.
  bool admit(std::size_t administration, Micros within);
  bool dismiss(std::size_t administration, Micros within);
  // To the next version of the protocol.
  bool upgrade(Micros within);
  // Of the newest epoch.
  const consensus::MemberSet& members() const { return cluster_.newest_members().members; }

 private:
  bool propose(ledger::v1::ProposalOpened opened, Micros until);
  bool vote(std::size_t voters, Micros until);
  bool get_ready(std::size_t administration, Micros until);
  bool next_epoch(consensus::Epoch before, Micros until);
  bool state(std::size_t administration, const ledger::v1::Event& event, Micros until,
             const char* purpose = "governance");
  Bytes leaf(std::size_t administration, const ledger::v1::Event& event, const char* purpose);

  Cluster& cluster_;
  std::map<std::pair<std::size_t, std::string>, std::uint64_t> next_sequence_;  // of each key
  std::uint64_t proposals_ = 0;
  std::size_t opener_ = 0;
  std::string proposal_;
};

}  // namespace quipu::testnet
