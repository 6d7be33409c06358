// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/apply.h"

#include <algorithm>

#include "consensus/limits.h"
#include "node/ledger/membership.h"
#include "node/ledger/rules/approvals.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/leaves.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::int32_t kLongestDelayDays = 366;

const v1::MemberKey* key_with_id(const v1::MemberRecord& member, const crypto::KeyId& kid) {
  const auto found = std::ranges::find(member.keys(), kid.view(), &v1::MemberKey::kid);
  return found == member.keys().end() ? nullptr : &*found;
}

std::string key_record_id(BytesView public_key) { return crypto::to_hex(public_key); }

Verdict check_issued_at(const Submission& submission, const Origin& origin) {
  // Compared in seconds: what a peer claims may not overflow when multiplied.
  const std::uint64_t issued_s = submission.statement.issued_at_s;
  if (issued_s > (origin.block_time_ms + limits::kIssuedAfter_ms) / 1000) {
    return refuse(Code::kIssuedInFuture, "issued at " + std::to_string(issued_s));
  }
  if (issued_s * 1000 + limits::kIssuedBefore_ms < origin.block_time_ms) {
    return refuse(Code::kIssuedTooEarly, "issued at " + std::to_string(issued_s));
  }
  return {};
}

Verdict check_sequence(const StateView& state, const Submission& submission, const crypto::PublicKey& key) {
  const std::uint64_t next = next_sequence(state, submission.administration(), key);
  const std::uint64_t given = submission.sequence();
  if (given == next) return {};
  return refuse(given > next ? Code::kSequenceGap : Code::kSequenceTaken, "the next is " + std::to_string(next));
}

Verdict check_dates_formed(const v1::Event& event) {
  return all_of({check_date("decision_date", event.decision_date()),
                 check_date_if_any("effective_from", event.effective_from())});
}

bool may_reach_back(const Rule& rule, const v1::Event& event) {
  if (rule.backdating == Backdating::kAlways) return true;
  if (rule.backdating != Backdating::kExTunc) return false;
  const v1::AppealDecided& decided = event.appeal_decided();
  return event.certificate_reinstated().effect() == v1::EX_TUNC ||
         (decided.outcome() == v1::OVERTURNED && decided.effect() == v1::EX_TUNC);
}

Verdict check_dates(const Context& at, const Rule& rule, const v1::Event& event) {
  const Date today = Date::of(at.origin.block_time_ms, at.member.utc_offset_minutes());
  if (at.decision > today.plus(1)) return refuse(Code::kDecisionInFuture, "decision_date " + at.decision.text());
  if (at.effect > at.decision.plus(kLongestDelayDays)) {
    return refuse(Code::kEffectTooFar, "effective_from " + at.effect.text());
  }
  if (at.effect < at.decision && !may_reach_back(rule, event)) {
    return refuse(Code::kBackdated, "effective_from " + at.effect.text());
  }
  return {};
}

Verdict check_codes(const Context& at, const v1::Event& event) {
  return all_of(
      {check_code_if_any(at, "legal_basis", event.legal_basis()), check_code_if_any(at, "reason", event.reason())});
}

// Looked at afterwards: a refused event leaves nothing behind.
Verdict check_room(const Context& at, const Rule& rule) {
  const int most = rule.closes ? kMostEventsClosing : kMostEvents;
  if (at.longest_history > most) return refuse(Code::kRecordFull, std::to_string(most) + " events");
  return {};
}

Verdict check_and_act(const Context& at, const Rule& rule, const v1::Event& event) {
  if (auto general = all_of({check_dates(at, rule, event), check_codes(at, event)}); !general) return general;
  if (auto own = rule.check(at, event); !own) return own;
  if (waits_for_approval(at, rule)) {
    if (auto free = check_nothing_pending(at, event); !free) return free;
    hold(at, rule, event);
  } else {
    rule.act(at, event);
  }
  return check_room(at, rule);
}

// What all events of a submission share.
struct Author {
  std::shared_ptr<const v1::MemberRecord> member;
  crypto::PublicKey key;
  v1::KeyPurpose purpose = v1::KEY_PURPOSE_UNSPECIFIED;
};

