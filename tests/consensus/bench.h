// SPDX-License-Identifier: Apache-2.0
// One engine under a microscope, input by input; the other members are the test.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "consensus/deadlines.h"
#include "network.h"

namespace quipu::consensus::net {

inline constexpr VoteKind kAllKinds[] = {VoteKind::kNotarize, VoteKind::kNullify, VoteKind::kFinalize};

template <class E>
std::vector<E> only(const Effects& effects) {
  std::vector<E> found;
  for (const auto& effect : effects)
    if (const auto* match = std::get_if<E>(&effect)) found.push_back(*match);
  return found;
}

template <class M>
std::vector<M> broadcasts(const Effects& effects) {
  std::vector<M> found;
  for (const auto& effect : only<Broadcast>(effects))
    if (const auto* match = std::get_if<M>(&effect.message)) found.push_back(*match);
  return found;
}

// That an engine asks when it starts with jitter 0.
inline std::uint64_t first_question() { return Jitter(0).next() | 1U; }

struct Bench {
  Network net;
  PeerId self;
  std::int64_t clock_us = 0;
  std::optional<Engine> engine;
  Effects log;
  Block first = net.make_block(genesis_block(), "first", 5);

  explicit Bench(PeerId who, Restored restored = {}, std::size_t members = 4) : net(members), self(who) {
    if (restored.finalized.block.is_zero()) restored.finalized = genesis_tip();
    Config config{.scope = net.scope(), .members = net.members(), .self = who};
    config.verify = &fake_verify;
    engine.emplace(std::move(config), std::move(restored));
  }
  // The others hold no vote of ours that it does not show, so the start check passes at once.
  Effects start() {
    Effects all = engine->start({clock_us, clock_us / 1000});
    for (std::size_t i = 0; engine->status().standing != Standing::kGood && i < net.members().size(); ++i)
      if (const auto peer = static_cast<PeerId>(i); peer != self)
        std::ranges::move(answer(peer), std::back_inserter(all));
    return all;
  }
  // To the question that a start with this jitter asks.
  Effects answer(PeerId from, std::vector<Vote> votes = {}, bool recovering = false) {
    const auto status = engine->status();
    return receive(from, Status{.finalized = status.finalized,
                                .current = status.current,
                                .your_votes = std::move(votes),
                                .question = first_question(),
                                .recovering = recovering});
  }
  Effects step(Input input) { return engine->step(std::move(input), {clock_us, clock_us / 1000}); }
  Effects receive(PeerId from, Message message) { return step(Received{from, std::move(message)}); }
  PeerId other() const { return self == 0 ? 1 : 0; }
  // All effects of running deadlines for a while.
  Effects pass(std::int64_t ms) {
    Effects all;
    const std::int64_t end_us = clock_us + ms * 1000;
    while (engine->next_deadline_us() && *engine->next_deadline_us() <= end_us) {
      clock_us = std::max(clock_us, *engine->next_deadline_us());
      for (auto& effect : step(Tick{})) all.push_back(std::move(effect));
    }
    clock_us = end_us;
    return all;
  }
  // Answers Persist and Sign to the end; the votes that came out. All effects on the way are in `log`.
  std::vector<Vote> carry_out(Effects effects) {
    std::vector<Vote> votes;
    for (std::size_t i = 0; i < effects.size(); ++i) {
      Effects more;
      if (const auto* persist = std::get_if<Persist>(&effects[i])) more = step(Persisted{persist->ticket});
      if (const auto* sign = std::get_if<Sign>(&effects[i])) {
        const Sign asked = *sign;
        votes.push_back(net.vote(asked.slot.kind, asked.subject, self));
        more = step(signed_by_me(asked));
      }
      for (auto& effect : more) effects.push_back(std::move(effect));
    }
    log = std::move(effects);
    return votes;
  }
  // The peers have nothing of what they are asked for, however often: all effects of that.
  Effects refuse_requests(const Effects& effects) {
    Effects all;
    for (const auto& request : only<Send>(effects)) {
      Effects more;
      if (std::holds_alternative<BlockRequest>(request.message)) more = receive(request.to, BlockResponse{});
      if (std::holds_alternative<ProofRequest>(request.message)) more = receive(request.to, ProofResponse{});
      auto further = refuse_requests(more);
      std::ranges::move(more, std::back_inserter(all));
      std::ranges::move(further, std::back_inserter(all));
    }
    return all;
  }
  Subject about(const Block& block, std::uint64_t view, std::uint64_t parent_view) const {
    return {{view}, {parent_view}, block.header.height, block_id(net.scope().chain, block.header)};
  }
  Signed signed_by_me(const Sign& sign) const {
    return {sign.slot, sign.subject, net.vote(sign.slot.kind, sign.subject, self).signature};
  }
  Proposal proposal(const Block& block, std::uint64_t view, std::uint64_t parent_view) const {
    Proposal result{.view = {view}, .parent_view = {parent_view}, .block = block};
    result.signature = net.vote(VoteKind::kNotarize, about(block, view, parent_view), net.leader(view)).signature;
    return result;
  }
  BlockVerdict valid(const Block& block) const {
    return {block_id(net.scope().chain, block.header), Verdict::kValid, 5};
  }
  // Brings the engine to where it has been asked to sign NOTARIZE for `first` in view 1.
  Sign until_notarize() {
    receive(net.leader(1), proposal(first, 1, 0));
    const auto persists = only<Persist>(step(valid(first)));
    REQUIRE(persists.size() == 1);
    const auto signs = only<Sign>(step(Persisted{persists[0].ticket}));
    REQUIRE(signs.size() == 1);
    return signs[0];
  }
};

inline PeerId follower_of(std::uint64_t view) { return Network(4).leader(view + 2); }
inline PeerId leader_of(std::uint64_t view) { return Network(4).leader(view); }

}  // namespace quipu::consensus::net
