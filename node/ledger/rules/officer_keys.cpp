// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/officer_keys.h"

#include <algorithm>

#include "crypto/keys.h"
#include "node/ledger/disputes.h"
#include "node/ledger/key_possession.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/member_records.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/proposals.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/signatures.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::size_t kMostKeysInForce = 64;
constexpr int kMostDisputedKeys = 256;

bool of_officers(v1::KeyPurpose purpose) { return purpose == v1::ISSUER || purpose == v1::APPROVER; }

std::optional<v1::KeyRecord> key_record(const StateView& state, const std::string& owner, BytesView public_key) {
  return get<v1::KeyRecord>(state, owner, crypto::to_hex(public_key));
}

std::size_t officers_keys_in_force(const Context& at) {
  return static_cast<std::size_t>(std::ranges::count_if(at.member.keys(), [&](const v1::MemberKey& key) {
    const auto record = key_record(at.state, at.author, key.public_key());
    return of_officers(key.purpose()) && record && record->revoked_height() == 0;
  }));
}

// No key is or was anybody's; and its id is no other's of this administration.
Verdict check_key_free(const Context& at, const crypto::PublicKey& key) {
  std::string holder;
  for_each_member(at.state, [&](const v1::MemberRecord& member) {
    if (key_record(at.state, member.administration(), key.view())) holder = member.administration();
  });
  if (std::ranges::find(at.member.keys(), crypto::key_id(key).view(), &v1::MemberKey::kid) != at.member.keys().end()) {
    holder = at.author;
  }
  if (holder.empty()) return {};
  return refuse(Code::kKeyTaken, "known from " + holder);
}

Verdict check_possession(const Context& at, const v1::KeyAdded& stated, const crypto::PublicKey& key) {
  const auto signature = crypto::Signature::from(stated.possession());
  const Bytes message = possession_bytes(at.origin.scope.chain, at.author, stated.purpose(), key.view());
  if (signature && verified(key, message, *signature)) return {};
  return refuse(Code::kBadPossession, "possession");
}

v1::DisputedKeys disputed_keys(const Context& at) {
  return get<v1::DisputedKeys>(at.state, at.author, "*").value_or(v1::DisputedKeys{});
}

// The author's submission of that name, as far as it has such an event.
std::optional<v1::LogPlace> place_of(const Context& at, const v1::EventRef& target) {
  if (target.leaf().size() != crypto::Digest::kSize) return std::nullopt;
  const auto record = get<v1::SubmissionRecord>(at.state, at.author, crypto::to_hex(target.leaf()));
  if (!record || target.index() >= record->events()) return std::nullopt;
  return place_in(*record, target.index());
}

}  // namespace

Verdict check_key_added(const Context& at, const v1::Event& event) {
  const v1::KeyAdded& stated = event.key_added();
  if (auto form = all_of({check_no_effect_stated(event), check_given("purpose", stated.purpose()),
                          check_label("label", stated.label())});
      !form) {
    return form;
  }
  if (!of_officers(stated.purpose())) return refuse(Code::kKeyNotAddable, v1::KeyPurpose_Name(stated.purpose()));
  const auto key = crypto::PublicKey::from(stated.public_key());
  if (!key || !crypto::admissible(*key)) return refuse(Code::kKeyMalformed, "public_key");
  if (officers_keys_in_force(at) >= kMostKeysInForce) {
    return refuse(Code::kTooManyKeys, std::to_string(kMostKeysInForce));
  }
  if (auto free = check_key_free(at, *key); !free) return free;
  return check_possession(at, stated, *key);
}

void act_key_added(const Context& at, const v1::Event& event) {
  const v1::KeyAdded& stated = event.key_added();
  add_officers_key(at.state, at.author, stated, at.origin.height.next().value);
}

Verdict check_key_revoked(const Context& at, const v1::Event& event) {
  const v1::KeyRevoked& stated = event.key_revoked();
  const std::string& since = stated.compromised_since();
  if (auto form = all_of({check_no_effect_stated(event), check_date_if_any("compromised_since", since)}); !form) {
    return form;
  }
  const auto record = key_record(at.state, at.author, stated.public_key());
  if (!record || record->revoked_height() != 0) return refuse(Code::kKeyNotInForce, "public_key");
  if (!of_officers(record->purpose())) return refuse(Code::kKeyNotRevocable, v1::KeyPurpose_Name(record->purpose()));
  if (since > at.decision.text()) return refuse(Code::kDatesOutOfOrder, "compromised_since: after the decision");
  if (!since.empty() && disputed_keys(at).keys_size() >= kMostDisputedKeys) {
    return refuse(Code::kRecordFull, std::to_string(kMostDisputedKeys) + " keys; revoke without compromised_since");
  }
  return {};
}

void act_key_revoked(const Context& at, const v1::Event& event) {
  const v1::KeyRevoked& stated = event.key_revoked();
  revoke_key(at.state, at.author, stated.public_key(), at.origin.height.next().value, stated.compromised_since());
  if (stated.compromised_since().empty()) return;
  v1::DisputedKeys disputed = disputed_keys(at);
  v1::DisputedKey& window = *disputed.add_keys();
  window.set_key(Bytes(crypto::key_id(*crypto::PublicKey::from(stated.public_key())).view()));
  window.set_since(stated.compromised_since());
  put(at.state, at.author, "*", disputed);
}

Verdict check_event_reaffirmed(const Context& at, const v1::Event& event) {
  if (auto form = check_no_effect_stated(event); !form) return form;
  const auto place = place_of(at, event.event_reaffirmed().target());
  if (!place) return refuse(Code::kEventUnknown, "target");
  if (Disputes(at.state, {at.author}).covers(*place)) return {};
  return refuse(Code::kNotDisputed, "target");
}

void act_event_reaffirmed(const Context& at, const v1::Event& event) {
  v1::Reaffirmation record;
  record.set_decision_date(event.decision_date());
  *record.mutable_by() = at.place;
  put(at.state, at.author, reaffirmation_id(*place_of(at, event.event_reaffirmed().target())), record);
}

}  // namespace quipu::ledger
