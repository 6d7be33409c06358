// SPDX-License-Identifier: Apache-2.0
#include "node/net/budget.h"

#include <algorithm>

namespace quipu::net {
namespace {

// A tiny frame costs us more than its bytes.
constexpr std::size_t kLeastSubmissionCost = 1'024;
constexpr std::size_t kFrameCost = 128;
constexpr std::int64_t kMinute_us = 60'000'000;

}  // namespace

bool InboundBudget::admits(const Frame& frame, std::int64_t now_us) {
  switch (frame.kind) {
    case FrameKind::kVotes:
      return votes_.take(1, now_us) && vote_bytes_.take(frame.payload.size(), now_us);
    case FrameKind::kBlocks:
      return blocks_.take(1, now_us) && block_bytes_.take(frame.payload.size(), now_us);
    case FrameKind::kSubmissions:
      return submission_bytes_.take(std::max(frame.payload.size(), kLeastSubmissionCost), now_us);
    case FrameKind::kSync:
      return sync_.take(1, now_us) && sync_bytes_.take(frame.payload.size(), now_us);
    case FrameKind::kHello:
    case FrameKind::kHelloAck:
    case FrameKind::kPing:
      return true;
  }
  return false;
}

std::int64_t ReadingPace::pause_us(std::size_t bytes, std::size_t frames, std::int64_t now_us) {
  bytes_.charge(bytes + frames * kFrameCost, now_us);
  return bytes_.owed_us(now_us);
}

bool BrokenLimits::bears_another(std::int64_t now_us) {
  if (now_us - since_us_ > kMinute_us) {
    since_us_ = now_us;
    count_ = 0;
  }
  return ++count_ <= limits::kBrokenLimitsPerMinute;
}

void AnswerCredit::expect() { expected_ = std::min(expected_ + 1, limits::kFetchesPerPeer); }

bool AnswerCredit::spend(FrameKind kind, std::size_t payload_bytes) {
  if (payload_bytes <= longest_payload(kind, false)) return true;
  if (expected_ == 0 || payload_bytes > longest_payload(kind, true)) return false;
  --expected_;
  return true;
}

}  // namespace quipu::net
