// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/membership.h"

#include <cassert>

#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

std::optional<v1::MembershipRecord> record_in(const StateView& state) {
  return get<v1::MembershipRecord>(state, "--", kMembershipId);
}

}  // namespace

std::shared_ptr<const Membership> genesis_membership(const Genesis& genesis) {
  return std::make_shared<const Membership>(Membership{{0}, genesis.chain, genesis.members, genesis.protocol_version});
}

consensus::MemberSet voting_members(const StateView& state) {
  std::vector<consensus::MemberKeys> voting;
  for_each_member(state, [&](const v1::MemberRecord& member) {
    if (votes(member)) voting.push_back(consensus_keys(member));
  });
  auto set = consensus::MemberSet::make(std::move(voting));
  assert(set);
  return *std::move(set);
}

Membership membership_of(const StateView& state, const crypto::Digest& anchor) {
  const auto record = record_in(state);
  return {{record ? record->epoch() : 0}, anchor, voting_members(state), protocol_version_after(state)};
}

std::uint32_t protocol_version_after(const StateView& state) {
  const auto record = record_in(state);
  return record && record->protocol_version() != 0 ? record->protocol_version() : kFirstProtocolVersion;
}

std::string outgrown(const Membership& membership, std::uint32_t newest) {
  if (membership.protocol_version <= newest) return {};
  return "the ledger goes on with protocol version " + std::to_string(membership.protocol_version) +
         " and this program knows " + std::to_string(newest) + ": install a newer one";
}

std::string outgrown(const Membership& membership, const Genesis& genesis) {
  return outgrown(membership, newest_protocol_version(genesis.chain_id));
}

bool ends_epoch(const Overlay& block) {
  return block.changes().contains(map_key(RecordType::kRegister, "--", kMembershipId));
}

Bytes ready_bytes(const consensus::Scope& scope, consensus::Height height, const crypto::PublicKey& vote_key,
                  std::string_view proposal) {
  crypto::ByteWriter out;
  out.tag("quipu-ready-v1").raw(scope.chain.view()).u64(scope.epoch.value).raw(scope.anchor.view());
  return out.u64(height.value).raw(vote_key.view()).raw(proposal).take();
}

}  // namespace quipu::ledger
