// SPDX-License-Identifier: Apache-2.0
#include "node/replica/cosigning.h"

#include <algorithm>

#include "consensus/limits.h"
#include "crypto/note.h"

namespace quipu::replica {

namespace {
constexpr std::size_t kTallies = 64;
}

Cosigning::Cosigning(const std::string& origin, const consensus::MemberSet& members, consensus::MemberIndex self,
                     crypto::VerifyFunction verify)
    : origin_(origin), members_(members), self_(self), verify_(verify) {}

std::optional<Cosign> Cosigning::on_tip(const consensus::Tip& tip, Instant now) {
  tip_ = tip;
  tallies_[tip.tree_size] = {tip.height, tip.tree_root, {}, false};
  if (tallies_.size() > kTallies) tallies_.erase(tallies_.begin());
  if (self_ >= members_.size()) return std::nullopt;
  due_us_ = now.steady_us + limits::kCosignQuiet_ms * 1000;
  if (tip.height.value % limits::kCosignEveryHeights != 0) return std::nullopt;
  return cosign_tip(now);
}

std::optional<Cosign> Cosigning::on_deadline(Instant now) {
  if (!due_us_ || now.steady_us < *due_us_ || !tip_) return std::nullopt;
  return cosign_tip(now);
}

Cosign Cosigning::cosign_tip(Instant now) {
  // Never earlier than one before, and of the same tip always later, or nobody could tell that it is newer. Nor ahead
  // of the clock when blocks that rest are more than one a second: readers take these times for how fresh a state is.
  const std::uint64_t earliest_s = last_time_s_ + (last_size_ == tip_->tree_size ? 1 : 0);
  last_time_s_ = std::max(earliest_s, static_cast<std::uint64_t>(std::max<std::int64_t>(now.utc_ms / 1000, 0)));
  last_size_ = tip_->tree_size;
  due_us_ = now.steady_us + limits::kCosignIdle_ms * 1000;
  return {tip_->tree_size, tip_->tree_root, last_time_s_};
}

bool Cosigning::valid(consensus::MemberIndex from, const consensus::CosignatureMessage& message) const {
  const crypto::Checkpoint checkpoint{origin_, message.size, message.root};
  return verify_(members_[from].cosigner, crypto::cosignature_message(checkpoint.text(), message.time_s),
                 message.signature);
}

void Cosigning::keep_early(consensus::MemberIndex from, const consensus::CosignatureMessage& message) {
  const auto held = early_.find(from);
  if (held != early_.end() && held->second.size > message.size) return;
  early_.insert_or_assign(from, message);
}

Cosigning::Taken Cosigning::on_cosignature(consensus::MemberIndex from, const consensus::CosignatureMessage& message) {
  if (from >= members_.size()) return {};
  const auto tally = tallies_.find(message.size);
  if (tally == tallies_.end()) {
    if (!tip_ || message.size <= tip_->tree_size) return {};
    if (!valid(from, message)) return {.forged = true};
    keep_early(from, message);
    return {};
  }
  if (tally->second.root != message.root) return {};
  const auto held = tally->second.lines.find(from);
  if (held != tally->second.lines.end() && held->second.time_s >= message.time_s) return {};
  if (from != self_ && !valid(from, message)) return {.forged = true};
  tally->second.lines.insert_or_assign(from, Line{message.time_s, message.signature});
  // Those that came before this node reached the size are verified already.
  for (const auto& [member, early] : early_) {
    if (early.size == message.size && early.root == message.root) {
      tally->second.lines.try_emplace(member, Line{early.time_s, early.signature});
    }
  }
  std::erase_if(early_, [&](const auto& item) { return item.second.size <= message.size; });
  return {.note = publish(message.size, tally->second)};
}

// The newest of a quorum, in member order. Once more when all of them are newer by half an idle pause: whoever follows
// the notes alone learns that nothing has happened since.
std::optional<PublishCheckpoint> Cosigning::publish(std::uint64_t size, Tally& tally) const {
  const auto quorum = members_.quorum();
  // The log line is by the key of a member: an observer publishes nothing.
  if (self_ >= members_.size() || tally.lines.size() < quorum) return std::nullopt;
  std::vector<PublishCheckpoint::Line> lines;
  for (const auto& [member, line] : tally.lines) lines.push_back({member, line.time_s, line.signature});
  std::ranges::stable_sort(lines, std::greater{}, &PublishCheckpoint::Line::time_s);
  lines.resize(quorum);
  const auto oldest_s = lines.back().time_s;
  if (tally.published_s != 0 && oldest_s < tally.published_s + limits::kCosignIdle_ms / 2'000) return std::nullopt;
  tally.published_s = oldest_s;
  std::ranges::sort(lines, {}, &PublishCheckpoint::Line::member);
  return PublishCheckpoint{tally.height, size, tally.root, std::move(lines)};
}

std::optional<std::uint64_t> Cosigning::quorum_time_s() const {
  if (!tip_) return std::nullopt;
  const auto tally = tallies_.find(tip_->tree_size);
  const auto quorum = members_.quorum();
  if (tally == tallies_.end() || tally->second.lines.size() < quorum) return std::nullopt;
  std::vector<std::uint64_t> times;
  for (const auto& [member, line] : tally->second.lines) times.push_back(line.time_s);
  std::ranges::sort(times, std::greater{});
  return times[quorum - 1];
}

}  // namespace quipu::replica
