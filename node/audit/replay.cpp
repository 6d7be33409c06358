// SPDX-License-Identifier: Apache-2.0
#include "node/audit/replay.h"

#include <utility>

#include "consensus/limits.h"
#include "crypto/cose.h"
#include "node/ledger/rules/apply.h"

namespace quipu::audit {
namespace {

using ledger::Code;
using ledger::Submission;

constexpr std::size_t kSignaturesAtOnce = 32;

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

Replay::Replay(const Context& context, Account& account, SideRecords& records)
    : context_(context), account_(account), records_(records) {
  position_.state = state_;
}

bool Replay::leaf(Entry entry, const crypto::CompactRange& tree) {
  const bool seal = entry.is_seal;
  if (!seal) leaf_bytes_ += entry.leaf.size();
  entries_.push_back(std::move(entry));
  if (entries_.size() > limits::kBlockSubmissions + 1 || leaf_bytes_ > limits::kBlockLeafBytes) {
    context_.broken({.check = Check::kSeals, .what = "a block without an end", .leaf = tree.size() - 1});
    return false;
  }
  if (!seal) return true;
  const bool good = started_ ? close_block() : close_genesis();
  started_ = true;
  entries_.clear();
  leaf_bytes_ = 0;
  return good;
}

std::vector<Bytes> Replay::take_leaves() {
  std::vector<Bytes> leaves;
  leaves.reserve(entries_.size());
  for (Entry& entry : entries_) leaves.push_back(std::move(entry.leaf));
  return leaves;
}

bool Replay::close_genesis() {
  auto block = ledger::genesis_block(context_.genesis);
  if (take_leaves() != block.block.leaves) {
    context_.broken({.check = Check::kGenesis, .what = "block 0 is not that of the genesis file", .height = 0});
    return false;
  }
  context_.report.passed(Check::kGenesis);
  context_.report.passed(Check::kSeals);
  take(std::move(block));
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

bool Replay::check_author(const std::shared_ptr<const Submission>& submission, std::uint64_t index) {
  const auto key = ledger::signing_key(*state_, *submission);
  const std::uint64_t height = position_.height.value + 1;
  if (!key) {
    context_.broken({.check = Check::kAuthority, .what = words_of(key.error()), .height = height, .leaf = index});
    return false;
  }
  Finding wrong{.check = Check::kSignatures, .what = "the author's signature does not verify"};
  wrong.height = height;
  wrong.leaf = index;
  signatures_.push_back(
      {std::move(wrong), [submission, key = *key] { return crypto::verify_statement(submission->statement, key); }});
  if (signatures_.size() == kSignaturesAtOnce) context_.pool.submit(std::exchange(signatures_, {}));
  return true;
}

bool Replay::check_submissions(std::vector<std::shared_ptr<const Submission>>& out) {
  bool good = true;
  for (std::size_t i = 0; good && i + 1 < entries_.size(); ++i) {
    const std::uint64_t index = position_.tree.size() + i;
    good = check_form(entries_[i], index) && check_author(*entries_[i].submission, index);
    if (good) out.push_back(*std::move(entries_[i].submission));
  }
  context_.pool.submit(std::exchange(signatures_, {}));
  return good;
}

bool Replay::close_block() {
  std::vector<std::shared_ptr<const Submission>> submissions;
  if (!check_submissions(submissions)) return false;
  auto executed = ledger::replay_block(context_.genesis, position_, take_leaves(), submissions);
  if (!executed) {
    reject(executed.error());
    return false;
  }
  count(submissions);
  take(*std::move(executed));
  account_.block(position_, proposer_, submissions);
  for (const auto& submission : submissions) records_.submission(*submission);
  return true;
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
}

void Replay::take(ledger::ExecutedBlock executed) {
  for (auto& [key, value] : executed.changes) state_->put(key, std::move(value));
  header_ = executed.block.header;
  proposer_ = std::move(executed.proposer);
  position_ = std::move(executed.after);
  position_.state = state_;
  context_.report.passed(Check::kReplay);
}

}  // namespace quipu::audit
