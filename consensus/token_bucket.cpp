// SPDX-License-Identifier: Apache-2.0
#include "consensus/token_bucket.h"

#include <algorithm>

namespace quipu::consensus {

namespace {

constexpr std::int64_t kMicro = 1'000'000;
// Nobody owes more than an hour: numbers stay far from their ends.
constexpr std::int64_t kMostOwed_s = 3'600;

}  // namespace

TokenBucket::TokenBucket(std::uint64_t per_second)
    : per_second_(static_cast<std::int64_t>(per_second)), micro_tokens_(per_second_ * kMicro) {}

void TokenBucket::refill(std::int64_t now_us) {
  const std::int64_t elapsed_us = std::clamp<std::int64_t>(now_us - last_us_, 0, kMostOwed_s * kMicro);
  last_us_ = std::max(last_us_, now_us);
  micro_tokens_ = std::min(per_second_ * kMicro, micro_tokens_ + elapsed_us * per_second_);
}

bool TokenBucket::take(std::uint64_t cost, std::int64_t now_us) {
  refill(now_us);
  const auto wanted = static_cast<std::int64_t>(cost);
  if (wanted > per_second_ || wanted * kMicro > micro_tokens_) return false;
  micro_tokens_ -= wanted * kMicro;
  return true;
}

void TokenBucket::charge(std::uint64_t cost, std::int64_t now_us) {
  refill(now_us);
  const auto most = static_cast<std::uint64_t>(per_second_ * kMostOwed_s);
  micro_tokens_ -= static_cast<std::int64_t>(std::min(cost, most)) * kMicro;
  micro_tokens_ = std::max(micro_tokens_, -per_second_ * kMostOwed_s * kMicro);
}

std::int64_t TokenBucket::owed_us(std::int64_t now_us) {
  refill(now_us);
  return micro_tokens_ >= 0 ? 0 : -micro_tokens_ / per_second_ + 1;
}

bool TokenBucket::full(std::int64_t now_us) {
  refill(now_us);
  return micro_tokens_ == per_second_ * kMicro;
}

}  // namespace quipu::consensus
