// SPDX-License-Identifier: Apache-2.0
#include "consensus/deadlines.h"

#include <algorithm>

namespace quipu::consensus {

void Deadlines::clear_view() {
  for (std::size_t i = 0; i < kDeadlineKinds; ++i)
    if (dies_with_view(static_cast<Deadline>(i))) due_us_[i].reset();
}

void Deadlines::postpone(Deadline kind, std::int64_t by_us) {
  if (auto& due_us = due_us_[static_cast<std::size_t>(kind)]) *due_us += by_us;
}

std::vector<Deadline> Deadlines::take_due(std::int64_t now_us) {
  std::vector<Deadline> due;
  for (std::size_t i = 0; i < kDeadlineKinds; ++i) {
    if (!due_us_[i] || *due_us_[i] > now_us) continue;
    due_us_[i].reset();
    due.push_back(static_cast<Deadline>(i));
  }
  return due;
}

std::optional<std::int64_t> Deadlines::next_us() const {
  std::optional<std::int64_t> next;
  for (const auto& due : due_us_)
    if (due && (!next || *due < *next)) next = due;
  return next;
}

std::int64_t backed_off_ms(std::int64_t base_ms, std::uint64_t exponent, std::int64_t cap_ms) {
  std::int64_t result = base_ms;
  for (; exponent > 0 && result < cap_ms; --exponent) result += result / 2 + 1;
  return std::max(base_ms, std::min(result, cap_ms));
}

std::uint64_t Jitter::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::int64_t Jitter::around_us(std::int64_t ms) {
  const std::int64_t us = ms * 1000;
  const std::int64_t span = us / 5 + 1;
  return us - us / 10 + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(span));
}

}  // namespace quipu::consensus
