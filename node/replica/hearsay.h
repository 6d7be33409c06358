// SPDX-License-Identifier: Apache-2.0
// What the other members say of themselves in messages that they send anyway: how far they are, what their clocks show,
// and which versions of the protocol their programs know. For operators alone: nobody believes it, and no decision is
// taken on it. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "consensus/message.h"
#include "consensus/types.h"

namespace quipu::replica {

struct PeerNews {
  std::optional<consensus::Height> height{};      // of its newest final block, or of one that it votes to be final
  std::optional<std::int64_t> clock_offset_ms{};  // by how much this node's clock is ahead of the peer's
  std::optional<std::uint16_t> newest_protocol_version{};  // nothing: it is older than the telling of it
};

// How far this node itself was when a message came.
struct OwnPlace {
  consensus::Height height{};
  std::uint64_t tree_size = 0;
};

class Hearsay {
 public:
  // The clock of one who has been silent for longer is not known: it cosigns once a minute at least.
  static constexpr std::int64_t kClockKnown_us = 300'000'000;

  explicit Hearsay(std::size_t members) : heard_(members) {}

  void heard(consensus::MemberIndex from, const consensus::Message& message, OwnPlace own, consensus::Instant now);
  // By member.
  std::vector<PeerNews> news(std::int64_t now_us) const;

 private:
  struct Heard {
    PeerNews news;
    std::int64_t clock_us = 0;  // when the peer's clock was heard of
  };
  std::vector<Heard> heard_;
};

// By how much this node's clock is ahead of the median of those known, so that a few that are wrong do not matter; of
// two in the middle the one nearer to it. Nothing when none is known.
std::optional<std::int64_t> clock_offset_ms(const std::vector<PeerNews>& news);

}  // namespace quipu::replica
