// SPDX-License-Identifier: Apache-2.0
#include "node/audit/link_check.h"

#include <algorithm>

#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::BlockId;
using consensus::Height;
using consensus::LinkProof;
using consensus::QuorumProof;
using consensus::View;
using consensus::VoteKind;

bool is_about(const LinkProof& link, Height height, const BlockId& block) {
  return link.step.subject.height == height && link.step.subject.block == block;
}

// Repeats of the parent, then steps of the block itself, at least one.
bool are_about(const std::vector<LinkProof>& links, Height height, const BlockId& block, const BlockId& parent) {
  const Height below{height.value - 1};
  const auto own = std::ranges::find_if(links, [&](const auto& link) { return is_about(link, height, block); });
  return own != links.end() && std::all_of(links.begin(), own, [&](auto& l) { return is_about(l, below, parent); }) &&
         std::all_of(own, links.end(), [&](auto& l) { return is_about(l, height, block); });
}

// Nullifications, each view once, between the parent's view and the step's.
bool skips_in_form(const LinkProof& link) {
  const auto& subject = link.step.subject;
  consensus::View last = subject.parent_view;
  for (const QuorumProof& skip : link.skipped) {
    if (skip.kind != VoteKind::kNullify || skip.subject.view <= last || skip.subject.view >= subject.view) return false;
    last = skip.subject.view;
  }
  return true;
}

}  // namespace

bool LinkCheck::block(Height height, const BlockId& block, const BlockId& parent, const std::string& proposer) {
  const std::string path = ledger::quorum_path(height);
  if (!context_.bundle.has(path)) {
    context_.report.add({.severity = Severity::kUncheckable,
                         .check = Check::kQuorum,
                         .what = "the votes for this block are not in the mirror",
                         .file = path,
                         .height = height.value});
    return true;
  }
  const auto bytes = context_.read(Check::kQuorum, path);
  if (!bytes) return false;
  const auto broken = [&](const char* what) {
    context_.broken({.check = Check::kQuorum, .what = what, .file = path, .height = height.value});
    return false;
  };
  checked_before_ = resume_.votes(height.value, *bytes);
  const std::size_t members = voters_->members.size();
  const auto links = ledger::decode_links(*bytes, members);
  if (!links || ledger::encode_links(*links, members) != *bytes) return broken("not link proofs in form");
  if (!are_about(*links, height, block, parent)) return broken("a vote for another block than the log's");
  compare_proposer(*links, height, parent, proposer);
  return std::ranges::all_of(*links, [&](const auto& link) { return step(link, path, height); });
}

// A step of the block whose parent view is one of the parent's, not one of the block's own, is the one in which it was
// new: honest voters take it from the view's leader alone. An observation, for a voter may have restarted in between
// and have the block from its disk.
void LinkCheck::compare_proposer(const std::vector<LinkProof>& links, Height height, const BlockId& parent,
                                 const std::string& proposer) {
  View newest = view_;
  BlockId about = newest_block_;
  for (const auto& link : links) {
    const auto& subject = link.step.subject;
    if (subject.height == height) {
      const bool is_new = subject.parent_view == newest && (newest.value == 0 || about == parent);
      if (!is_new || subject.view.value == 0 || participation_.leader(subject.view) == proposer) return;
      ++foreign_proposers_;
      first_foreign_ = first_foreign_.value_or(height.value);
      return;
    }
    newest = std::max(newest, subject.view);
    about = subject.block;
  }
}

bool LinkCheck::step(const LinkProof& link, const std::string& path, Height height) {
  const auto& subject = link.step.subject;
  // A repeat of the parent may be told twice: by the file of its block and by that of the next.
  const bool told_before = subject.height < height && subject.view <= view_;
  if (link.step.kind == VoteKind::kNullify || (subject.view <= view_ && !told_before) ||
      subject.parent_view >= subject.view || !skips_in_form(link)) {
    context_.broken(
        {.check = Check::kQuorum, .what = "a view step out of order", .file = path, .height = height.value});
    return false;
  }
  submit(link.step, path, height);
  for (const QuorumProof& skip : link.skipped) submit(skip, path, height);
  if (!told_before) note_step(link);
  return true;
}

void LinkCheck::note_step(const LinkProof& link) {
  const auto& subject = link.step.subject;
  if (subject.parent_view != view_) ++gaps_;
  unskipped_ += subject.view.value - subject.parent_view.value - 1 - link.skipped.size();
  view_ = subject.view;
  newest_block_ = subject.block;
  participation_.step(link);
  if (link.step.kind == VoteKind::kFinalize) final_height_ = subject.height.value;
}

void LinkCheck::submit(const QuorumProof& proof, const std::string& path, Height height) const {
  if (checked_before_) return context_.report.passed(Check::kQuorum);
  Finding wrong{.check = Check::kQuorum, .what = "not a quorum of valid votes", .file = path, .height = height.value};
  context_.pool.submit(std::move(wrong), 1, [proof, voters = voters_] {
    return consensus::verify(proof, voters->scope, voters->members, &crypto::verify);
  });
}

void LinkCheck::begin_epoch(std::shared_ptr<const Electorate> voters) {
  participation_.begin_epoch(voters);
  voters_ = std::move(voters);
  view_ = {};
}

void LinkCheck::finish(Height height) const {
  if (foreign_proposers_ > 0) {
    context_.observe({.check = Check::kSeals,
                      .what = std::to_string(foreign_proposers_) +
                              " blocks whose seal names another proposer than the leader of the view they came in",
                      .height = first_foreign_});
  }
  const auto observe = [&](std::string what) { context_.observe({.check = Check::kQuorum, .what = std::move(what)}); };
  if (gaps_ > 0) observe(std::to_string(gaps_) + " view steps are not recorded");
  if (unskipped_ > 0) observe(std::to_string(unskipped_) + " skipped views without their nullification");
  if (final_height_ < height.value) {
    observe("finalization proofs reach height " + std::to_string(final_height_) +
            "; above it the checkpoint's cosignatures stand for them");
  }
}

}  // namespace quipu::audit
