// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/genesis_members.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "node/ledger/ledger.pb.h"

namespace quipu::ledger {
namespace {

constexpr int kOffsetMost_minutes = 14 * 60;

std::unexpected<std::string> refuse(std::string_view field, std::string_view what) {
  return std::unexpected(std::string(field) + ": " + std::string(what));
}

struct NamedKey {
  std::string field;
  int purpose;
  BytesView bytes;
};

std::vector<NamedKey> raw_keys(const v1::Member& member) {
  std::vector<NamedKey> keys = {{"governance_key", v1::GOVERNANCE, member.governance_key()},
                                {"vote_key", v1::VOTE, member.vote_key()},
                                {"transport_key", v1::TRANSPORT, member.transport_key()},
                                {"cosigner_key", v1::COSIGNER, member.cosigner_key()},
                                {"log_key", v1::LOG, member.log_key()}};
  for (const auto& key : member.issuer_keys()) keys.push_back({"issuer_keys", v1::ISSUER, key});
  for (const auto& key : member.approver_keys()) keys.push_back({"approver_keys", v1::APPROVER, key});
  return keys;
}

bool may_be_absent(const NamedKey& key, const v1::Member& member) {
  return member.observer() && key.purpose != v1::ISSUER && key.purpose != v1::APPROVER;
}

std::expected<void, std::string> check_keys(const v1::Member& member) {
  std::set<crypto::PublicKey> seen;
  std::set<crypto::KeyId> ids;
  for (const auto& named : raw_keys(member)) {
    if (named.bytes.empty() && may_be_absent(named, member)) continue;
    const auto key = crypto::PublicKey::from(named.bytes);
    if (!key || !crypto::admissible(*key)) return refuse(named.field, "not an admissible Ed25519 public key");
    if (!seen.insert(*key).second) return refuse(named.field, "this key serves another purpose already");
    if (!ids.insert(crypto::key_id(*key)).second) return refuse(named.field, "its key id is taken within the member");
  }
  if (!member.observer() && member.issuer_keys().empty()) return refuse("issuer_keys", "a voting member needs one");
  return {};
}

bool is_address(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view digits = address.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

crypto::PublicKey fixed(BytesView key) { return crypto::PublicKey::from(key).value_or(crypto::PublicKey{}); }

}  // namespace

bool is_administration(std::string_view code) {
  return code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::vector<PurposedKey> keys_of(const v1::Member& member) {
  std::vector<PurposedKey> keys;
  for (const auto& named : raw_keys(member)) {
    if (const auto key = crypto::PublicKey::from(named.bytes)) keys.push_back({named.purpose, *key});
  }
  return keys;
}

std::expected<void, std::string> check_member(const v1::Member& member) {
  if (!is_administration(member.administration())) return refuse("administration", "not two capital letters");
  if (!member.address().empty() && !is_address(member.address())) return refuse("address", "not host:port");
  if (std::abs(member.utc_offset_minutes()) > kOffsetMost_minutes) return refuse("utc_offset_minutes", "over 14 hours");
  return check_keys(member);
}

consensus::MemberKeys consensus_keys(const v1::Member& member) {
  return {member.administration(), fixed(member.vote_key()),      fixed(member.cosigner_key()),
          fixed(member.log_key()), fixed(member.transport_key()), fixed(member.governance_key())};
}

}  // namespace quipu::ledger
