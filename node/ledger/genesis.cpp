// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/genesis.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "crypto/note.h"
#include "node/ledger/date.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::ledger {
namespace {

namespace json = boost::json;
using Outcome = std::expected<void, std::string>;

constexpr std::size_t kGenesisBytes = 4 << 20;

std::unexpected<std::string> refuse(std::string what) { return std::unexpected(std::move(what)); }

bool is_chain_id(std::string_view id) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() <= 63 && letter_or_digit(id.front()) &&
         std::ranges::all_of(id, [&](char c) { return letter_or_digit(c) || c == '-'; });
}

// A note key name: printable ASCII without space and plus.
bool is_origin(std::string_view origin) {
  return !origin.empty() && origin.size() <= 255 &&
         std::ranges::all_of(origin, [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
}

Outcome only_known_keys(const json::object& file) {
  static const std::set<std::string_view> known = {"chain_id",         "origin",     "created",
                                                   "protocol_version", "members",    "arrangements",
                                                   "parameters",       "code_lists", "indicator_definitions"};
  for (const auto& member : file) {
    if (!known.contains(std::string_view(member.key()))) return refuse(std::string(member.key()) + ": no such field");
  }
  return {};
}

std::expected<std::string, std::string> text_of(const json::object& file, std::string_view key) {
  const json::value* value = file.if_contains(key);
  if (value == nullptr || !value->is_string()) return refuse(std::string(key) + ": expected a string");
  return std::string(value->get_string());
}

Outcome read_identity(const json::object& file, Genesis& out) {
  const auto chain_id = text_of(file, "chain_id");
  if (!chain_id) return refuse(chain_id.error());
  if (!is_chain_id(*chain_id)) return refuse("chain_id: not [a-z0-9][a-z0-9-]{0,62}");
  out.chain_id = *chain_id;
  out.origin = *chain_id + ".quipu.invalid";
  if (file.contains("origin")) {
    const auto origin = text_of(file, "origin");
    if (!origin || !is_origin(*origin)) return refuse("origin: not a name without spaces and +");
    out.origin = *origin;
  }
  const auto created = text_of(file, "created");
  const auto created_ms = created && created->ends_with('Z') ? parse_instant_ms(*created) : std::nullopt;
  if (!created_ms) return refuse("created: not an instant in UTC like 2026-01-31T12:00:00Z");
  out.created_ms = *created_ms;
  const json::value* version = file.if_contains("protocol_version");
  if (version == nullptr || *version != kFirstProtocolVersion)
    return refuse("protocol_version: this program knows 1 alone");
  out.protocol_version = kFirstProtocolVersion;
  return {};
}

// An array of messages of one type; an absent one is empty.
template <class T>
Outcome read_list(const json::object& file, std::string_view key, std::shared_ptr<const std::vector<T>>& out) {
  auto list = std::make_shared<std::vector<T>>();
  if (const json::value* value = file.if_contains(key)) {
    if (!value->is_array()) return refuse(std::string(key) + ": expected an array");
    for (const auto& element : value->get_array()) {
      const std::string path = std::string(key) + "[" + std::to_string(list->size()) + "]";
      if (auto read = message_from_json(element, list->emplace_back(), path); !read) return read;
    }
  }
  out = std::move(list);
  return {};
}

Outcome read_lists(const json::object& file, Genesis& out) {
  if (auto read = read_list(file, "members", out.all_members); !read) return read;
  if (auto read = read_list(file, "arrangements", out.arrangements); !read) return read;
  if (auto read = read_list(file, "parameters", out.parameters); !read) return read;
  if (auto read = read_list(file, "code_lists", out.code_lists); !read) return read;
  return read_list(file, "indicator_definitions", out.indicator_definitions);
}

// Key ids of the notes' key names, which verifiers see as (name, id) pairs.
Outcome check_note_keys(const Genesis& genesis) {
  std::set<std::pair<std::string, crypto::NoteKeyId>> seen;
  for (const auto& keys : genesis.members.all()) {
    const crypto::NoteVerifier log{genesis.origin, crypto::NoteKeyType::kEd25519, keys.log};
    if (!seen.emplace(log.name, log.id()).second) return refuse("members: the note key id of a log key occurs twice");
  }
  return {};
}

Outcome take_members(Genesis& out) {
  std::set<std::string> codes;
  std::set<crypto::PublicKey> keys;
  std::vector<consensus::MemberKeys> voting;
  for (const auto& member : *out.all_members) {
    const std::string place = "members[" + std::to_string(codes.size()) + "]";
    if (auto ok = check_member(member); !ok) return refuse(place + "." + ok.error());
    if (!codes.insert(member.administration()).second) return refuse(place + ".administration: occurs twice");
    for (const auto& key : keys_of(member)) {
      if (!keys.insert(key.key).second) return refuse(place + ": uses a key of another member");
    }
    if (!member.address().empty()) out.addresses[member.administration()] = member.address();
    if (!member.observer()) voting.push_back(consensus_keys(member));
  }
  auto set = consensus::MemberSet::make(std::move(voting));
  if (!set) return refuse("members: no voting member, or more than 255");
  out.members = *std::move(set);
  return check_note_keys(out);
}

bool is_identifier(std::string_view id) {
  const auto letter_or_digit = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() <= 64 && letter_or_digit(id.front()) &&
         std::ranges::all_of(id, [&](char c) { return letter_or_digit(c) || c == '-'; });
}

Outcome check_arrangement(const v1::Arrangement& arrangement, const std::string& place) {
  if (!is_identifier(arrangement.arrangement())) return refuse(place + ".arrangement: not [A-Z0-9][A-Z0-9-]{0,63}");
  if (!Date::parse(arrangement.signed_on())) return refuse(place + ".signed_on: no real date");
  const std::set<std::string> parties(arrangement.parties().begin(), arrangement.parties().end());
  const bool known = std::ranges::all_of(parties, is_administration);
  if (!known || parties.size() < 2 || parties.size() != static_cast<std::size_t>(arrangement.parties_size())) {
    return refuse(place + ".parties: expected two or more country codes, each once");
  }
  return {};
}

Outcome check_arrangements(const Genesis& genesis) {
  std::set<std::string> ids;
  for (const auto& arrangement : *genesis.arrangements) {
    const std::string place = "arrangements[" + std::to_string(ids.size()) + "]";
    if (auto ok = check_arrangement(arrangement, place); !ok) return ok;
    if (!ids.insert(arrangement.arrangement()).second) return refuse(place + ".arrangement: occurs twice");
  }
  return {};
}

template <class List, class Name>
Outcome names_once(const List& list, std::string_view key, const Name& name_of) {
  std::set<std::string> seen;
  for (const auto& entry : list) {
    const std::string name = name_of(entry);
    if (name.empty() || name == "0") return refuse(std::string(key) + ": an entry has no name");
    if (!seen.insert(name).second) return refuse(std::string(key) + ": " + name + " occurs twice");
  }
  return {};
}

Outcome check_register(const Genesis& genesis) {
  if (auto ok = check_arrangements(genesis); !ok) return ok;
  if (auto ok = names_once(*genesis.parameters, "parameters", [](const auto& p) { return p.name(); }); !ok) return ok;
  if (auto ok = names_once(*genesis.code_lists, "code_lists", [](const auto& l) { return l.name(); }); !ok) return ok;
  return names_once(*genesis.indicator_definitions, "indicator_definitions",
                    [](const auto& d) { return std::to_string(d.definition()); });
}

}  // namespace

std::expected<Genesis, std::string> parse_genesis(BytesView file) {
  if (file.size() > kGenesisBytes) return refuse("genesis: over 4 MiB");
  const auto value = parse_strict_json(file);
  if (!value) return refuse("genesis: " + value.error());
  if (!value->is_object()) return refuse("genesis: expected an object");
  const json::object& object = value->get_object();
  Genesis out;
  if (auto ok = only_known_keys(object); !ok) return refuse(ok.error());
  if (auto ok = read_identity(object, out); !ok) return refuse(ok.error());
  if (auto ok = read_lists(object, out); !ok) return refuse(ok.error());
  if (auto ok = take_members(out); !ok) return refuse(ok.error());
  if (auto ok = check_register(out); !ok) return refuse(ok.error());
  out.file = Bytes(file);
  out.chain = crypto::sha256(file);
  return out;
}

}  // namespace quipu::ledger
