// SPDX-License-Identifier: Apache-2.0
// What one member may send us per second, and how many long answers we asked it for. It belongs to the member, not to a
// connection, so that reconnecting buys nothing. Pure: time comes in as a number; one thread at a time.
#pragma once

#include <cstdint>

#include "consensus/limits.h"
#include "node/net/frame.h"

namespace quipu::net {

// Full at the start; holds at most one second's worth.
class TokenBucket {
 public:
  explicit TokenBucket(std::uint64_t per_second);
  // False, and nothing taken, when less than `cost` is there.
  bool take(std::uint64_t cost, std::int64_t now_us);

 private:
  std::uint64_t per_second_;
  std::uint64_t micro_tokens_;  // tokens x 1,000,000
  std::int64_t last_us_ = 0;
};

// Frames over budget are dropped by the caller. Every class has a bound of its own, so that a liar who marks votes as
// something else gains a small factor at most.
class InboundBudget {
 public:
  bool admits(const Frame& frame, std::int64_t now_us);

 private:
  TokenBucket votes_{limits::kInboundVotesPerSecond + limits::kInboundProofsPerSecond};
  TokenBucket blocks_{limits::kInboundVotesPerSecond};
  TokenBucket submission_bytes_{limits::kInboundSubmissionBytesPerSecond};
  TokenBucket sync_{limits::kInboundVotesPerSecond};
};

// Long answers that are due to us.
class AnswerCredit {
 public:
  // At most limits::kFetchesPerPeer are kept: the engine has no more requests open at a time.
  void expect();
  // Whether a frame of this kind and length may come in; a long answer uses one credit up.
  bool spend(FrameKind kind, std::size_t payload_bytes);

 private:
  std::size_t expected_ = 0;
};

}  // namespace quipu::net
