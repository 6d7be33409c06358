// SPDX-License-Identifier: Apache-2.0
#include "node/audit/participation.h"

#include <algorithm>

namespace quipu::audit {
namespace {

// So many steps, or checkpoints, without a sign of a member are worth telling.
constexpr std::uint64_t kSilentSteps = 64;
constexpr std::size_t kStaleNotes = 16;

}  // namespace

Participation::Participation(const Context& context, std::shared_ptr<const Electorate> voters)
    : context_(context), facts_(context.report.facts) {
  begin_epoch(std::move(voters));
}

void Participation::begin_epoch(std::shared_ptr<const Electorate> voters) {
  settle();
  voters_ = std::move(voters);
  order_ = voters_->members.leader_order(voters_->scope.anchor);
  votes_.assign(voters_->members.size(), {});
  steps_ = 0;
}

const std::string& Participation::leader(consensus::View view) const {
  return voters_->members[order_[(view.value - 1) % order_.size()]].code;
}

void Participation::step(const consensus::LinkProof& link) {
  ++steps_;
  count_votes(link.step);
  ++votes_[order_[(link.step.subject.view.value - 1) % order_.size()]].led;
  for (const auto& skip : link.skipped) {
    count_votes(skip);
    ++votes_[order_[(skip.subject.view.value - 1) % order_.size()]].lost;
    ++facts_.nullified_views;
  }
}

void Participation::count_votes(const consensus::QuorumProof& proof) {
  for (const auto signer : proof.signers) {
    ++votes_[signer].cast;
    votes_[signer].newest_step = steps_;
  }
}

// Adds what was counted by index to the members by code, who live longer than an epoch.
void Participation::settle() {
  for (std::size_t i = 0; i < votes_.size(); ++i) {
    MemberFact& member = facts_.members[voters_->members[static_cast<consensus::MemberIndex>(i)].code];
    member.votes += votes_[i].cast;
    member.led_views += votes_[i].led;
    member.lost_views += votes_[i].lost;
  }
}

void Participation::note(std::uint64_t height, const std::vector<std::string>& cosigners) {
  note_heights_.push_back(height);
  for (const auto& code : cosigners) {
    MemberFact& member = facts_.members[code];
    ++member.cosignatures;
    member.newest_cosigned_height = height;
  }
}

void Participation::finish() {
  settle();
  observe_nullified();
  observe_silent();
  observe_stale();
  context_.report.passed(Check::kLiveness, voters_->members.size());
}

void Participation::observe_nullified() const {
  if (facts_.nullified_views == 0) return;
  std::string led;
  for (const auto& [code, member] : facts_.members) {
    if (member.lost_views > 0) led += (led.empty() ? "" : ", ") + code + " " + std::to_string(member.lost_views);
  }
  context_.observe(
      {.check = Check::kLiveness,
       .what = std::to_string(facts_.nullified_views) + " views came to nothing; those who led them: " + led});
}

void Participation::observe_silent() const {
  for (std::size_t i = 0; i < votes_.size(); ++i) {
    if (steps_ - votes_[i].newest_step < kSilentSteps) continue;
    context_.observe({.check = Check::kLiveness,
                      .what = voters_->members[static_cast<consensus::MemberIndex>(i)].code +
                              ": no vote of its in the newest " + std::to_string(steps_ - votes_[i].newest_step) +
                              " quorum proofs"});
  }
}

void Participation::observe_stale() const {
  if (note_heights_.size() < kStaleNotes) return;
  const std::uint64_t bound = note_heights_[note_heights_.size() - kStaleNotes];
  for (const auto& member : voters_->members.all()) {
    const MemberFact& fact = facts_.members[member.code];
    if (fact.cosignatures > 0 && fact.newest_cosigned_height >= bound) continue;
    context_.observe(
        {.check = Check::kLiveness,
         .what = member.code + ": on none of the newest " + std::to_string(kStaleNotes) + " published checkpoints"});
  }
}

}  // namespace quipu::audit
