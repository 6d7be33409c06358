// SPDX-License-Identifier: Apache-2.0
#include "node/net/budget.h"

#include <algorithm>

namespace quipu::net {
namespace {

constexpr std::uint64_t kMicro = 1'000'000;
// A tiny frame costs us more than its bytes.
constexpr std::size_t kLeastSubmissionCost = 256;

}  // namespace

TokenBucket::TokenBucket(std::uint64_t per_second) : per_second_(per_second), micro_tokens_(per_second * kMicro) {}

bool TokenBucket::take(std::uint64_t cost, std::int64_t now_us) {
  const auto elapsed_us = static_cast<std::uint64_t>(std::clamp<std::int64_t>(now_us - last_us_, 0, kMicro));
  last_us_ = std::max(last_us_, now_us);
  micro_tokens_ = std::min(per_second_ * kMicro, micro_tokens_ + elapsed_us * per_second_);
  if (cost > per_second_ || cost * kMicro > micro_tokens_) return false;
  micro_tokens_ -= cost * kMicro;
  return true;
}

bool InboundBudget::admits(const Frame& frame, std::int64_t now_us) {
  switch (frame.kind) {
    case FrameKind::kVotes:
      return votes_.take(1, now_us);
    case FrameKind::kBlocks:
      return blocks_.take(1, now_us);
    case FrameKind::kSubmissions:
      return submission_bytes_.take(std::max(frame.payload.size(), kLeastSubmissionCost), now_us);
    case FrameKind::kSync:
      return sync_.take(1, now_us);
    case FrameKind::kHello:
    case FrameKind::kHelloAck:
    case FrameKind::kPing:
      return true;
  }
  return false;
}

void AnswerCredit::expect() { expected_ = std::min(expected_ + 1, limits::kFetchesPerPeer); }

bool AnswerCredit::spend(FrameKind kind, std::size_t payload_bytes) {
  if (payload_bytes <= longest_payload(kind, false)) return true;
  if (expected_ == 0 || payload_bytes > longest_payload(kind, true)) return false;
  --expected_;
  return true;
}

}  // namespace quipu::net