Verdict apply_event(Overlay& state, const Author& author, const Submission& submission, std::uint32_t index,
                    const Origin& origin) {
  if (ends_epoch(state)) return refuse(Code::kEpochEnded, "the event before it ended the epoch");
  const v1::Event& event = submission.payload->events(static_cast<int>(index));
  const Rule* rule = rule_for(event.statement_case());
  if (!rule) return refuse(Code::kNotYetSupported, std::to_string(event.statement_case()));
  if (rule->purpose != author.purpose) return refuse(Code::kWrongKeyPurpose, v1::KeyPurpose_Name(author.purpose));
  if (auto dates = check_dates_formed(event); !dates) return dates;
  v1::LogPlace place;
  place.set_leaf(origin.leaf_index);
  place.set_event(index);
  v1::LogPlace here = place;
  here.set_key(Bytes(submission.statement.kid.view()));
  here.set_logged_day(Date::of(origin.block_time_ms, author.member->utc_offset_minutes()).days);
  int longest_history = 0;
  const Context at{state,
                   *author.member,
                   submission.administration(),
                   origin,
                   submission.id,
                   place,
                   here,
                   *Date::parse(event.decision_date()),
                   stated_effect(event),
                   /*approving=*/false,
                   longest_history};
  return check_and_act(at, *rule, event);
}

Verdict check_in_force(const StateView& state, std::string_view administration, const v1::MemberKey& key,
                       consensus::Height height) {
  const auto record = get<v1::KeyRecord>(state, administration, key_record_id(key.public_key()));
  if (!record) return {};
  if (record->valid_from_height() > height.value) {
    return refuse(Code::kUnknownKey, "valid from height " + std::to_string(record->valid_from_height()));
  }
  if (record->revoked_height() != 0 && record->revoked_height() <= height.value) {
    return refuse(Code::kUnknownKey, "revoked from height " + std::to_string(record->revoked_height()));
  }
  return {};
}

std::expected<Author, Rejection> author_of(const StateView& state, const Submission& submission, const Origin& origin) {
  auto member = member_named(state, submission.administration());
  if (!member || !votes(*member)) return refuse(Code::kNotAVotingMember, "administration");
  const v1::MemberKey* key = key_with_id(*member, submission.statement.kid);
  if (!key) return refuse(Code::kUnknownKey, "kid " + crypto::to_hex(submission.statement.kid.view()));
  if (auto in_force = check_in_force(state, submission.administration(), *key, origin.height); !in_force) {
    return std::unexpected(in_force.error());
  }
  return Author{member, crypto::PublicKey::from(key->public_key()).value_or(crypto::PublicKey{}), key->purpose()};
}

void take_sequence(Overlay& state, const Submission& submission, const crypto::PublicKey& key) {
  v1::SequenceRecord record;
  record.set_last(submission.sequence());
  put(state, submission.administration(), key_record_id(key.view()), record);
}

// So that a later event may name one of this submission.
void enter_submission(Overlay& state, const Author& author, const Submission& submission, const Origin& origin) {
  v1::SubmissionRecord record;
  record.set_leaf(origin.leaf_index);
  record.set_events(static_cast<std::uint32_t>(submission.events()));
  record.set_key(Bytes(submission.statement.kid.view()));
  record.set_logged_day(Date::of(origin.block_time_ms, author.member->utc_offset_minutes()).days);
  enter_named_events(record, *submission.payload);
  put(state, submission.administration(), crypto::to_hex(submission.id.view()), record);
}

// An overlay on one that outlives it.
Overlay draft_on(const Overlay& state) {
  return Overlay(std::shared_ptr<const StateView>(std::shared_ptr<const StateView>(), &state));
}

}  // namespace

std::expected<crypto::PublicKey, Rejection> signing_key(const StateView& state, const Submission& submission) {
  const auto member = member_named(state, submission.administration());
  const v1::MemberKey* key = member ? key_with_id(*member, submission.statement.kid) : nullptr;
  const auto found = key ? crypto::PublicKey::from(key->public_key()) : std::nullopt;
  if (!found) return refuse(Code::kUnknownKey, "kid " + crypto::to_hex(submission.statement.kid.view()));
  return *found;
}

std::uint64_t next_sequence(const StateView& state, std::string_view administration, const crypto::PublicKey& key) {
  const auto record = get<v1::SequenceRecord>(state, administration, key_record_id(key.view()));
  return record ? record->last() + 1 : 1;
}

std::expected<void, Rejection> apply(Overlay& state, const Submission& submission, const Origin& origin) {
  const auto author = author_of(state, submission, origin);
  if (!author) return std::unexpected(author.error());
  if (auto issued = check_issued_at(submission, origin); !issued) return issued;
  if (auto sequence = check_sequence(state, submission, author->key); !sequence) return sequence;

  Overlay draft = draft_on(state);
  for (std::uint32_t i = 0; i < submission.events(); ++i) {
    if (auto applied = apply_event(draft, *author, submission, i, origin); !applied) {
      applied.error().event = i;
      return applied;
    }
  }
  take_sequence(draft, submission, author->key);
  enter_submission(draft, *author, submission, origin);
  for (const auto& [key, value] : draft.changes()) state.put(key, value);
  return {};
}

}  // namespace quipu::ledger
