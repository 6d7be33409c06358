// SPDX-License-Identifier: Apache-2.0
#include "node/http/draft_queue.h"

#include <algorithm>

namespace quipu::http {

void DraftQueue::drop_old(std::uint64_t now_ms) {
  const auto is_old = [&](const auto& each) { return each.second.since_ms + kDraftLife_ms <= now_ms; };
  std::erase_if(drafts_, is_old);
  std::erase_if(withdrawn_, is_old);
}

bool DraftQueue::has_room_for(const std::string& caller) const {
  const auto begun =
      std::ranges::count_if(drafts_, [&](const auto& each) { return each.second.callers.front() == caller; });
  return drafts_.size() < kWaitingDrafts && static_cast<std::size_t>(begun) < kWaitingDraftsOfOne;
}

bool DraftQueue::takes_share(const std::string& caller, std::uint64_t now_ms) {
  auto& times = asked_ms_[caller];
  while (!times.empty() && times.front() + kDraftRateWindow_ms <= now_ms) times.pop_front();
  if (times.size() >= per_hour_) return false;
  times.push_back(now_ms);
  return true;
}

Confirmation DraftQueue::confirm(const Draft& draft, const std::string& caller, std::uint64_t now_ms) {
  drop_old(now_ms);
  if (withdrawn_.contains(draft.id)) return Confirmation::kWithdrawn;
  auto found = drafts_.find(draft.id);
  if (found == drafts_.end() && !has_room_for(caller)) return Confirmation::kFull;
  const bool again = found != drafts_.end() && std::ranges::count(found->second.callers, caller) > 0;
  if (!again && !takes_share(caller, now_ms)) return Confirmation::kTooOften;
  if (found == drafts_.end()) {
    found = drafts_.emplace(draft.id, WaitingDraft{.draft = draft, .callers = {}, .since_ms = now_ms}).first;
  }
  auto& callers = found->second.callers;
  if (!again) callers.push_back(caller);
  return callers.size() >= confirmations_ ? Confirmation::kComplete : Confirmation::kWaiting;
}

std::vector<std::string> DraftQueue::callers_of(const crypto::Digest& draft) const {
  const auto found = drafts_.find(draft);
  return found == drafts_.end() ? std::vector<std::string>() : found->second.callers;
}

std::optional<WithdrawnDraft> DraftQueue::withdraw(const crypto::Digest& draft, const std::string& caller,
                                                   std::uint64_t now_ms) {
  drop_old(now_ms);
  if (const auto before = withdrawn_.find(draft); before != withdrawn_.end()) return before->second;
  const auto found = drafts_.find(draft);
  if (found == drafts_.end()) return std::nullopt;
  const WithdrawnDraft withdrawn{.name = found->second.draft.name, .by = caller, .since_ms = now_ms};
  drafts_.erase(found);
  return withdrawn_.emplace(draft, withdrawn).first->second;
}

std::string DraftQueue::withdrawer_of(const crypto::Digest& draft) const {
  const auto found = withdrawn_.find(draft);
  return found == withdrawn_.end() ? std::string() : found->second.by;
}

std::vector<WaitingDraft> DraftQueue::waiting(std::uint64_t now_ms) {
  drop_old(now_ms);
  std::vector<WaitingDraft> all;
  for (const auto& [id, draft] : drafts_) all.push_back(draft);
  std::ranges::sort(all, {}, &WaitingDraft::since_ms);
  return all;
}

}  // namespace quipu::http
