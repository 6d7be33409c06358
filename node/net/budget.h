// SPDX-License-Identifier: Apache-2.0
// What one member may send us per second, and how many long answers we asked it for. It belongs to the member, not to a
// connection, so that reconnecting buys nothing. Pure: time comes in as a number; one thread at a time.
#pragma once

#include <cstdint>

#include "consensus/limits.h"
#include "consensus/token_bucket.h"
#include "node/net/frame.h"

namespace quipu::net {

using consensus::TokenBucket;

// Frames over budget are dropped by the caller. Every class has a bound of its own, so that a liar who marks votes as
// something else gains a small factor at most.
class InboundBudget {
 public:
  bool admits(const Frame& frame, std::int64_t now_us);

 private:
  TokenBucket votes_{limits::kInboundVotesPerSecond + limits::kInboundProofsPerSecond};
  TokenBucket vote_bytes_{limits::kInboundVoteBytesPerSecond};
  TokenBucket blocks_{limits::kInboundVotesPerSecond};
  TokenBucket block_bytes_{limits::kInboundBlockBytesPerSecond};
  TokenBucket submission_bytes_{limits::kInboundSubmissionBytesPerSecond};
  TokenBucket sync_{limits::kInboundVotesPerSecond};
  TokenBucket sync_bytes_{limits::kInboundSyncBytesPerSecond};
};

// How fast a member is read at all, so that what is dropped costs little, too: its frames wait in its own machine.
class ReadingPace {
 public:
  // That much was read; how long to read nothing more from it.
  std::int64_t pause_us(std::size_t bytes, std::size_t frames, std::int64_t now_us);

 private:
  TokenBucket bytes_{limits::kInboundPaceBytesPerSecond};
};

// How often a member broke a limit, each time losing its connection. Within a minute it may happen to the honest, too:
// an answer that came after all.
class BrokenLimits {
 public:
  // False when it is too often.
  bool bears_another(std::int64_t now_us);

 private:
  std::int64_t since_us_ = 0;
  std::size_t count_ = 0;
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
