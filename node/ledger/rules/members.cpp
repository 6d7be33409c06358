// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/members.h"

#include <algorithm>
#include <cassert>
#include <map>

#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::size_t kParsedRecords = 512;

// A pure function of the bytes, remembered per thread.
std::shared_ptr<const v1::MemberRecord> parsed_member(const Bytes& bytes) {
  thread_local std::map<Bytes, std::shared_ptr<const v1::MemberRecord>> known;
  if (const auto found = known.find(bytes); found != known.end()) return found->second;
  auto record = std::make_shared<v1::MemberRecord>();
  const bool parsed = record->ParseFromString(bytes);
  assert(parsed);  // only rules write records
  if (known.size() >= kParsedRecords) known.clear();
  return known.emplace(bytes, std::move(record)).first->second;
}

// Zeros where there is none: a voting member has one of each purpose that consensus asks for.
crypto::PublicKey key_for(const v1::MemberRecord& member, v1::KeyPurpose purpose) {
  const auto found = std::ranges::find(member.keys(), purpose, &v1::MemberKey::purpose);
  if (found == member.keys().end()) return {};
  return crypto::PublicKey::from(found->public_key()).value_or(crypto::PublicKey{});
}

}  // namespace

std::shared_ptr<const v1::MemberRecord> member_named(const StateView& state, std::string_view administration) {
  if (!well_formed_country(administration)) return nullptr;
  const auto bytes = state.get(map_key(RecordType::kMember, administration, ""));
  return bytes ? parsed_member(*bytes) : nullptr;
}

bool votes(const v1::MemberRecord& member) { return !member.observer() && member.left_height() == 0; }

void for_each_member(const StateView& state, const std::function<void(const v1::MemberRecord&)>& each) {
  state.scan(map_prefix(RecordType::kMember), [&](const MapKey&, BytesView value) {
    each(*parsed_member(Bytes(value)));
    return true;
  });
}

consensus::MemberKeys consensus_keys(const v1::MemberRecord& member) {
  return {member.administration(),  key_for(member, v1::VOTE),      key_for(member, v1::COSIGNER),
          key_for(member, v1::LOG), key_for(member, v1::TRANSPORT), key_for(member, v1::GOVERNANCE)};
}

std::optional<std::string> other_member(const StateView& state, std::string_view author,
                                        const std::function<bool(const std::string& code)>& holds) {
  std::optional<std::string> found;
  state.scan(map_prefix(RecordType::kMember), [&](const MapKey& key, BytesView) {
    const std::string code(key.view().substr(1, 2));
    if (code != author && holds(code)) found = code;
    return !found;
  });
  return found;
}

}  // namespace quipu::ledger
