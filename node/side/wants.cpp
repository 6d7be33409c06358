// SPDX-License-Identifier: Apache-2.0
#include "node/side/wants.h"

#include <algorithm>
#include <utility>

#include "consensus/limits.h"

namespace quipu::side {
namespace {

constexpr std::int64_t kAnswerTime_us = 10'000'000;
constexpr std::int64_t kFirstPause_us = 2'000'000;
constexpr std::int64_t kLongestPause_us = 600'000'000;
constexpr unsigned kDoublings = 9;

std::int64_t pause_us(unsigned rounds) {
  return std::min(kFirstPause_us << std::min(rounds, kDoublings), kLongestPause_us);
}

}  // namespace

bool Wants::add(const Commitment& commitment, const Owner& owner) {
  if (wants_.contains(commitment)) return true;
  const std::string& issuer = owner.subject.issuer;
  const bool full = of_issuer_[issuer] >= kMostOfIssuer;
  if (full && !make_room(issuer)) return false;
  wants_.emplace(commitment, Want{.owner = owner});
  of_subject_[owner.subject].insert(commitment);
  ++of_issuer_[issuer];
  return !full;
}

bool Wants::make_room(const std::string& issuer) {
  const auto in_vain = [&](const auto& entry) {
    return entry.second.owner.subject.issuer == issuer && entry.second.rounds > 0 && !entry.second.under_way;
  };
  const auto found = std::ranges::find_if(wants_, in_vain);
  if (found == wants_.end()) return false;
  remove(Commitment(found->first));
  return true;
}

void Wants::remove(const Commitment& commitment) {
  const auto gone = wants_.extract(commitment);
  if (gone.empty()) return;
  const Subject& subject = gone.mapped().owner.subject;
  --of_issuer_[subject.issuer];
  const auto found = of_subject_.find(subject);
  found->second.erase(commitment);
  if (found->second.empty()) of_subject_.erase(found);
}

const Owner* Wants::find(const Commitment& commitment) const {
  const auto found = wants_.find(commitment);
  return found == wants_.end() ? nullptr : &found->second.owner;
}

std::vector<Commitment> Wants::of(const Subject& subject) const {
  const auto found = of_subject_.find(subject);
  if (found == of_subject_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

// It may hold by now what was looked for in vain.
void Wants::peer_up(const std::string& peer, std::int64_t now_us) {
  up_.insert(peer);
  for (auto& [commitment, want] : wants_) {
    want.asked.erase(peer);
    want.rounds = 0;
    want.due_us = std::min(want.due_us, now_us);
  }
}

void Wants::peer_down(const std::string& peer) {
  up_.erase(peer);
  answered(peer, false);
}

std::optional<std::string> Wants::next_for(Want& want, std::int64_t now_us) const {
  const auto free = [&](const std::string& peer) { return up_.contains(peer) && !want.asked.contains(peer); };
  if (free(want.owner.subject.issuer)) return want.owner.subject.issuer;
  const auto found = std::ranges::find_if(up_, free);
  if (found != up_.end()) return *found;
  if (up_.empty()) return std::nullopt;
  want.asked.clear();
  want.due_us = now_us + pause_us(want.rounds++);
  return std::nullopt;
}

std::vector<Wants::Batch> Wants::ask(std::int64_t now_us) {
  std::map<std::string, std::vector<Commitment>> batches;
  for (auto& [commitment, want] : wants_) {
    if (want.under_way || want.due_us > now_us) continue;
    const auto to = next_for(want, now_us);
    if (!to || asked_.contains(*to) || batches[*to].size() == limits::kRecordsPerRequest) continue;
    batches[*to].push_back(commitment);
    want.under_way = true;
  }
  std::vector<Batch> out;
  for (auto& [to, commitments] : batches) {
    if (commitments.empty()) continue;
    asked_.emplace(to, Asked{commitments, now_us + kAnswerTime_us});
    out.push_back({to, std::move(commitments)});
  }
  return out;
}

std::vector<Commitment> Wants::asked_of(const std::string& peer) const {
  const auto found = asked_.find(peer);
  return found == asked_.end() ? std::vector<Commitment>{} : found->second.commitments;
}

void Wants::answered(const std::string& peer, bool of_use) {
  const auto closed = asked_.extract(peer);
  if (closed.empty()) return;
  for (const auto& commitment : closed.mapped().commitments) {
    const auto found = wants_.find(commitment);
    if (found == wants_.end()) continue;
    found->second.under_way = false;
    if (!of_use) found->second.asked.insert(peer);
  }
}

void Wants::expire(std::int64_t now_us) {
  std::vector<std::string> late;
  for (const auto& [peer, asked] : asked_) {
    if (asked.until_us <= now_us) late.push_back(peer);
  }
  for (const auto& peer : late) answered(peer, false);
}

std::optional<std::int64_t> Wants::next_deadline_us(std::int64_t now_us) const {
  std::optional<std::int64_t> next;
  const auto sooner = [&](std::int64_t at) { next = std::min(next.value_or(at), at); };
  for (const auto& [peer, asked] : asked_) sooner(asked.until_us);
  for (const auto& [commitment, want] : wants_) {
    if (!want.under_way && want.due_us > now_us) sooner(want.due_us);
  }
  return next;
}

}  // namespace quipu::side
