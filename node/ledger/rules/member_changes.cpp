// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/member_changes.h"

#include <algorithm>

#include "consensus/limits.h"
#include "crypto/note.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/membership.h"
#include "node/ledger/rules/evidence.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/member_records.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// Each key is looked for among the keys of every administration.
constexpr std::size_t kMostKeys = 64;
constexpr int kMostProgrammes = 16;

std::size_t voters_but(const StateView& state, const std::string& administration) {
  std::size_t count = 0;
  for_each_member(state, [&](const v1::MemberRecord& member) {
    if (votes(member) && member.administration() != administration) ++count;
  });
  return count;
}

bool votes_now(const StateView& state, const std::string& administration) {
  const auto member = member_named(state, administration);
  return member && votes(*member);
}

// One change is about one administration: whether it votes before and after decides how many do.
Verdict check_size(const Context& at, const std::string& administration, bool votes_after) {
  const std::size_t others = voters_but(at.state, administration);
  const std::size_t before = others + (votes_now(at.state, administration) ? 1 : 0);
  const std::size_t after = others + (votes_after ? 1 : 0);
  const std::string counts = std::to_string(before) + " now, " + std::to_string(after) + " then";
  if (after == 0 || (after < kFewestMembers && before >= kFewestMembers)) return refuse(Code::kMembersTooFew, counts);
  if (after > limits::kMembers) return refuse(Code::kMembersTooMany, counts);
  return {};
}

Verdict check_programme(const v1::Member& member) {
  if (member.programme_size() > kMostProgrammes) return refuse(Code::kMemberMalformed, "programme: too many");
  for (const auto& programme : member.programme()) {
    if (auto formed = all_of(
            {check_given("programme.scheme", programme.scheme()), check_label("programme.label", programme.label())});
        !formed) {
      return formed;
    }
  }
  return {};
}

Verdict check_form(const v1::Member& member) {
  if (member.issuer_keys_size() + member.approver_keys_size() > static_cast<int>(kMostKeys)) {
    return refuse(Code::kMemberMalformed, "issuer_keys, approver_keys: more than " + std::to_string(kMostKeys));
  }
  if (auto formed = check_member(member); !formed) return refuse(Code::kMemberMalformed, formed.error());
  return all_of(
      {check_label("name", member.name()), check_label("address", member.address()), check_programme(member)});
}

// The same key, for the same purpose, still in force: not a new one.
bool keeps(const v1::KeyRecord& record, const std::string& owner, const v1::Member& member, const PurposedKey& key) {
  return owner == member.administration() && record.purpose() == key.purpose && record.revoked_height() == 0;
}

Verdict check_key_free(const StateView& state, const v1::Member& member, const PurposedKey& key) {
  const std::string id = crypto::to_hex(key.key.view());
  std::string holder;
  for_each_member(state, [&](const v1::MemberRecord& owner) {
    if (!holder.empty()) return;
    const auto record = get<v1::KeyRecord>(state, owner.administration(), id);
    if (record && !keeps(*record, owner.administration(), member, key)) holder = owner.administration();
  });
  if (holder.empty()) return {};
  return refuse(Code::kKeyTaken, v1::KeyPurpose_Name(key.purpose) + " key, known from " + holder);
}

Verdict check_keys_free(const StateView& state, const v1::Member& member) {
  for (const PurposedKey& key : keys_of(member)) {
    if (auto free = check_key_free(state, member, key); !free) return free;
  }
  return {};
}

crypto::NoteKeyId note_id(const Context& at, const crypto::PublicKey& log_key) {
  return crypto::NoteVerifier{std::string(at.origin.log_name), crypto::NoteKeyType::kEd25519, log_key}.id();
}

// All LOG keys have one name in notes, so their four bytes of id must tell them apart.
Verdict check_note_id(const Context& at, const v1::Member& member) {
  const auto log_key = crypto::PublicKey::from(member.log_key());
  if (member.observer() || !log_key) return {};
  Verdict verdict;
  for_each_member(at.state, [&](const v1::MemberRecord& other) {
    if (!votes(other) || other.administration() == member.administration()) return;
    if (note_id(at, consensus_keys(other).log) != note_id(at, *log_key)) return;
    verdict = refuse(Code::kKeyTaken, "LOG key, its note key id is that of " + other.administration());
  });
  return verdict;
}

void end_epoch(const Context& at, std::uint32_t protocol_version) {
  v1::MembershipRecord record;
  if (protocol_version != kFirstProtocolVersion) record.set_protocol_version(protocol_version);
  record.set_epoch(at.origin.scope.epoch.next().value);
  record.set_height(at.origin.height.value);
  put(at.state, "--", kMembershipId, record);
}

}  // namespace

Verdict check_member_add(const Context& at, const v1::Member& member) {
  if (auto formed = check_form(member); !formed) return formed;
  if (auto size = check_size(at, member.administration(), !member.observer()); !size) return size;
  return all_of({check_keys_free(at.state, member), check_note_id(at, member)});
}

Verdict check_member_remove(const Context& at, const std::string& administration) {
  const auto member = member_named(at.state, administration);
  if (!member || member->left_height() != 0) return refuse(Code::kMemberUnknown, "member_remove");
  return check_size(at, administration, /*votes_after=*/false);
}

bool brings_vote_key(const StateView& state, const v1::Member& member) {
  if (member.observer()) return false;
  const auto before = member_named(state, member.administration());
  return !before || !votes(*before) || consensus_keys(*before).vote.view() != member.vote_key();
}

void act_member_add(const Context& at, const v1::Member& member) {
  keep_voters(at);
  write_member(at.state, member, at.origin.height.next().value);
  end_epoch(at, protocol_version_after(at.state));
}

void act_member_remove(const Context& at, const std::string& administration) {
  keep_voters(at);
  remove_member(at.state, administration, at.origin.height.next().value);
  end_epoch(at, protocol_version_after(at.state));
}

Verdict check_protocol_version(const Context& at, std::uint32_t version) {
  const std::uint32_t next = protocol_version_after(at.state) + 1;
  if (version == next) return {};
  return refuse(Code::kProtocolVersionNotNext, std::to_string(version) + ", next is " + std::to_string(next));
}

void act_protocol_version(const Context& at, std::uint32_t version) {
  keep_voters(at);
  end_epoch(at, version);
}

}  // namespace quipu::ledger
