// SPDX-License-Identifier: Apache-2.0
#include "node/audit/replay.h"

#include <utility>

#include "consensus/limits.h"
#include "crypto/cose.h"
#include "node/ledger/replay.h"
#include "node/ledger/rules/apply.h"

namespace quipu::audit {
namespace {

using ledger::Code;
using ledger::Submission;

// Which check a rejection by the rules belongs to.
Check check_of(const ledger::Rejection& why) {
  switch (why.code) {
    case Code::kSequenceGap:
    case Code::kSequenceTaken:
      return Check::kSequences;
    case Code::kIssuedTooEarly:
    case Code::kIssuedInFuture:
      return Check::kTime;
    case Code::kBlockMismatch:
      return why.detail.find("state_root") != std::string::npos ? Check::kReplay : Check::kSeals;
    default:
      return ledger::family_of(why.code) == "submission" ? Check::kAuthority : Check::kReplay;
  }
}

std::string words_of(const ledger::Rejection& why) {
  std::string out(ledger::name_of(why.code));
  if (why.event) out += " event " + std::to_string(*why.event);
  return why.detail.empty() ? out : out + ": " + why.detail;
}

}  // namespace

Replay::Replay(const Context& context, Account& account, SideRecords& records, LikelyKeys& keys, std::uint64_t checked)
    : context_(context), account_(account), records_(records), keys_(keys), checked_(checked) {
  position_.state = state_;
}

bool Replay::leaf(Entry entry, const crypto::CompactRange& tree) {
  const bool seal = entry.is_seal;
  if (!seal) leaf_bytes_ += entry.size;
  entries_.push_back(std::move(entry));
  if (entries_.size() > limits::kBlockSubmissions + 1 || leaf_bytes_ > limits::kBlockLeafBytes) {
    context_.broken({.check = Check::kSeals, .what = "a block without an end", .leaf = tree.size() - 1});
    return false;
  }
  if (!seal) return true;
  const bool good = started_ ? close_block(tree) : close_genesis();
  started_ = true;
  entries_.clear();
  leaf_bytes_ = 0;
  return good;
}

bool Replay::close_genesis() {
  auto block = ledger::genesis_block(context_.genesis);
  if (entries_.size() != 2 || entries_[0].leaf != block.block.leaves[0] || entries_[1].leaf != block.block.leaves[1]) {
    context_.broken({.check = Check::kGenesis, .what = "block 0 is not that of the genesis file", .height = 0});
    return false;
  }
  for (const auto& [key, value] : block.changes) state_->put(key, value);
  header_ = block.block.header;
  position_ = std::move(block.after);
  position_.map = {};
  position_.state = state_;
  for (const Check check : {Check::kGenesis, Check::kSeals, Check::kReplay}) context_.report.passed(check);
  account_.block(position_, proposer_, {});
  return true;
}

bool Replay::check_form(const Entry& entry, std::uint64_t index) {
  if (entry.submission) return true;
  context_.broken({.check = Check::kSyntax,
                   .what = words_of(entry.submission.error()),
                   .height = position_.height.value + 1,
                   .leaf = index});
  return false;
}

bool Replay::check_author(const Entry& entry, std::uint64_t index) {
  const auto key = ledger::signing_key(*state_, **entry.submission);
  if (!key) {
    context_.broken({.check = Check::kAuthority,
                     .what = words_of(key.error()),
                     .height = position_.height.value + 1,
                     .leaf = index});
    return false;
  }
  check_signature(entry, *key, index);
  return true;
}

// Here, if it was not checked with the key that the state names: once for a new key, and for what was read ahead.
void Replay::check_signature(const Entry& entry, const crypto::PublicKey& key, std::uint64_t index) {
  bool verifies = entry.verifies || index < checked_;
  if (!verifies && entry.checked_with != key) {
    keys_.learn((*entry.submission)->administration(), key);
    verifies = crypto::verify_statement((*entry.submission)->statement, key);
  }
  if (verifies) return context_.report.passed(Check::kSignatures);
  Finding wrong{.check = Check::kSignatures,
                .what = words_of({Code::kBadSignature, std::nullopt, "the author's signature does not verify"})};
  wrong.height = position_.height.value + 1;
  wrong.leaf = index;
  context_.pool.fail(std::move(wrong));
}

bool Replay::check_submissions(Submissions& out) {
  bool good = true;
  out.reserve(entries_.size());
  for (std::size_t i = 0; good && i + 1 < entries_.size(); ++i) {
    const std::uint64_t index = position_.tree.size() + i;
    good = check_form(entries_[i], index) && check_author(entries_[i], index);
    if (good) out.push_back(*std::move(entries_[i].submission));
  }
  return good;
}

bool Replay::close_block(const crypto::CompactRange& tree) {
  if (!knows_version()) return false;
  Submissions submissions;
  if (!check_submissions(submissions)) return false;
  auto replayed = ledger::replay_in_place(context_.genesis, position_, tree, entries_.back().leaf, submissions,
                                          [this](const auto& changes) { return take_changes(changes); });
  if (!replayed) {
    reject(replayed.error());
    return false;
  }
  header_ = replayed->header;
  proposer_ = std::move(replayed->proposer);
  position_ = std::move(replayed->after);
  count(submissions);
  account_.block(position_, proposer_, submissions);
  for (const auto& submission : submissions) records_.submission(*submission);
  return true;
}

// Rules that this program does not know break nobody's history.
bool Replay::knows_version() {
  auto why = ledger::outgrown(*position_.membership, context_.genesis);
  if (why.empty()) return true;
  context_.report.add({.severity = Severity::kUncheckable,
                       .check = Check::kReplay,
                       .what = std::move(why),
                       .height = position_.height.value + 1});
  return false;
}

crypto::Digest Replay::take_changes(const std::map<ledger::MapKey, Bytes>& changes) {
  for (const auto& [key, value] : changes) state_->put(key, value);
  return state_->root();
}

void Replay::reject(const ledger::Rejection& why) {
  context_.broken({.check = check_of(why), .what = words_of(why), .height = position_.height.value + 1});
}

void Replay::count(const std::vector<std::shared_ptr<const Submission>>& submissions) {
  for (const Check check : {Check::kSyntax, Check::kAuthority, Check::kTime, Check::kSequences}) {
    context_.report.passed(check, submissions.size());
  }
  for (const auto& submission : submissions) context_.report.passed(Check::kReplay, submission->events());
  context_.report.passed(Check::kSeals);
  context_.report.passed(Check::kReplay);
}

}  // namespace quipu::audit
