// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/genesis.h"

#include <catch2/catch.hpp>

#include "node/ledger/block.h"
#include "node/ledger/state.pb.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace genesis_test {

// The sample file with the first occurrence of a text replaced.
Bytes replaced(const std::string& what, const std::string& with) {
  Bytes file = sample::genesis_file();
  const auto at = file.find(what);
  REQUIRE(at != Bytes::npos);
  return file.replace(at, what.size(), with);
}

std::string error_of(const Bytes& file) {
  const auto parsed = parse_genesis(file);
  return parsed ? "" : parsed.error();
}

TEST_CASE("A genesis file that was made is read back whole") {
  const auto genesis = parse_genesis(sample::genesis_file());
  REQUIRE(genesis);
  CHECK(genesis->chain == crypto::sha256(sample::genesis_file()));
  CHECK(genesis->chain_id == "sample-1");
  CHECK(genesis->origin == "sample-1.quipu.invalid");
  CHECK(genesis->created_ms == sample::kCreated_ms);
  CHECK(genesis->members.size() == 4);
  CHECK(genesis->members[1].code == "BR");
  CHECK(genesis->members[1].vote == sample::key("BR", "vote").public_key());
  CHECK(genesis->addresses.at("PE") == "127.0.0.1:8481");
  CHECK(genesis->arrangements->size() == 1);
}

TEST_CASE("A genesis file with a fault is refused with the place") {
  const auto key = [](const std::string& code, const std::string& purpose) {
    return crypto::to_base64(sample::public_key(code, purpose));
  };
  const std::pair<Bytes, const char*> table[] = {
      {replaced("sample-1", "Sample"), "chain_id"},
      {replaced("sample-1", "-sample"), "chain_id"},
      {replaced("\"created\": \"2026-09-21", "\"created\": \"2026-02-30"), "created"},
      {replaced("Z\",\n", "+01:00\",\n"), "created"},
      {replaced("version\": 1", "version\": 2"), "protocol_version"},
      {replaced("version\": 1", "version\": 1.0"), "protocol_version"},
      {replaced("\"parameters\"", "\"parameter\""), "parameter: no such field"},
      {replaced("\"parameters\": []", "\"parameters\": [], \"parameters\": []"),
       "genesis: an object names a key twice"},
      {replaced("\"administration\":\"BR\"", "\"administration\":\"BO\""), "members[1].administration"},
      {replaced("\"administration\":\"BR\"", "\"administration\":\"br\""), "members[1].administration"},
      {replaced(key("BR", "vote"), key("BO", "vote")), "members[1]: uses a key of another member"},
      {replaced(key("BR", "vote"), key("BR", "log")), "members[1].log_key"},
      {replaced(key("CL", "issuer"), crypto::to_base64(Bytes(32, '\0'))), "members[2].issuer_keys"},
      {replaced(key("CL", "issuer"), "AAAA"), "members[2].issuer_keys"},
      {replaced("127.0.0.1:8481", "127.0.0.1"), "members[0].address"},
      {replaced("\"utc_offset_minutes\":-240", "\"utc_offset_minutes\":-900"), "members[0].utc_offset_minutes"},
      {replaced("2022-05-18", "2022-02-29"), "arrangements[0].signed_on"},
      {replaced("\"parties\":[\"BO\",\"BR\"", "\"parties\":[\"BO\",\"BO\""), "arrangements[0].parties"},
      {replaced("\"parties\":[\"BO\",\"BR\"", "\"parties\":[\"BO\",\"Brazil\""), "arrangements[0].parties"},
      {"{}", "chain_id"},
      {"", "genesis: not strict JSON"},
  };
  for (const auto& [file, place] : table) {
    INFO(place);
    CHECK_THAT(error_of(file), Catch::Matchers::StartsWith(place));
  }
}

TEST_CASE("Block 0 holds the genesis leaf and a seal over the records of the file") {
  const auto genesis = sample::genesis();
  const auto block = genesis_block(genesis);
  REQUIRE(block.block.leaves.size() == 2);
  CHECK(block.block.leaves[0] == genesis_leaf(genesis.chain));
  CHECK(block.block.leaves[0].size() == 49);
  const auto seal = decode_seal_leaf(block.block.leaves[1]);
  REQUIRE(seal);
  CHECK(seal->block_time_ms == sample::kCreated_ms);
  CHECK(seal->proposer.empty());
  CHECK(seal->previous_root == crypto::empty_root());
  CHECK(seal->membership_hash == genesis.members.hash());
  CHECK(seal->state_root == block.after.map.root());
  CHECK(block.after.tree.size() == 2);
  CHECK(block.block.header.tree_root == block.after.tree.root());
  CHECK(block.after.block == consensus::block_id(genesis.chain, block.block.header));
}

TEST_CASE("Block 0 names every key of every member") {
  const auto block = genesis_block(sample::genesis());
  for (const auto& code : sample::kCodes) {
    const auto raw = block.after.state->get(map_key(RecordType::kMember, code, ""));
    REQUIRE(raw);
    v1::MemberRecord record;
    REQUIRE(record.ParseFromString(*raw));
    CHECK(record.keys_size() == 7);
    for (const auto& key : record.keys()) {
      CHECK(block.after.state->get(map_key(RecordType::kKey, code, crypto::to_hex(key.public_key()))));
    }
  }
}

TEST_CASE("A member card is taken with the governance key's signature alone") {
  const auto member = sample::member("BO");
  const Bytes card = make_member_card(member, sample::key("BO", "governance"));
  const auto read = verify_member_card(card);
  REQUIRE(read);
  CHECK((*read)->SerializeAsString() == member.SerializeAsString());
  for (std::size_t at = 0; at + 1 < card.size(); ++at) {
    Bytes changed = card;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(verify_member_card(changed));
  }
}

}  // namespace genesis_test
}  // namespace quipu::ledger
