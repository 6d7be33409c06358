// SPDX-License-Identifier: Apache-2.0
// Catching up by height: which runs of finalized heights are asked of whom. Several peers work at once, each on one run
// of its own; whoever stays silent or has nothing of use waits until nobody better is left. One thread; no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "consensus/deadlines.h"
#include "consensus/types.h"

namespace quipu::consensus {

// Both ends included.
struct HeightRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const HeightRun&, const HeightRun&) = default;
};

struct RangeRequest {
  MemberIndex to = 0;
  HeightRun run{};
};

class RangeFetch {
 public:
  RangeFetch(std::int64_t first_ms, std::int64_t cap_ms) : first_ms_(first_ms), cap_ms_(cap_ms) {}

  // `missing`: ascending, each run fit for one answer. `peers`: who may be asked now. Lower runs go out first.
  std::vector<RangeRequest> plan(const std::vector<HeightRun>& missing, const std::vector<MemberIndex>& peers,
                                 std::int64_t now_us, Jitter& jitter);
  // What this peer was last asked for and has not answered; a late answer is as good as any.
  std::optional<HeightRun> asked_of(MemberIndex peer) const;
  // It answered that; or something else, as one does that answers an earlier request at last.
  void answered(MemberIndex peer, bool useful);
  void answered_other(MemberIndex peer, bool useful);
  // Nothing is to be caught up with: what was learned of peers is forgotten.
  void rest() { *this = RangeFetch(first_ms_, cap_ms_); }
  void peer_gone(MemberIndex peer);
  // It may have what it lacked before.
  void peer_came(MemberIndex peer) { let_down_.erase(peer); }
  // Every peer was asked since anything useful came, and none could help.
  bool in_vain() const { return in_vain_; }
  std::optional<std::int64_t> next_us() const;

 private:
  struct Ask {
    HeightRun run{};
    std::int64_t due_us = 0;
    bool overdue = false;
  };
  void note_overdue(std::int64_t now_us);
  bool covered(std::uint64_t height) const;
  std::vector<MemberIndex> willing(const std::vector<MemberIndex>& peers, std::int64_t now_us);
  std::int64_t patience_ms(const HeightRun& run) const;

  std::int64_t first_ms_;
  std::int64_t cap_ms_;
  std::map<MemberIndex, Ask> asks_;
  std::set<MemberIndex> let_down_;  // since their last useful answer
  std::uint64_t rounds_ = 0;        // in which everybody let us down
  bool in_vain_ = false;
  std::optional<std::int64_t> next_round_us_;
};

}  // namespace quipu::consensus
