// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/member_records.h"

#include <algorithm>
#include <cassert>

#include "node/ledger/genesis_members.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

v1::MemberRecord record_of(const v1::Member& member) {
  v1::MemberRecord record;
  record.set_administration(member.administration());
  record.set_name(member.name());
  record.set_observer(member.observer());
  record.set_utc_offset_minutes(member.utc_offset_minutes());
  record.set_dual_control(member.dual_control());
  record.set_address(member.address());
  *record.mutable_programme() = member.programme();
  record.set_term_years(member.term_years());
  for (const auto& [purpose, key] : keys_of(member)) {
    auto* entry = record.add_keys();
    entry->set_kid(Bytes(crypto::key_id(key).view()));
    entry->set_public_key(Bytes(key.view()));
    entry->set_purpose(static_cast<v1::KeyPurpose>(purpose));
  }
  return record;
}

bool lists(const v1::MemberRecord& member, BytesView public_key) {
  return std::ranges::find(member.keys(), public_key, &v1::MemberKey::public_key) != member.keys().end();
}

void add_key(Overlay& state, const std::string& owner, const v1::MemberKey& key, std::uint64_t from_height,
             const std::string& label = {}) {
  v1::KeyRecord record;
  record.set_public_key(key.public_key());
  record.set_purpose(key.purpose());
  record.set_label(label);
  record.set_valid_from_height(from_height);
  put(state, owner, crypto::to_hex(key.public_key()), record);
}

void revoke_if_in_force(Overlay& state, const std::string& owner, BytesView public_key, std::uint64_t from_height) {
  const auto record = get<v1::KeyRecord>(state, owner, crypto::to_hex(public_key));
  if (record && record->revoked_height() == 0) revoke_key(state, owner, public_key, from_height);
}

// Keys come and go for years, and every submission reads the list. A key's own record stays.
constexpr int kMostKeysListed = 128;

void drop_oldest_revoked(const StateView& state, v1::MemberRecord& member) {
  auto& keys = *member.mutable_keys();
  const auto revoked = std::ranges::find_if(keys, [&](const v1::MemberKey& key) {
    const auto record = get<v1::KeyRecord>(state, member.administration(), crypto::to_hex(key.public_key()));
    return record && record->revoked_height() != 0;
  });
  if (revoked != keys.end()) keys.erase(revoked);
}

}  // namespace

void write_member(Overlay& state, const v1::Member& member, std::uint64_t from_height) {
  const std::string& code = member.administration();
  const auto before = member_named(state, code);
  v1::MemberRecord after = record_of(member);
  after.set_joined_height(before && before->left_height() == 0 ? before->joined_height() : from_height);
  for (const auto& key : after.keys()) {
    if (!before || !lists(*before, key.public_key())) add_key(state, code, key, from_height);
  }
  if (before) {
    for (const auto& key : before->keys()) {
      if (!lists(after, key.public_key())) revoke_if_in_force(state, code, key.public_key(), from_height);
    }
  }
  if (before) *after.mutable_misconduct() = before->misconduct();
  put(state, code, "", after);
}

void remove_member(Overlay& state, const std::string& administration, std::uint64_t from_height) {
  const auto before = member_named(state, administration);
  assert(before && before->left_height() == 0);
  v1::MemberRecord after = *before;
  after.set_left_height(from_height);
  for (const auto& key : after.keys()) revoke_if_in_force(state, administration, key.public_key(), from_height);
  put(state, administration, "", after);
}

void revoke_key(Overlay& state, const std::string& owner, BytesView public_key, std::uint64_t from_height,
                const std::string& compromised_since) {
  const std::string id = crypto::to_hex(public_key);
  auto record = get<v1::KeyRecord>(state, owner, id);
  assert(record && record->revoked_height() == 0);
  record->set_revoked_height(from_height);
  record->set_compromised_since(compromised_since);
  put(state, owner, id, *record);
}

void add_officers_key(Overlay& state, const std::string& owner, const v1::KeyAdded& added, std::uint64_t from_height) {
  v1::MemberRecord member = *member_named(state, owner);
  if (member.keys_size() >= kMostKeysListed) drop_oldest_revoked(state, member);
  v1::MemberKey& key = *member.add_keys();
  key.set_kid(Bytes(crypto::key_id(*crypto::PublicKey::from(added.public_key())).view()));
  key.set_public_key(added.public_key());
  key.set_purpose(added.purpose());
  add_key(state, owner, key, from_height, added.label());
  put(state, owner, "", member);
}

}  // namespace quipu::ledger
