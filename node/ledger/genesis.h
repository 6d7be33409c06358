// SPDX-License-Identifier: Apache-2.0
// The file that founds a chain: its members, arrangements and parameters; its digest is the chain's identity. Pure.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "consensus/members.h"
#include "consensus/types.h"
#include "node/ledger/protocol_version.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

namespace v1 {
class Arrangement;
class CodeList;
class IndicatorDefinition;
class Parameter;
}  // namespace v1

struct Genesis {
  Bytes file;  // as stored: hashed, never re-encoded
  consensus::ChainId chain;
  std::string chain_id;
  std::string origin;
  std::uint64_t created_ms = 0;
  std::uint32_t protocol_version = kFirstProtocolVersion;
  consensus::MemberSet members;  // the voting ones
  std::shared_ptr<const std::vector<v1::Member>> all_members;
  std::map<std::string, std::string> addresses;  // code -> host:port of the peer listener
  // The rest of the file, in its order; never null after parse_genesis.
  std::shared_ptr<const std::vector<v1::Arrangement>> arrangements;
  std::shared_ptr<const std::vector<v1::Parameter>> parameters;
  std::shared_ptr<const std::vector<v1::CodeList>> code_lists;
  std::shared_ptr<const std::vector<v1::IndicatorDefinition>> indicator_definitions;

  consensus::Scope scope() const { return {chain, {0}, chain}; }
};

// Strict JSON (docs/formats.md); checks admissible keys, key ids unique within an administration, no key used twice,
// real dates, known arrangement parties. The error is one line with the place.
std::expected<Genesis, std::string> parse_genesis(BytesView file);

// The records that block 0 writes, by rules of their own: members, keys, arrangements, parameters, lists, definitions.
class Overlay;
void write_genesis_state(const Genesis& genesis, Overlay& state);

// A genesis file for these members (their `Member` messages, keys included; kept in the order given), with the
// protocol's first parameters and definitions. `arrangements_json`: a JSON array of Arrangement, or empty for none. The
// result passes parse_genesis; the error is what that found.
std::expected<Bytes, std::string> make_genesis_file(const std::string& chain_id, std::uint64_t created_ms,
                                                    const std::vector<v1::Member>& members,
                                                    std::string_view arrangements_json);

// A member card {"member": {...}, "signature": "<base64>"}: what an administration hands in for a genesis, signed with
// its GOVERNANCE key over "quipu-card-v1" 00 || canonical Member. Requires that `governance` is the member's
// governance_key.
Bytes make_member_card(const v1::Member& member, const crypto::SecretKey& governance);
// The member, once form, keys and signature are found right.
std::expected<std::shared_ptr<const v1::Member>, std::string> verify_member_card(BytesView card);

}  // namespace quipu::ledger
