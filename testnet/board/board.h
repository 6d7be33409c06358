// SPDX-License-Identifier: Apache-2.0
// The live board of a local network as lines of text: what it shows, not how that is found out or put on a screen.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quipu::board {

enum class Tone : std::uint8_t { kPlain, kHeading, kQuiet, kGood, kWarning, kBad };

// ASCII, so that bytes are columns.
struct Line {
  std::string text;
  Tone tone = Tone::kPlain;
  bool chosen = false;
};

// Without rows: as many as there is something to say, and no help line: for files and pipes.
struct Size {
  std::size_t columns = 80;
  std::size_t rows = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

enum class Standing : std::uint8_t { kReady, kBehind, kPaused, kSilent, kStopped };

struct Member {
  std::string code;
  Standing standing = Standing::kStopped;
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  std::string root;
  std::uint64_t view = 0;
  std::string leader;
  std::string url;
  std::uint64_t peers_up = 0;
  std::uint64_t pool = 0;
  std::uint64_t nullified = 0;   // views that ended without a block
  std::uint64_t evidence = 0;    // proofs of contradicting votes
  double final_per_second = 0;   // submissions of all members, over the last seconds
  double final_now = 0;          // the same, over the last second
  std::optional<double> p50_ms;  // of its own submissions, from their arrival until they are final
  std::optional<double> p99_ms;
  double in_per_second = 0;  // bytes from its peers
  double out_per_second = 0;
};

// One way between two members, when they reach each other through a proxy.
struct Link {
  std::int64_t delay_ms = 0;
  std::int64_t jitter_ms = 0;
  bool cut = false;
  bool stall = false;
  bool harmed = false;  // corrupted or throttled
};
// More than a distance.
inline bool broken(const Link& link) { return link.cut || link.stall || link.harmed; }

struct Load {
  bool on = false;
  double rate = 0;  // asked for, of all members together
  std::uint64_t sent = 0;
  std::uint64_t final_ = 0;
  std::uint64_t rejected = 0;
  std::uint64_t retries = 0;
  double p50_ms = 0;  // from when each was due
  double p90_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  std::string trouble{};
};

struct State {
  std::string directory{};
  std::string chain_id{};
  std::string clock{};  // HH:MM:SS
  std::vector<Member> members{};
  std::vector<std::vector<Link>> links{};  // [from][to]; none without a proxy
  std::size_t chosen = 0;                  // a member
  std::size_t partner = 0;                 // the other end of the link that is chosen
  std::vector<double> finals{};            // submissions a second, one figure a second, the newest last
  std::optional<Load> load{};              // once one was begun
  std::vector<std::string> deeds{};        // the newest last
};

// At most as many lines and columns as there are. What does not fit is left out: first what was done, then the course
// of the rate, then links; the last line says which keys there are.
std::vector<Line> board(const State& state, Size size);

}  // namespace quipu::board
