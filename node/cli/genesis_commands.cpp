// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <map>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/ledger/genesis.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

namespace fs = std::filesystem;
namespace v1 = ledger::v1;
using Paths = std::vector<fs::path>;

std::expected<Paths, std::string> files_in(const std::string& folder, std::string_view ending) {
  std::error_code error;
  Paths paths;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().ends_with(ending)) paths.push_back(entry.path());
  }
  if (error) return std::unexpected("cannot read the folder " + folder + ": " + error.message());
  if (paths.empty()) return std::unexpected("no *" + std::string(ending) + " file in " + folder);
  std::sort(paths.begin(), paths.end());
  return paths;
}

void add_key(v1::Member& member, const crypto::KeyFile& key) {
  const Bytes raw(key.public_key.view());
  if (key.purpose == "issuer") member.add_issuer_keys(raw);
  if (key.purpose == "approver") member.add_approver_keys(raw);
  if (key.purpose == "governance") member.set_governance_key(raw);
  if (key.purpose == "vote") member.set_vote_key(raw);
  if (key.purpose == "cosigner") member.set_cosigner_key(raw);
  if (key.purpose == "log") member.set_log_key(raw);
  if (key.purpose == "transport") member.set_transport_key(raw);
}

// The keys of a folder, all of one administration, one of each purpose but issuers and approvers.
struct KeyFolder {
  std::string administration;
  std::map<std::string, Paths> by_purpose;
};

std::expected<KeyFolder, std::string> read_keys(const std::string& folder, v1::Member& member) {
  const auto paths = files_in(folder, ".key");
  if (!paths) return std::unexpected(paths.error());
  KeyFolder keys;
  for (const fs::path& path : *paths) {
    const auto header = crypto::read_key_header(path);
    if (!header) return std::unexpected(header.error());
    if (keys.administration.empty()) keys.administration = header->administration;
    if (keys.administration != header->administration) {
      return std::unexpected(path.string() + " is a key of " + header->administration + ", others are of " +
                             keys.administration + ": keep one folder for each administration");
    }
    keys.by_purpose[header->purpose].push_back(path);
    add_key(member, *header);
  }
  for (const char* purpose : {"governance", "vote", "cosigner", "log", "transport"}) {
    if (keys.by_purpose[purpose].size() != 1) {
      return std::unexpected(folder + " must hold exactly one " + purpose + " key: make it with quipu key new");
    }
  }
  if (member.issuer_keys_size() == 0)
    return std::unexpected(folder + " holds no issuer key: make one with quipu key new");
  return keys;
}

// What the administration says of itself: one Member, or a list that has its entry.
std::expected<void, std::string> read_profile(const std::string& file, const std::string& administration,
                                              v1::Member& member) {
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  const auto json = ledger::parse_strict_json(*text);
  if (!json) return std::unexpected(file + ": " + json.error());
  if (!json->is_array()) return ledger::message_from_json(*json, member, file);
  for (const auto& entry : json->get_array()) {
    v1::Member candidate;
    if (auto read = ledger::message_from_json(entry, candidate, file); !read) return read;
    if (candidate.administration() != administration) continue;
    member = candidate;
    return {};
  }
  return std::unexpected(file + " has no entry for " + administration);
}

std::uint64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

boost::json::object summary(const ledger::Genesis& genesis) {
  boost::json::array members;
  for (const auto& member : genesis.members.all()) {
    const auto address = genesis.addresses.find(member.code);
    members.push_back(boost::json::object{{"administration", member.code},
                                          {"address", address == genesis.addresses.end() ? "" : address->second},
                                          {"vote_key", crypto::to_hex(member.vote.view())}});
  }
  return {{"chain_id", genesis.chain_id},       {"chain", crypto::to_hex(genesis.chain.view())},
          {"origin", genesis.origin},           {"protocol_version", genesis.protocol_version},
          {"quorum", genesis.members.quorum()}, {"tolerates_faulty", genesis.members.faulty()},
          {"members", std::move(members)}};
}

