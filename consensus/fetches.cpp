// SPDX-License-Identifier: Apache-2.0
#include "consensus/fetches.h"

#include <algorithm>
#include <utility>

#include "consensus/limits.h"

namespace quipu::consensus {

namespace {
constexpr std::size_t kPatience = 3;  // requests to each of those that are to be asked
}

std::size_t FetchTable::load(MemberIndex peer) const {
  const auto to_peer = [&](const auto& item) { return item.second.attempts > 0 && item.second.asked == peer; };
  return static_cast<std::size_t>(std::ranges::count_if(fetches_, to_peer));
}

// The next candidate in turn that has room for another request.
std::optional<MemberIndex> FetchTable::pick(const Fetch& fetch, const Wanted& wanted) const {
  const std::size_t count = wanted.candidates.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto peer = wanted.candidates[(fetch.offset + fetch.attempts + i) % count];
    const bool same_again = fetch.attempts > 0 && fetch.asked == peer;
    if (load(peer) < limits::kFetchesPerPeer + (same_again ? 1 : 0)) return peer;
  }
  return std::nullopt;
}

std::vector<FetchRequest> FetchTable::plan(const std::vector<Wanted>& wanted, std::int64_t now_us, Jitter& jitter) {
  std::erase_if(fetches_, [&](const auto& item) {
    return std::ranges::none_of(wanted, [&](const Wanted& want) { return want.key == item.first; });
  });
  std::vector<FetchRequest> requests;
  for (const auto& want : wanted) {
    const auto [at, fresh] = fetches_.try_emplace(want.key);
    Fetch& fetch = at->second;
    if (fresh) fetch = {.offset = jitter.next() % 251, .due_us = now_us};
    fetch.candidates = want.candidates.size();
    if (fetch.due_us > now_us) continue;
    const auto peer = pick(fetch, want);
    const auto wait_ms = backed_off_ms(first_ms_, fetch.attempts, cap_ms_);
    fetch.due_us = now_us + jitter.around_us(wait_ms);
    if (!peer) continue;
    fetch.asked = *peer;
    ++fetch.attempts;
    requests.push_back({*peer, want.key, want.last});
  }
  return requests;
}

bool FetchTable::asked(const FetchKey& key, MemberIndex peer) const {
  const auto at = fetches_.find(key);
  return at != fetches_.end() && at->second.attempts > 0 && at->second.asked == peer;
}

std::optional<FetchKey> FetchTable::outstanding(FetchKind kind, MemberIndex peer) const {
  for (const auto& [key, fetch] : fetches_)
    if (key.kind == kind && asked(key, peer)) return key;
  return std::nullopt;
}

std::size_t FetchTable::attempts(const FetchKey& key) const {
  const auto at = fetches_.find(key);
  return at == fetches_.end() ? 0 : at->second.attempts;
}

bool FetchTable::in_vain(const FetchKey& key, std::size_t most) const {
  const auto at = fetches_.find(key);
  if (at == fetches_.end()) return false;
  const Fetch& fetch = at->second;
  const std::size_t enough = std::min(most, fetch.candidates);
  // A slow peer is not one that has nothing: its answer may come to a later request.
  return enough == 0 || fetch.refusals >= enough || fetch.attempts > kPatience * enough;
}

void FetchTable::unhelpful(const FetchKey& key, MemberIndex peer, std::int64_t now_us) {
  if (!asked(key, peer)) return;
  Fetch& fetch = fetches_.at(key);
  if (std::exchange(fetch.refused, fetch.attempts) != fetch.attempts) ++fetch.refusals;
  if (fetch.attempts < fetch.candidates) fetch.due_us = now_us;
}

void FetchTable::peer_gone(MemberIndex peer, std::int64_t now_us) {
  for (auto& [key, fetch] : fetches_)
    if (fetch.attempts > 0 && fetch.asked == peer) fetch.due_us = std::min(fetch.due_us, now_us);
}

void FetchTable::peer_came(std::int64_t now_us) {
  for (auto& [key, fetch] : fetches_)
    if (fetch.attempts == 0) fetch.due_us = now_us;
}

std::optional<std::int64_t> FetchTable::next_us() const {
  std::optional<std::int64_t> next;
  for (const auto& [key, fetch] : fetches_)
    if (!next || fetch.due_us < *next) next = fetch.due_us;
  return next;
}

}  // namespace quipu::consensus
