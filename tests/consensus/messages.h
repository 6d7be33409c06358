// SPDX-License-Identifier: Apache-2.0
// Questions about messages that filters of tests ask.
#pragma once

#include <catch2/catch.hpp>

#include <vector>

#include "network.h"

namespace quipu::consensus::net {

template <class M>
bool is(const Message& message) {
  return std::holds_alternative<M>(message);
}

inline bool is_vote(const Message& message, VoteKind kind, std::uint64_t view = 0) {
  const auto* vote = std::get_if<Vote>(&message);
  return vote != nullptr && vote->kind == kind && (view == 0 || vote->subject.view.value == view);
}

inline bool is_proof(const Message& message, VoteKind kind, std::uint64_t view = 0) {
  const auto* proof = std::get_if<QuorumProof>(&message);
  return proof != nullptr && proof->kind == kind && (view == 0 || proof->subject.view.value == view);
}

inline bool is_proposal(const Message& message, std::uint64_t view) {
  const auto* proposal = std::get_if<Proposal>(&message);
  return proposal != nullptr && proposal->view.value == view;
}

template <class M>
std::vector<M> sent(const Network& net) {
  std::vector<M> found;
  for (const auto& delivery : net.wire)
    if (const auto* message = std::get_if<M>(&delivery.message)) found.push_back(*message);
  return found;
}

// Whether this member signed such a vote in this view, ever.
inline bool signed_by(Network& net, PeerId who, VoteKind kind, std::uint64_t view) {
  for (const auto& vote : net.host(who).signed_votes)
    if (vote.kind == kind && vote.subject.view.value == view) return true;
  return false;
}

inline void check_laws(const Network& net) {
  INFO(net.broken_law);
  CHECK_FALSE(net.laws_broken);
}

inline void check_no_halt(Network& net) {
  for (std::size_t i = 0; i < net.size(); ++i) CHECK(net.host(static_cast<PeerId>(i)).halts.empty());
}

}  // namespace quipu::consensus::net
