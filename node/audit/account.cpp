// SPDX-License-Identifier: Apache-2.0
#include "node/audit/account.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cassert>
#include <set>
#include <tuple>

#include "crypto/digest.h"
#include "node/ledger/disputes.h"
#include "node/ledger/lateness.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::audit {
namespace {

using ledger::StateView;
namespace v1 = ledger::v1;

KeyFact key_fact(const StateView& state, const std::string& owner, const v1::KeyRecord& key) {
  const std::string hex = crypto::to_hex(key.public_key());
  KeyFact out{.purpose = v1::KeyPurpose_Name(key.purpose()),
              .id = crypto::to_hex(crypto::sha256(key.public_key()).view().substr(0, crypto::KeyId::kSize)),
              .key = hex,
              .valid_from_height = key.valid_from_height(),
              .revoked_height = key.revoked_height(),
              .compromised_since = key.compromised_since()};
  if (const auto sequence = ledger::get<v1::SequenceRecord>(state, owner, hex)) {
    out.signed_submissions = sequence->last();
  }
  return out;
}

// All that the administration has or had; a record of this type that is no key's has no key of 32 bytes.
std::vector<KeyFact> keys_of(const StateView& state, const std::string& owner) {
  std::vector<KeyFact> keys;
  state.scan(ledger::map_prefix(ledger::RecordType::kKey, owner), [&](const auto&, BytesView value) {
    v1::KeyRecord key;
    if (key.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
        key.public_key().size() == crypto::PublicKey::kSize) {
      keys.push_back(key_fact(state, owner, key));
    }
    return true;
  });
  const auto order = [](const KeyFact& key) { return std::tie(key.valid_from_height, key.purpose, key.key); };
  std::ranges::sort(keys, [&](const KeyFact& a, const KeyFact& b) { return order(a) < order(b); });
  return keys;
}

std::string text_of(const v1::Misconduct& misconduct) {
  return "E" + std::to_string(misconduct.contradiction()) + " in view " + std::to_string(misconduct.view()) +
         " of epoch " + std::to_string(misconduct.epoch()) + ", shown by " + misconduct.submitted_by() + " in leaf " +
         std::to_string(misconduct.by().leaf());
}

}  // namespace

void Account::begin_epoch(const Electorate& electorate, std::uint64_t first_height) {
  EpochFact epoch{.epoch = electorate.scope.epoch.value,
                  .anchor = crypto::to_hex(electorate.scope.anchor.view()),
                  .first_height = first_height,
                  .last_height = first_height,
                  .quorum = electorate.members.quorum()};
  for (const auto& member : electorate.members.all()) epoch.members.push_back(member.code);
  facts_.epochs.push_back(std::move(epoch));
}

void Account::block(const ledger::Position& after, const std::string& proposer, Submissions submissions) {
  assert(!facts_.epochs.empty());
  EpochFact& epoch = facts_.epochs.back();
  epoch.last_height = after.height.value;
  epoch.last_time_ms = after.block_time_ms;
  if (epoch.first_time_ms == 0) epoch.first_time_ms = after.block_time_ms;
  if (!proposer.empty()) ++facts_.members[proposer].blocks;
  const std::uint64_t first = after.tree.size() - 1 - submissions.size();
  for (std::size_t i = 0; i < submissions.size(); ++i) take(*submissions[i], first + i, after);
}

void Account::take(const ledger::Submission& submission, std::uint64_t leaf, const ledger::Position& after) {
  MemberFact& author = facts_.members[submission.administration()];
  ++author.submissions;
  author.events += submission.events();
  for (std::uint32_t i = 0; i < submission.events(); ++i) {
    const v1::Event& event = submission.payload->events(static_cast<int>(i));
    const auto kind = static_cast<std::size_t>(event.statement_case());
    assert(kind < kKinds);
    ++kinds_[kind];
    take_lag(submission, i, leaf, after);
    if (!event.has_subject_erased()) continue;
    facts_.erased.add({.issuer = submission.administration(),
                       .subject = event.subject_erased().subject(),
                       .decided_on = event.decision_date(),
                       .leaf = leaf,
                       .event = i});
  }
}

// On the state that the block made: it is looked at as histories show it.
void Account::take_lag(const ledger::Submission& submission, std::uint32_t event, std::uint64_t leaf,
                       const ledger::Position& after) {
  const auto days = ledger::lag_days(*after.state, submission, event);
  if (days <= 0) return;
  ++facts_.members[submission.administration()].late_events;
  facts_.late.add({.author = submission.administration(), .leaf = leaf, .event = event, .days = days});
  if (days > worst_.days) worst_ = {.days = days, .height = after.height.value, .leaf = leaf};
}

void Account::finish(const ledger::Position& position) {
  name_events();
  read_members(*position.state);
  find_disputed(*position.state);
  observe(position);
}

void Account::name_events() {
  const auto* type = v1::Event::descriptor();
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (kinds_[kind] == 0) continue;
    facts_.events[type->FindFieldByNumber(static_cast<int>(kind))->name()] = kinds_[kind];
  }
}

void Account::read_members(const StateView& state) {
  ledger::for_each_member(state, [&](const v1::MemberRecord& record) {
    MemberFact& member = facts_.members[record.administration()];
    member.name = record.name();
    member.observer = record.observer();
    member.joined_height = record.joined_height();
    member.left_height = record.left_height();
    member.keys = keys_of(state, record.administration());
    for (const auto& misconduct : record.misconduct()) member.misconduct.push_back(text_of(misconduct));
  });
}

// As records come, not in the log's order, for there may be more of them than memory should hold.
void Account::find_disputed(const StateView& state) {
  constexpr std::size_t kMost = Listing<EventFact>::kMost;
  std::set<std::tuple<std::uint64_t, std::uint32_t, std::string>> first;  // leaf, event, author
  for (auto& [code, member] : facts_.members) {
    const ledger::Disputes disputes(state, {code});
    if (!disputes.any()) continue;
    state.scan(ledger::map_prefix(ledger::RecordType::kSubmission, code), [&](const auto&, BytesView value) {
      v1::SubmissionRecord record;
      if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
      for (std::uint32_t event = 0; event < record.events(); ++event) {
        if (!disputes.covers(ledger::place_in(record, event))) continue;
        ++member.disputed_events;
        first.emplace(record.leaf(), event, code);
        if (first.size() > kMost) first.erase(std::prev(first.end()));
      }
      return true;
    });
    facts_.disputed.total += member.disputed_events;
  }
  for (const auto& [leaf, event, author] : first) {
    facts_.disputed.first.push_back({.author = author, .leaf = leaf, .event = event});
  }
}

void Account::observe(const ledger::Position& position) const {
  if (facts_.late.total > 0) {
    context_.observe({.check = Check::kTime,
                      .what = std::to_string(facts_.late.total) +
                              " events LATE: logged after their day of effect, by at most " +
                              std::to_string(worst_.days) + " days",
                      .height = worst_.height,
                      .leaf = worst_.leaf});
  }
  if (facts_.disputed.total > 0) {
    context_.observe({.check = Check::kTime,
                      .what = std::to_string(facts_.disputed.total) +
                              " events DISPUTED: signed with a key that its owner reported lost, and not reaffirmed",
                      .height = position.height.value,
                      .leaf = facts_.disputed.first.front().leaf});
  }
}

}  // namespace quipu::audit
