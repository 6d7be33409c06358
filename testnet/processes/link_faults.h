// SPDX-License-Identifier: Apache-2.0
// What is wrong with the bytes that travel one way between two members. Values.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace quipu::processes {

struct LinkFaults {
  std::int64_t delay_ms = 0;
  std::int64_t jitter_ms = 0;             // 0 to so much more, from a seeded stream; the order is kept
  std::uint64_t bytes_per_second = 0;     // 0: as fast as it goes
  std::uint64_t corrupt_every_bytes = 0;  // one bit of every so-many-th byte is turned; 0: none
  bool cut = false;                       // swallowed; a new connection gets no answer, or none at all if cut both ways
  bool stall = false;                     // read no more, so that the sender's window fills
  friend bool operator==(const LinkFaults&, const LinkFaults&) = default;
};

// "delay_ms=200 cut=1": what differs from a healthy link; "healthy" when nothing does. And back; the error names the
// word.
std::string format_link_faults(const LinkFaults& faults);
std::expected<LinkFaults, std::string> parse_link_faults(const std::string& words);

}  // namespace quipu::processes
