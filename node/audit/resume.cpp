// SPDX-License-Identifier: Apache-2.0
#include "node/audit/resume.h"

#include "crypto/digest.h"

namespace quipu::audit {
namespace {

// Some seconds of work. Saving waits for the checks that are under way.
constexpr std::uint64_t kSaveEvery = 1 << 16;  // leaves

Finding no_position_of_ours(std::string what) {
  return {.severity = Severity::kUncheckable, .check = Check::kSignatures, .what = std::move(what)};
}

}  // namespace

Resume::Resume(const Context& context, const std::optional<Bytes>& saved, Save save)
    : context_(context), save_(std::move(save)) {
  now_.chain = context.genesis.chain;
  if (!saved) return;
  from_ = decode_position(*saved);
  damaged_ = !from_;
  if (!from_) return;
  context_.report.facts.resumed = {.size = from_->size,
                                   .height = from_->height,
                                   .root = crypto::to_hex(from_->root.view()),
                                   .state_root = crypto::to_hex(from_->state_root.view()),
                                   .position = crypto::to_hex(crypto::sha256(*saved).view())};
}

bool Resume::fits(std::uint64_t size) const {
  const auto wrong = [&](std::string what) {
    context_.report.add(no_position_of_ours(std::move(what)));
    return false;
  };
  if (damaged_) return wrong("the saved position is damaged; audit without it");
  if (!from_) return true;
  if (from_->chain != context_.genesis.chain) return wrong("the saved position is of another chain; audit without it");
  if (from_->size > size) {
    return wrong("the saved position has " + std::to_string(from_->size) + " leaves, this mirror only " +
                 std::to_string(size));
  }
  return true;
}

bool Resume::votes(std::uint64_t height, BytesView file) {
  const bool earlier = from_ && height <= from_->height;
  if (!earlier && !save_) return false;
  const auto digest = crypto::sha256(file);
  if (save_) now_.votes.push_back(digest);
  return earlier && from_->votes[height - 1] == digest;
}

bool Resume::block_end(std::uint64_t size, std::uint64_t height, const crypto::Digest& root,
                       const crypto::Digest& state_root) {
  now_.size = size;
  now_.height = height;
  now_.root = root;
  now_.state_root = state_root;
  if (!passes(now_)) {
    Finding finding = no_position_of_ours(
        "another history than that of the saved position; audit without it, and compare with what it was saved from");
    finding.height = height;
    context_.report.add(std::move(finding));
    return false;
  }
  if (size >= saved_size_ + kSaveEvery) save();
  return true;
}

// A block must end at the position's size, with its roots, before any ends behind it.
bool Resume::passes(const SavedPosition& here) {
  if (!from_ || here.size < from_->size) return true;
  if (here.size == from_->size) {
    passed_ = here.height == from_->height && here.root == from_->root && here.state_root == from_->state_root;
  }
  return passed_;
}

void Resume::save() {
  if (!save_ || now_.size == saved_size_) return;
  const bool good = context_.pool.drain();
  const Report& report = context_.report;
  if (!good || report.has(Severity::kIntegrity) || report.has(Severity::kUncheckable)) return;
  save_(encode(now_));
  saved_size_ = now_.size;
}

}  // namespace quipu::audit
