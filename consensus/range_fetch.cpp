// SPDX-License-Identifier: Apache-2.0
#include "consensus/range_fetch.h"

#include <algorithm>

namespace quipu::consensus {

std::vector<RangeRequest> RangeFetch::plan(const std::vector<HeightRun>& missing, const std::vector<MemberIndex>& peers,
                                           std::int64_t now_us, Jitter& jitter) {
  std::vector<RangeRequest> requests;
  if (missing.empty()) next_round_us_.reset();
  std::erase_if(asks_, [&](const auto& item) { return std::ranges::find(peers, item.first) == peers.end(); });
  note_overdue(now_us);
  for (const auto& run : missing) {
    if (covered(run.first)) continue;
    const auto choice = willing(peers, now_us);
    if (choice.empty()) break;
    const auto peer = choice[jitter.next() % choice.size()];
    asks_[peer] = {run, now_us + jitter.around_us(patience_ms(run)), false};
    requests.push_back({peer, run});
  }
  return requests;
}

void RangeFetch::note_overdue(std::int64_t now_us) {
  for (auto& [peer, ask] : asks_) {
    if (ask.overdue || ask.due_us > now_us) continue;
    ask.overdue = true;
    let_down_.insert(peer);
  }
}

bool RangeFetch::covered(std::uint64_t height) const {
  return std::ranges::any_of(asks_, [&](const auto& item) {
    const Ask& ask = item.second;
    return !ask.overdue && ask.run.first <= height && height <= ask.run.last;
  });
}

// Those without an open request who did not let us down; when all did, everybody once more, each time later.
std::vector<MemberIndex> RangeFetch::willing(const std::vector<MemberIndex>& peers, std::int64_t now_us) {
  const auto good = [&](MemberIndex peer) { return !let_down_.contains(peer); };
  if (peers.empty() || std::ranges::any_of(peers, good)) {
    next_round_us_.reset();
  } else {
    in_vain_ = true;
    if (!next_round_us_) next_round_us_ = now_us + backed_off_ms(first_ms_, rounds_, cap_ms_) * 1000;
    if (now_us < *next_round_us_) return {};
    next_round_us_.reset();
    let_down_.clear();
    ++rounds_;
  }
  std::vector<MemberIndex> choice;
  for (const auto peer : peers) {
    const auto ask = asks_.find(peer);
    if (good(peer) && (ask == asks_.end() || ask->second.overdue)) choice.push_back(peer);
  }
  return choice;
}

// The more is asked for, the longer it may take; and longer each time that nobody was quick enough.
std::int64_t RangeFetch::patience_ms(const HeightRun& run) const {
  const auto heights = static_cast<std::int64_t>(run.last - run.first);
  return backed_off_ms(first_ms_ + heights * first_ms_ / 8, rounds_, cap_ms_);
}

std::optional<HeightRun> RangeFetch::asked_of(MemberIndex peer) const {
  const auto ask = asks_.find(peer);
  if (ask == asks_.end()) return std::nullopt;
  return ask->second.run;
}

void RangeFetch::answered(MemberIndex peer, bool useful) {
  asks_.erase(peer);
  if (!useful) let_down_.insert(peer);
  answered_other(peer, useful);
}

void RangeFetch::answered_other(MemberIndex peer, bool useful) {
  if (!useful) return;
  let_down_.erase(peer);
  next_round_us_.reset();
  in_vain_ = false;
}

void RangeFetch::peer_gone(MemberIndex peer) {
  asks_.erase(peer);
  let_down_.erase(peer);
}

std::optional<std::int64_t> RangeFetch::next_us() const {
  std::optional<std::int64_t> next = next_round_us_;
  for (const auto& [peer, ask] : asks_)
    if (!ask.overdue && (!next || ask.due_us < *next)) next = ask.due_us;
  return next;
}

}  // namespace quipu::consensus
