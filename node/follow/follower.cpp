// SPDX-License-Identifier: Apache-2.0
#include "node/follow/follower.h"

#include <algorithm>
#include <thread>

namespace quipu::follow {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll{1'000};        // between two askings of one source that has nothing new
constexpr milliseconds kFirstPause{1'000};  // after a fault, doubled up to
constexpr milliseconds kLongestPause{60'000};
constexpr milliseconds kLiarsPause{600'000};
constexpr milliseconds kNap{50};

std::string words_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kAway:
      return "does not answer";
    case Fault::Kind::kBehind:
      return "is behind";
    case Fault::Kind::kLies:
      return "LIES, nothing of it was taken";
    case Fault::Kind::kNewer:
      return "serves what this program has no rules for";
    case Fault::Kind::kForked:
      return "shows a FORK; nothing more is taken from anybody, keep everything and talk to the members";
  }
  return "";
}

}  // namespace

Follower::Follower(Pursuit& pursuit, std::vector<std::unique_ptr<Source>> sources,
                   std::function<void(const std::string&, bool)> log, std::function<void()> news)
    : pursuit_(pursuit), log_(std::move(log)), news_(std::move(news)) {
  for (auto& source : sources) {
    SourceView view{source->name(), std::nullopt, false};
    sources_.push_back({std::move(source), {}, milliseconds(0), std::move(view)});
  }
}

void Follower::fail(Asked& asked, const Fault& fault, Clock::time_point now) {
  using Kind = Fault::Kind;
  asked.pause = std::clamp(2 * asked.pause, kFirstPause, kLongestPause);
  if (fault.kind == Kind::kLies) asked.pause = kLiarsPause;
  if (fault.kind == Kind::kForked) forked_ = true;
  asked.due = now + asked.pause;
  const bool alarm = fault.kind != Kind::kAway && fault.kind != Kind::kBehind;
  const auto& last = asked.view.fault;
  // Behind is what every source is for a moment.
  if (fault.kind != Kind::kBehind && (!last || last->kind != fault.kind))
    log_(asked.view.name + " " + words_of(fault.kind) + ": " + fault.why, alarm);
}

void Follower::take(Asked& asked, const std::expected<bool, Fault>& outcome, Clock::time_point now) {
  if (!outcome) {
    fail(asked, outcome.error(), now);
  } else {
    if (asked.view.fault && asked.view.fault->kind != Fault::Kind::kBehind)
      log_(asked.view.name + " is good again", false);
    asked.pause = milliseconds(0);
    asked.due = now + kPoll;
    if (!caught_up_.exchange(true)) {
      const auto height = pursuit_.reader()->newest().height.value;
      log_("caught up with " + asked.view.name + " at height " + std::to_string(height), false);
      news_();
    }
  }
  const std::lock_guard lock(mutex_);
  asked.view.asked = true;
  asked.view.fault = outcome ? std::nullopt : std::optional(outcome.error());
}

// What was taken before a fault is news too.
std::expected<bool, Fault> Follower::ask(Asked& asked, const std::atomic<bool>& stop) {
  const auto before = pursuit_.reader()->newest().height;
  auto outcome = pursuit_.follow(*asked.source, stop);
  if (before < pursuit_.reader()->newest().height) news_();
  return outcome;
}

std::optional<Follower::Clock::time_point> Follower::turn(Clock::time_point now, const std::atomic<bool>& stop) {
  if (forked_) return std::nullopt;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    auto& asked = sources_[(next_ + i) % sources_.size()];
    if (asked.due > now) continue;
    next_ = (next_ + i + 1) % sources_.size();
    const auto outcome = ask(asked, stop);
    if (stop) return now;
    take(asked, outcome, now);
    break;
  }
  if (forked_) return std::nullopt;
  return std::ranges::min_element(sources_, {}, &Asked::due)->due;
}

void Follower::run(const std::atomic<bool>& stop) {
  while (!stop) {
    const auto again = turn(Clock::now(), stop);
    while (!stop && (!again || Clock::now() < *again)) std::this_thread::sleep_for(kNap);
  }
}

std::vector<SourceView> Follower::views() const {
  const std::lock_guard lock(mutex_);
  std::vector<SourceView> out;
  for (const auto& asked : sources_) out.push_back(asked.view);
  return out;
}

}  // namespace quipu::follow
