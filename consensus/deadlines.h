// SPDX-License-Identifier: Apache-2.0
// When the engine wants to be woken: at most one due time per kind (consensus.md 2.14), the back-off, and seeded
// jitter.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace quipu::consensus {

enum class Deadline : std::uint8_t {
  kPropose,   // no valid proposal for this view
  kAdvance,   // no N or X for this view
  kRetry,     // my NULLIFY was not enough yet
  kRepeat,    // I lead, the parent is unfinalized, nothing to propose
  kLater,     // the proposal's block time is ahead of my clock
  kFinalize,  // something notarized is not final
  kStatus,    // tell one peer where I am
  kSettle,    // a step ran out of rounds: go on at once
  kInquire,   // too few have said where they are and what they hold of my votes
};
inline constexpr std::size_t kDeadlineKinds = 9;
inline constexpr bool dies_with_view(Deadline kind) { return kind <= Deadline::kLater; }

class Deadlines {
 public:
  void set(Deadline kind, std::int64_t due_us) { due_us_[static_cast<std::size_t>(kind)] = due_us; }
  void clear(Deadline kind) { due_us_[static_cast<std::size_t>(kind)].reset(); }
  void clear_view();
  // Later by this much, if it is set.
  void postpone(Deadline kind, std::int64_t by_us);
  bool is_set(Deadline kind) const { return due_us_[static_cast<std::size_t>(kind)].has_value(); }
  // Removes and returns every kind that is due.
  std::vector<Deadline> take_due(std::int64_t now_us);
  std::optional<std::int64_t> next_us() const;

 private:
  std::array<std::optional<std::int64_t>, kDeadlineKinds> due_us_;
};

// base x 1.5^exponent, at most the cap (but never below base).
std::int64_t backed_off_ms(std::int64_t base_ms, std::uint64_t exponent, std::int64_t cap_ms);

// A seeded stream (splitmix64): the only source of variation, given as input.
class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // Microseconds for `ms` milliseconds, up to a tenth more or less.
  std::int64_t around_us(std::int64_t ms);

 private:
  std::uint64_t state_;
};

}  // namespace quipu::consensus
