// SPDX-License-Identifier: Apache-2.0
// May this member vote? The check before the first vote after a start, what becomes of a member whose safety record was
// lost or put back, and of one whose key is used twice (docs/protocol.md, "Lost, put back, or used twice").
#include <algorithm>
#include <utility>

#include "consensus/engine_state.h"

namespace quipu::consensus {

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::kGood:
      return "good";
    case Standing::kChecking:
      return "checking";
    case Standing::kRecovering:
      return "recovering";
    case Standing::kStopped:
      return "stopped";
  }
  return "unknown";
}

// A database behind the tip in the safety record was lost or put back: it is refilled first.
bool Engine::State::may_vote() const {
  return !halted && !observing() && !epoch_over && question == 0 && !recovering() && fin.height >= asked.tip.height;
}

Standing Engine::State::standing() const {
  if (asked.abstain_until == kNeverAgain) return Standing::kStopped;
  if (recovering()) return Standing::kRecovering;
  return question == 0 ? Standing::kGood : Standing::kChecking;
}

// Before anything new is signed: what do this disk and the others hold of my votes? STATUS is no vote, so members that
// start together answer each other.
void Engine::State::check_start() {
  if (observing() || asked.abstain_until == kNeverAgain) return;
  question = jitter.next() | 1U;
  answered.clear();
  inquire_ms = 0;
  for (const auto& vote : votes.highest_votes_of(config.self)) examine(config.self, vote);
  inquire();
  conclude();
}

// Whoever comes up later is asked when it is greeted.
void Engine::State::inquire() {
  if (question == 0) return;
  inquire_ms = std::min(inquire_ms == 0 ? config.timing.fetch_ms : 2 * inquire_ms, config.timing.retry_ms);
  deadlines.set(Deadline::kInquire, now.steady_us + jitter.around_us(inquire_ms));
  for (std::size_t i = 0; i < count(); ++i)
    if (const auto peer = static_cast<PeerId>(i); peers[peer].up && !answered.contains(peer)) send_status(peer, true);
}

// An answer counts when I stand as high as its sender says: what it says beyond that it has not proven. What a
// recovering member says may be less than it voted in.
void Engine::State::take_answer(PeerId from, const Status& status) {
  if (question == 0 || status.question != question || status.recovering || status.current > current) return;
  answered.insert(from);
  conclude();
}

// A vote of mine in view v took a proof of v - 1 signed by a quorum: among the quorum asked there is an honest member
// that signed it, and I stand as high as that one by now. If I forgot what I signed I am no witness myself.
void Engine::State::conclude() {
  const bool forgot = asked.abstain_until == kUntilTold;
  if (answered.size() + (forgot ? 0 : 1) < config.members.quorum()) return;
  question = 0;
  deadlines.clear(Deadline::kInquire);
  start_bound = current.next();
  if (forgot) abstain(start_bound, "this member votes again above view " + std::to_string(start_bound.value));
  was_awake = false;  // deadlines that came due meanwhile could give up nothing
  touch();
}

// A vote under my key that somebody shows me.
void Engine::State::examine(PeerId from, const Vote& vote) {
  if (observing() || vote.signer != config.self || vote.subject.view <= asked.abstain_until) return;
  if (shows(asked, vote.kind, vote.subject)) return;
  const auto& key = config.members[config.self].vote;
  if (!config.verify(key, vote_bytes(config.scope, vote.kind, vote.subject), vote.signature)) return blame(from, 1);
  const std::string where = "view " + std::to_string(vote.subject.view.value);
  if (question == 0 && vote.subject.view > start_bound) {
    abstain(kNeverAgain, "CLONE: another process has signed with this vote key in " + where +
                             "; this member votes no more until it has a new vote key");
  } else {
    abstain(kUntilTold, "REGRESSED: the safety file does not show a vote of this member in " + where +
                            "; it abstains until a quorum of others has told how far they are");
    if (question == 0) check_start();
  }
}

void Engine::State::abstain(View until, std::string why) {
  asked = abstaining(std::move(asked), until);
  signs.clear();
  emit(Abstain{asked.abstain_until, std::move(why)});
}

}  // namespace quipu::consensus
