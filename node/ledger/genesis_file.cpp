// SPDX-License-Identifier: Apache-2.0
// Writing genesis files and member cards, and checking a card.
#include <boost/json.hpp>
#include <cassert>

#include "crypto/signature.h"
#include "node/ledger/canonical.h"
#include "node/ledger/date.h"
#include "node/ledger/genesis.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::ledger {
namespace {

namespace json = boost::json;

// One element a line, so that a person can read and compare files.
std::string lines_of(const json::array& elements) {
  std::string out = "[";
  for (const auto& element : elements) out += (out.size() > 1 ? ",\n  " : "\n  ") + json::serialize(element);
  return out + (elements.empty() ? "]" : "\n ]");
}

Bytes card_message(const v1::Member& member) {
  return crypto::ByteWriter().tag("quipu-card-v1").raw(canonical_bytes(member)).take();
}

std::expected<json::array, std::string> arrangements_of(std::string_view text) {
  if (text.empty()) return json::array{};
  const auto value = parse_strict_json(text);
  if (!value) return std::unexpected("arrangements: " + value.error());
  if (!value->is_array()) return std::unexpected("arrangements: expected an array");
  return value->get_array();
}

}  // namespace

std::expected<Bytes, std::string> make_genesis_file(const std::string& chain_id, std::uint64_t created_ms,
                                                    const std::vector<v1::Member>& members,
                                                    std::string_view arrangements_json) {
  const auto arrangements = arrangements_of(arrangements_json);
  if (!arrangements) return std::unexpected(arrangements.error());
  json::array member_list;
  for (const auto& member : members) member_list.push_back(message_to_json_value(member));
  const auto quoted = [](const std::string& text) { return json::serialize(json::string(text)); };
  Bytes file = "{\n \"chain_id\": " + quoted(chain_id) + ",\n \"created\": " + quoted(format_instant(created_ms));
  file += ",\n \"protocol_version\": 1,\n \"members\": " + lines_of(member_list);
  file += ",\n \"arrangements\": " + lines_of(*arrangements);
  file += ",\n \"parameters\": [],\n \"code_lists\": [],\n \"indicator_definitions\": []";
  file += "\n}\n";
  if (const auto parsed = parse_genesis(file); !parsed) return std::unexpected(parsed.error());
  return file;
}

Bytes make_member_card(const v1::Member& member, const crypto::SecretKey& governance) {
  assert(member.governance_key() == governance.public_key().view());
  json::object card;
  card["member"] = message_to_json_value(member);
  card["signature"] = crypto::to_base64(governance.sign(card_message(member)).view());
  return json::serialize(card) + "\n";
}

std::expected<std::shared_ptr<const v1::Member>, std::string> verify_member_card(BytesView card) {
  const auto value = parse_strict_json(card);
  if (!value) return std::unexpected("card: " + value.error());
  const json::object* object = value->if_object();
  const json::value* member_value = object != nullptr ? object->if_contains("member") : nullptr;
  const json::value* signature_value = object != nullptr ? object->if_contains("signature") : nullptr;
  if (member_value == nullptr || signature_value == nullptr || object->size() != 2 || !signature_value->is_string()) {
    return std::unexpected("card: expected an object of member and signature");
  }
  auto member = std::make_shared<v1::Member>();
  if (auto read = message_from_json(*member_value, *member, "member"); !read) return std::unexpected(read.error());
  if (auto ok = check_member(*member); !ok) return std::unexpected("member." + ok.error());
  const auto raw = crypto::from_base64(std::string_view(signature_value->get_string()));
  const auto signature = crypto::Signature::from(raw.value_or(Bytes()));
  const auto key = crypto::PublicKey::from(member->governance_key());
  if (!signature || !key || !crypto::verify(*key, card_message(*member), *signature)) {
    return std::unexpected("card: the signature is not that of the member's governance key");
  }
  return member;
}

}  // namespace quipu::ledger
