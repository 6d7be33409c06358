// SPDX-License-Identifier: Apache-2.0
#include "node/replica/hearsay.h"

#include <algorithm>
#include <cstdlib>
#include <variant>

namespace quipu::replica {

namespace {

constexpr std::uint64_t kFarFuture_s = std::uint64_t{1} << 40;  // whatever a peer says fits in milliseconds
constexpr std::int64_t kHalfSecond_ms = 500;
constexpr std::uint64_t kVersions = std::uint64_t{1} << 16;  // what the greeting of a connection has room for

// What a cosignature tells is cut to the second: on average it was made in the second's middle.
std::int64_t ahead_of_ms(std::uint64_t time_s, std::int64_t utc_ms) {
  return utc_ms - static_cast<std::int64_t>(std::min(time_s, kFarFuture_s)) * 1'000 - kHalfSecond_ms;
}

// No version is 0; and what no version can be says nothing.
std::optional<std::uint16_t> version_said(std::uint64_t version) {
  if (version == 0 || version >= kVersions) return std::nullopt;
  return static_cast<std::uint16_t>(version);
}

}  // namespace

void Hearsay::heard(consensus::MemberIndex from, const consensus::Message& message, OwnPlace own,
                    consensus::Instant now) {
  if (from >= heard_.size()) return;
  auto& [news, clock_us] = heard_[from];
  if (const auto* status = std::get_if<consensus::Status>(&message)) {
    news.height = status->finalized.height;
    news.newest_protocol_version = version_said(status->newest_protocol_version);
  } else if (const auto* vote = std::get_if<consensus::Vote>(&message)) {
    const bool final_to_it = vote->kind == consensus::VoteKind::kFinalize && vote->signer == from;
    if (final_to_it) news.height = std::max(news.height.value_or(consensus::Height{}), vote->subject.height);
  } else if (const auto* cosignature = std::get_if<consensus::CosignatureMessage>(&message)) {
    news.clock_offset_ms = ahead_of_ms(cosignature->time_s, now.utc_ms);
    clock_us = now.steady_us;
    // Of an idle network this is all that one hears between two greetings.
    if (cosignature->size == own.tree_size) news.height = own.height;
  }
}

std::vector<PeerNews> Hearsay::news(std::int64_t now_us) const {
  std::vector<PeerNews> all;
  for (const auto& [news, clock_us] : heard_) {
    all.push_back(news);
    if (now_us - clock_us > kClockKnown_us) all.back().clock_offset_ms.reset();
  }
  return all;
}

std::optional<std::int64_t> clock_offset_ms(const std::vector<PeerNews>& news) {
  std::vector<std::int64_t> offsets;
  for (const auto& each : news) {
    if (each.clock_offset_ms) offsets.push_back(*each.clock_offset_ms);
  }
  if (offsets.empty()) return std::nullopt;
  std::ranges::sort(offsets);
  const auto lower = offsets[(offsets.size() - 1) / 2];
  const auto upper = offsets[offsets.size() / 2];
  return std::llabs(lower) <= std::llabs(upper) ? lower : upper;
}

}  // namespace quipu::replica
