// SPDX-License-Identifier: Apache-2.0
#include "node/audit/replay.h"

#include <utility>

#include "consensus/limits.h"
#include "crypto/cose.h"
#include "node/ledger/disputes.h"
#include "node/ledger/lateness.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/state.pb.h"

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

Replay::Replay(const Context& context) : context_(context) { position_.state = state_; }

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
  Finding wrong{.check = Check::kSignatures,
                .what = words_of({Code::kBadSignature, std::nullopt, "the author's signature does not verify"})};
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
  count_late(submissions);
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

// On the state that the block made: it is looked at as histories show it.
void Replay::count_late(const std::vector<std::shared_ptr<const Submission>>& submissions) {
  const std::uint64_t first = position_.tree.size() - 1 - submissions.size();
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    for (std::size_t event = 0; event < submissions[i]->events(); ++event) {
      const auto lag = ledger::lag_days(*state_, *submissions[i], event, position_.block_time_ms);
      if (lag > 0) ++late_.events;
      if (lag > late_.most_days) late_ = {late_.events, lag, position_.height.value, first + i};
    }
  }
}

void Replay::finish() const {
  observe_late();
  observe_disputed();
}

void Replay::observe_disputed() const {
  std::uint64_t events = 0;
  std::optional<std::uint64_t> first;
  ledger::for_each_member(*state_, [&](const ledger::v1::MemberRecord& member) {
    ledger::for_each_disputed(*state_, member.administration(), std::nullopt, [&](const ledger::v1::LogPlace& event) {
      ++events;
      first = std::min(first.value_or(event.leaf()), event.leaf());
      return true;
    });
  });
  if (events == 0) return;
  context_.observe({.check = Check::kTime,
                    .what = std::to_string(events) +
                            " events DISPUTED: signed with a key that its owner reported lost, and not reaffirmed",
                    .height = position_.height.value,
                    .leaf = *first});
}

void Replay::observe_late() const {
  if (late_.events == 0) return;
  context_.observe({.check = Check::kTime,
                    .what = std::to_string(late_.events) +
                            " events LATE: logged after their day of effect, by at most " +
                            std::to_string(late_.most_days) + " days",
                    .height = late_.height,
                    .leaf = late_.leaf});
}

void Replay::take(ledger::ExecutedBlock executed) {
  for (auto& [key, value] : executed.changes) state_->put(key, std::move(value));
  header_ = executed.block.header;
  position_ = std::move(executed.after);
  position_.state = state_;
  context_.report.passed(Check::kReplay);
}

}  // namespace quipu::audit