void add_missing(google::protobuf::RepeatedPtrField<std::string>& keys, const Bytes& key) {
  if (std::ranges::find(keys, key) == keys.end()) *keys.Add() = key;
}

// Officers' keys in force that are not in the folder: they are with the officers.
std::expected<void, std::string> keep_officers(const Global& global, v1::Member& member) {
  auto node = connect(global);
  if (!node) return std::unexpected(node.error());
  const auto answer = node->get_json("/v1/members/" + member.administration() + "/keys");
  if (!answer) return std::unexpected(answer.error());
  for (const auto& each : array_at(*answer, "keys")) {
    const auto key = crypto::from_hex(text_at(each, "public_key"));
    if (!key || number_at(each, "revoked_height")) continue;
    const auto purpose = text_at(each, "purpose");
    if (purpose == "ISSUER") add_missing(*member.mutable_issuer_keys(), *key);
    if (purpose == "APPROVER") add_missing(*member.mutable_approver_keys(), *key);
  }
  return {};
}

}  // namespace

Done member_card(const Global& global, const MemberCardOptions& options) {
  v1::Member member;
  const auto keys = read_keys(options.keys, member);
  if (!keys) return std::unexpected(keys.error());
  if (!options.profile.empty()) {
    v1::Member profile;
    if (auto read = read_profile(options.profile, keys->administration, profile); !read) return read;
    profile.MergeFrom(member);
    member = profile;
  }
  if (!member.administration().empty() && member.administration() != keys->administration) {
    return std::unexpected(options.profile + " is about " + member.administration() + ", the keys are of " +
                           keys->administration);
  }
  member.set_administration(keys->administration);
  member.set_address(options.address);
  if (!options.name.empty()) member.set_name(options.name);
  if (options.utc_offset_minutes != 0) member.set_utc_offset_minutes(options.utc_offset_minutes);
  if (options.dual_control) member.set_dual_control(true);
  if (options.keep_officers) {
    if (auto kept = keep_officers(global, member); !kept) return kept;
  }
  const auto governance = unlock(keys->by_purpose.at("governance").front(), options.passphrase_file);
  if (!governance) return std::unexpected(governance.error());
  const Bytes card = ledger::make_member_card(member, governance->secret);
  if (const auto checked = ledger::verify_member_card(card); !checked) return std::unexpected(checked.error());
  if (auto written = write_file(options.out, card); !written) return written;
  print_answer(boost::json::object{{"administration", member.administration()},
                                   {"issuer_keys", member.issuer_keys_size()},
                                   {"approver_keys", member.approver_keys_size()},
                                   {"card", options.out}},
               global.output);
  return {};
}

Done genesis_new(const Global& global, const GenesisNewOptions& options) {
  const auto cards = files_in(options.members, ".member.json");
  if (!cards) return std::unexpected(cards.error());
  std::vector<v1::Member> members;
  for (const fs::path& path : *cards) {
    const auto card = read_file(path);
    if (!card) return std::unexpected(card.error());
    const auto member = ledger::verify_member_card(*card);
    if (!member) return std::unexpected(path.string() + ": " + member.error());
    members.push_back(**member);
  }
  const auto arrangements = options.arrangements.empty() ? Bytes() : read_file(options.arrangements);
  if (!arrangements) return std::unexpected(arrangements.error());
  const auto file = ledger::make_genesis_file(options.chain_id, now_ms(), members, *arrangements);
  if (!file) return std::unexpected(file.error());
  if (fs::exists(options.out)) return std::unexpected(options.out + " exists: a genesis is never overwritten");
  if (auto written = write_file(options.out, *file); !written) return written;
  return genesis_show(global, options.out);
}

Done genesis_show(const Global& global, const std::string& file) {
  const auto content = read_file(file);
  if (!content) return std::unexpected(content.error());
  const auto genesis = ledger::parse_genesis(*content);
  if (!genesis) return std::unexpected(file + ": " + genesis.error());
  print_answer(summary(*genesis), global.output);
  return {};
}

}  // namespace quipu::cli
