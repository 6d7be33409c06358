// SPDX-License-Identifier: Apache-2.0
// Leaves, seals, genesis files.
#include <array>

#include "node/ledger/block.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/ledger/sample_chain.h"
#include "tests/vectors/vectors.h"

namespace quipu::vectors {
namespace {

constexpr std::uint64_t kIssuedAt_s = 1'790'000'005;
constexpr const char* kChainId = "sample-1";

json::array issuer_keys() {
  json::array keys;
  for (const auto& code : sample::kCodes) {
    keys.push_back({{"administration", code}, {"public_key", crypto::to_hex(sample::public_key(code, "issuer"))}});
  }
  return keys;
}

std::optional<crypto::PublicKey> key_of(const json::object& context, const crypto::Statement& statement) {
  for (const auto& entry : context.at("keys").as_array()) {
    const auto key = *crypto::PublicKey::from(bytes_at(entry.as_object(), "public_key"));
    if (text_at(entry.as_object(), "administration") != statement.administration) continue;
    if (crypto::key_id(key) == statement.kid) return key;
  }
  return std::nullopt;
}

Bytes signed_leaf(const Bytes& payload, const std::string& administration = "BO", const std::string& chain = kChainId) {
  return crypto::sign_statement(sample::key("BO", "issuer"), administration, chain, kIssuedAt_s, payload);
}

Bytes flipped(Bytes bytes, std::size_t at) {
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
  return bytes;
}

// S plus the group's order: the same equation holds.
Bytes with_large_s(Bytes leaf) {
  constexpr std::array<std::uint8_t, 32> kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    char& c = leaf[leaf.size() - kOrder.size() + i];
    carry += static_cast<std::uint8_t>(c) + kOrder[i];
    c = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  return leaf;
}

std::vector<Vector> bad_leaves(const Bytes& payload) {
  const Bytes leaf = signed_leaf(payload);
  Bytes unprotected = leaf, long_array = leaf, other_algorithm = leaf;
  unprotected.replace(unprotected.find("\xa0"), 1, "\xa1\x01\x02");
  long_array.replace(1, 1, "\x98\x04");
  other_algorithm[leaf.find("\x01\x32") + 1] = '\x27';
  const auto with = [](const Bytes& bytes) { return bytes_input(bytes); };
  const Bytes foreign = crypto::sign_statement(sample::key("stranger", "issuer"), "BO", kChainId, kIssuedAt_s, payload);
  return {
      bad("cut short", with(leaf.substr(0, leaf.size() - 1)), "MALFORMED_ENVELOPE"),
      bad("with a byte behind it", with(leaf + "x"), "MALFORMED_ENVELOPE"),
      bad("without its tag", with(leaf.substr(1)), "MALFORMED_ENVELOPE"),
      bad("with an unprotected header", with(unprotected), "MALFORMED_ENVELOPE"),
      bad("with a length that is not the shortest", with(long_array), "MALFORMED_ENVELOPE"),
      bad("with another algorithm", with(other_algorithm), "MALFORMED_ENVELOPE"),
      bad("with an unknown field", with(signed_leaf(payload + Bytes("\x98\x06\x01", 3))), "NOT_CANONICAL"),
      bad("with a default spelled out", with(signed_leaf(payload + Bytes("\x28\x00", 2))), "NOT_CANONICAL"),
      bad("another name in the header than in the payload", with(signed_leaf(payload, "BR")), "HEADER_MISMATCH"),
      bad("another chain in the header than in the payload", with(signed_leaf(payload, "BO", "sample-2")),
          "HEADER_MISMATCH"),
      bad("signed by a key that is not the author's", with(foreign), "UNKNOWN_KEY"),
      bad("with a turned bit in the signature", with(flipped(leaf, leaf.size() - 40)), "BAD_SIGNATURE"),
      bad("with an S that is not below the group's order", with(with_large_s(leaf)), "BAD_SIGNATURE"),
  };
}

Bytes sample_seal() { return ledger::genesis_block(sample::genesis()).block.leaves.back(); }

}  // namespace

Collection make_leaves() {
  Collection out{
      .about = "A submission's leaf, and the issuers' keys in force; it gives its id and what its header claims.",
      .section = "section 3"};
  out.context = {{"chain_id", kChainId}, {"keys", issuer_keys()}};
  const Bytes one = ledger::canonical(sample::registrations("BO", 1, 1, 1));
  out.vectors = {good("one firm registered", bytes_input(signed_leaf(one))),
                 good("three firms in one submission",
                      bytes_input(signed_leaf(ledger::canonical(sample::registrations("BO", 2, 2, 3)))))};
  auto other_chain = sample::registrations("BO", 1, 1, 1);
  other_chain.set_chain_id("sample-2");
  out.vectors.push_back(bad("of another chain",
                            bytes_input(signed_leaf(ledger::canonical(other_chain), "BO", "sample-2")), "WRONG_CHAIN"));
  for (auto& vector : bad_leaves(one)) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_leaf(const json::object& context, const json::object& input) {
  const auto submission = ledger::decode_submission(bytes_at(input, "bytes"), text_at(context, "chain_id"));
  if (!submission) return std::nullopt;
  const auto& statement = submission->statement;
  const auto key = key_of(context, statement);
  if (!key || !crypto::verify_statement(statement, *key)) return std::nullopt;
  return json::object{{"id", crypto::to_hex(submission->id.view())}, {"administration", statement.administration},
                      {"issued_at", statement.issued_at_s},          {"kid", crypto::to_hex(statement.kid.view())},
                      {"sequence", submission->sequence()},          {"events", submission->events()},
                      {"payload", crypto::to_hex(statement.payload)}};
}

Collection make_seals() {
  Collection out{.about = "A block's last leaf; it gives its fields and its leaf hash.", .section = "section 4"};
  const Bytes leaf = sample_seal();
  auto seal = *ledger::decode_seal_leaf(leaf);
  seal.height = {7};
  seal.epoch = {2};
  seal.proposer = "PE";
  seal.first_index = seal.previous_size = 100;
  seal.submissions = 3;
  const Bytes later = ledger::encode_seal_leaf(seal);
  Bytes short_root = later;  // previous_root: field 9, 32 bytes
  const auto at = short_root.find(Bytes("\x4a\x20", 2));
  short_root.erase(at + 2, 1);
  short_root[at + 1] = '\x1f';
  out.vectors = {good("of the genesis block", bytes_input(leaf)),
                 good("of a later block", bytes_input(later)),
                 bad("with another tag", bytes_input(flipped(leaf, 3)), "tag"),
                 bad("cut short", bytes_input(later.substr(0, later.size() - 1)), "not canonical"),
                 bad("with an unknown field", bytes_input(later + Bytes("\x98\x06\x01", 3)), "not canonical"),
                 bad("with a default spelled out", bytes_input(leaf + Bytes("\x60\x01", 2)), "not canonical"),
                 bad("with a root of 31 bytes", bytes_input(short_root), "a root is not 32 bytes long")};
  return out;
}

std::optional<json::object> judge_seal(const json::object&, const json::object& input) {
  const Bytes leaf = bytes_at(input, "bytes");
  const auto seal = ledger::decode_seal_leaf(leaf);
  if (!seal) return std::nullopt;
  return json::object{{"leaf_hash", crypto::to_hex(crypto::leaf_hash(leaf).view())},
                      {"chain_id", seal->chain_id},
                      {"height", seal->height.value},
                      {"epoch", seal->epoch.value},
                      {"proposer", seal->proposer},
                      {"block_time_ms", seal->block_time_ms},
                      {"first_index", seal->first_index},
                      {"submissions", seal->submissions},
                      {"previous_size", seal->previous_size},
                      {"previous_root", crypto::to_hex(seal->previous_root.view())},
                      {"state_root", crypto::to_hex(seal->state_root.view())},
                      {"membership_hash", crypto::to_hex(seal->membership_hash.view())},
                      {"protocol_version", seal->protocol_version}};
}

Collection make_genesis_files() {
  Collection out{.about = "A genesis file; it gives the chain, the members' hash, and the first block's two roots.",
                 .section = "sections 2, 5 and 9"};
  const std::string file = sample::genesis_file();
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string text = file;
    text.replace(text.find(from), from.size(), to);
    return text_input(text);
  };
  out.vectors = {
      good("of four members", text_input(file)),
      bad("with an unknown field", replaced("\"chain_id\"", "\"colour\": 1, \"chain_id\""), "unknown field"),
      bad("with a field twice", replaced("\"chain_id\"", "\"chain_id\": \"x\", \"chain_id\""), "duplicate key"),
      bad("with text behind it", text_input(file + "x"), "trailing text"),
      bad("of another protocol version", replaced("\"protocol_version\": 1", "\"protocol_version\": 2"),
          "protocol version"),
      bad("with a chain id that is out of form", replaced("sample-1", "Sample 1"), "chain id"),
      bad("with a member twice", replaced("\"administration\":\"BR\"", "\"administration\":\"BO\""),
          "administration twice")};
  return out;
}

std::optional<json::object> judge_genesis(const json::object&, const json::object& input) {
  const auto genesis = ledger::parse_genesis(text_at(input, "text"));
  if (!genesis) return std::nullopt;
  const auto block = ledger::genesis_block(*genesis);
  json::array codes;
  for (const auto& member : genesis->members.all()) codes.push_back(json::value(member.code));
  return json::object{{"chain", crypto::to_hex(genesis->chain.view())},
                      {"chain_id", genesis->chain_id},
                      {"origin", genesis->origin},
                      {"voters", codes},
                      {"membership_hash", crypto::to_hex(genesis->members.hash().view())},
                      {"first_leaf", crypto::to_hex(block.block.leaves.front())},
                      {"seal", crypto::to_hex(block.block.leaves.back())},
                      {"state_root", crypto::to_hex(block.after.map.root().view())},
                      {"root", crypto::to_hex(block.after.tree.root().view())},
                      {"block", crypto::to_hex(block.after.block.view())}};
}

}  // namespace quipu::vectors
