// SPDX-License-Identifier: Apache-2.0
// Proposals that name their submissions instead of carrying them. In a large network, or for a large block, the
// leader's line would carry every body once for each member, and nearly all of them are there already: a submission is
// spread by whoever takes it in. What is missing is asked for, from the leader first, then from the others in turn, and
// comes in the frames of submissions. A leaf is known by its hash, so it does not matter who sends it. Pure; one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "consensus/engine.h"
#include "consensus/members.h"

namespace quipu::replica {

using consensus::PeerId;

// The same proposal with the ids of all its leaves but the last, the seal, in place of these leaves; itself when it
// repeats a block or is small enough for so many members.
consensus::Proposal by_reference(const consensus::Proposal& proposal, std::size_t members, std::size_t inline_bytes);

class References {
 public:
  // The bytes of a leaf that is somewhere here, or null.
  using Find = std::function<const Bytes*(const crypto::Digest&)>;
  struct Ask {
    PeerId to = 0;
    std::vector<crypto::Digest> ids;
  };

  // `order`: who leads view 1, 2, ... in turn.
  References(std::vector<consensus::MemberIndex> order, consensus::MemberIndex self);

  // One from the leader of its view, in `current` or the two views after it; false for others, which are not kept.
  // Takes the place of that leader's for an earlier view: so there are never more than three.
  bool add(PeerId from, consensus::Proposal proposal, consensus::View current, const Find& find, std::int64_t now_us);
  bool empty() const { return pending_.empty(); }
  void fill(const crypto::Digest& id, const Bytes& leaf);
  // Those that are whole now, as if they had come so; each once.
  std::vector<std::pair<PeerId, consensus::Proposal>> take_whole();
  // What is to be asked for by now. Views below `current` are over: theirs are forgotten.
  std::vector<Ask> due(consensus::View current, std::int64_t now_us);
  std::optional<std::int64_t> next_deadline_us() const;

 private:
  struct Pending {
    consensus::Proposal proposal;
    std::vector<Bytes> leaves;  // in the places of proposal.leaf_ids; empty: missing
    std::size_t missing = 0;
    std::int64_t ask_us = 0;
    std::size_t asked = 0;  // so many times
  };
  static void put(Pending& pending, const crypto::Digest& id, const Bytes& leaf);
  static std::vector<crypto::Digest> missing_of(const Pending& pending);
  PeerId next_holder(PeerId leader, std::size_t asked) const;

  std::vector<consensus::MemberIndex> order_;
  consensus::MemberIndex self_;
  std::map<PeerId, Pending> pending_;  // by leader
};

}  // namespace quipu::replica
