// SPDX-License-Identifier: Apache-2.0
// The kinds of messages that a scenario names, and which of them are lost between whom. One thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "consensus/message.h"

namespace quipu::testnet::stage {

class Losses {
 public:
  // `kind` as the scenario language writes it: "proposals", "finalize-votes", ...; "everything" is every message.
  // From these administrations to those.
  void add(std::string kind, const std::vector<std::size_t>& from, const std::vector<std::size_t>& to);
  void clear() { losses_.clear(); }
  bool concern(std::size_t from, std::size_t to) const;
  // Shown everything between those whom they concern: the votes on a handover block are known by its proposal.
  bool lose(const consensus::ChainId& chain, std::size_t from, std::size_t to, const consensus::Message& message);

 private:
  struct Loss {
    std::string kind;
    std::set<std::size_t> from;
    std::set<std::size_t> to;
    bool concerns(std::size_t one, std::size_t other) const { return from.contains(one) && to.contains(other); }
  };
  bool is_kind(const consensus::Message& message, const std::string& kind) const;
  bool finalizes_handover(const consensus::Message& message) const;

  std::vector<Loss> losses_;
  std::set<consensus::BlockId> handovers_;
};

}  // namespace quipu::testnet::stage
