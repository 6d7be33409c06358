// SPDX-License-Identifier: Apache-2.0
#include "consensus/members.h"

#include <algorithm>
#include <set>

#include "consensus/limits.h"
#include "crypto/digest.h"

namespace quipu::consensus {

namespace {

// A length-delimited protobuf field; the canonical form leaves out an empty one.
void put_field(crypto::ByteWriter& out, std::uint8_t number, BytesView value) {
  if (value.empty()) return;
  out.u8(static_cast<std::uint8_t>(number << 3 | 2)).varint(value.size()).raw(value);
}

bool well_formed_code(const std::string& code) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return code.size() == 2 && std::ranges::all_of(code, upper);
}

}  // namespace

Bytes encode(const MemberKeys& keys) {
  crypto::ByteWriter out;
  put_field(out, 1, keys.code);
  put_field(out, 2, keys.vote.view());
  put_field(out, 3, keys.cosigner.view());
  put_field(out, 4, keys.log.view());
  put_field(out, 5, keys.transport.view());
  put_field(out, 6, keys.governance.view());
  return out.take();
}

std::size_t max_faulty(std::size_t members) { return members == 0 ? 0 : (members - 1) / 3; }
std::size_t quorum_size(std::size_t members) { return members - max_faulty(members); }

std::optional<MemberSet> MemberSet::make(std::vector<MemberKeys> members) {
  if (members.empty() || members.size() > limits::kMembers) return std::nullopt;
  std::ranges::sort(members, {}, &MemberKeys::code);
  std::set<crypto::PublicKey> votes;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!well_formed_code(members[i].code)) return std::nullopt;
    if (i > 0 && members[i].code == members[i - 1].code) return std::nullopt;
    if (!votes.insert(members[i].vote).second) return std::nullopt;
  }
  MemberSet set;
  set.members_ = std::move(members);
  return set;
}

std::optional<MemberIndex> MemberSet::index_of(const std::string& code) const {
  const auto at = std::ranges::lower_bound(members_, code, {}, &MemberKeys::code);
  if (at == members_.end() || at->code != code) return std::nullopt;
  return static_cast<MemberIndex>(at - members_.begin());
}

crypto::Digest MemberSet::hash() const {
  crypto::ByteWriter out;
  out.tag("quipu-members-v1");
  for (const auto& member : members_) {
    const Bytes encoded = encode(member);
    out.u16(static_cast<std::uint16_t>(encoded.size())).raw(encoded);
  }
  return crypto::sha256(out.view());
}

std::vector<MemberIndex> MemberSet::leader_order(const crypto::Digest& anchor) const {
  std::vector<std::pair<crypto::Digest, MemberIndex>> keyed;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    crypto::ByteWriter out;
    out.tag("quipu-leader-v1").raw(anchor.view()).raw(members_[i].code);
    keyed.emplace_back(crypto::sha256(out.view()), static_cast<MemberIndex>(i));
  }
  std::ranges::sort(keyed);
  std::vector<MemberIndex> order;
  for (const auto& [key, index] : keyed) order.push_back(index);
  return order;
}

}  // namespace quipu::consensus
