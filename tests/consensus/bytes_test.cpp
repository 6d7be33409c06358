// SPDX-License-Identifier: Apache-2.0
// Quorum arithmetic, and the signed and hashed bytes. The hex below was computed once by an independent script from the
// layouts in docs/formats.md; the twins here join the bytes by hand.
#include <catch2/catch.hpp>

#include <algorithm>

#include "consensus/limits.h"
#include "consensus/members.h"
#include "crypto/digest.h"

namespace quipu::consensus {

namespace {

const crypto::Digest kChain = crypto::sha256("genesis");
const Scope kScope{kChain, {1}, kChain};

template <class F>
F filled(std::uint8_t byte) {
  F value;
  value.bytes.fill(byte);
  return value;
}

const Subject kSubject{{5}, {4}, {9}, filled<BlockId>(0x22)};

std::string big_endian(std::uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
  return out;
}

MemberKeys keys_of(const std::string& code, std::uint8_t base) {
  const auto key = [&](int i) { return filled<crypto::PublicKey>(static_cast<std::uint8_t>(base + i)); };
  return {code, key(0), key(1), key(2), key(3), key(4)};
}

MemberSet five_members() {
  std::vector<MemberKeys> list;
  std::uint8_t base = 0;
  for (const auto* code : {"AR", "BO", "CL", "PE", "UY"}) list.push_back(keys_of(code, base += 16));
  std::ranges::reverse(list);
  return *MemberSet::make(std::move(list));
}

}  // namespace

TEST_CASE(
    "quorum_table: for n from 1 to 200 two quorums share an honest member and one is reached without the faulty") {
  for (std::size_t n = 1; n <= 200; ++n) {
    const std::size_t f = max_faulty(n);
    const std::size_t q = quorum_size(n);
    CHECK(3 * f + 1 <= n);
    CHECK(n < 3 * (f + 1) + 1);
    CHECK(2 * q - n > f);
    CHECK(q <= n - f);
    CHECK(q == 2 * n / 3 + 1);
  }
  const std::pair<std::size_t, std::size_t> table[] = {{4, 3}, {5, 4},  {6, 5},  {7, 5},   {8, 6},
                                                       {9, 7}, {10, 7}, {11, 8}, {31, 21}, {186, 125}};
  for (const auto& [n, q] : table) CHECK(quorum_size(n) == q);
}

TEST_CASE("a block id is the hash of 167 bytes") {
  Header header{.epoch = {1}, .height = {2}, .parent_id = filled<BlockId>(0x22), .tree_size = 3};
  header.tree_root = filled<crypto::Digest>(0x11);
  std::string bytes("quipu-block-v1\0", 15);
  bytes += std::string(kChain.view()) + big_endian(1) + big_endian(2) + std::string(32, '\x22') + big_endian(3) +
           std::string(32, '\x11') + std::string(32, '\0');
  CHECK(bytes.size() == 167);
  CHECK(block_id(kChain, header) == crypto::sha256(bytes));
  CHECK(crypto::to_hex(block_id(kChain, header).view()) ==
        "7d2e89f8920eb5070bd2d53105076492c1142a47c9c87c8510ec77990bb750fe");
  header.next_members_hash = filled<crypto::Digest>(0x33);
  CHECK(crypto::to_hex(block_id(kChain, header).view()) ==
        "6d7241eb0bf2304aae32c9e8f91dd0a66a2ab7dbfad22408c2ee27a06fe129cf");
}

TEST_CASE("votes sign 143 bytes or 95 when they nullify") {
  const std::string scope = std::string(kChain.view()) + big_endian(1) + std::string(kChain.view());
  const std::string subject = big_endian(5) + big_endian(4) + big_endian(9) + std::string(32, '\x22');
  const std::string tag("quipu-vote-v1\0", 14);
  CHECK(vote_bytes(kScope, VoteKind::kNotarize, kSubject) == tag + '\1' + scope + subject);
  CHECK(vote_bytes(kScope, VoteKind::kFinalize, kSubject) == tag + '\3' + scope + subject);
  CHECK(vote_bytes(kScope, VoteKind::kNullify, {.view = {5}}) == tag + '\2' + scope + big_endian(5));
  CHECK(vote_bytes(kScope, VoteKind::kNotarize, kSubject).size() == 143);
  CHECK(vote_bytes(kScope, VoteKind::kNullify, {.view = {5}}).size() == 95);
  CHECK(crypto::to_hex(vote_bytes(kScope, VoteKind::kNullify, {.view = {5}})) ==
        "71756970752d766f74652d76310002aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e0000000000000001"
        "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e0000000000000005");
  CHECK(
      crypto::to_hex(vote_bytes(kScope, VoteKind::kNotarize, kSubject)) ==
      "71756970752d766f74652d76310001aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e0000000000000001"
      "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e000000000000000500000000000000040000000000000009"
      "2222222222222222222222222222222222222222222222222222222222222222");
  CHECK(crypto::to_hex(crypto::sha256(vote_bytes(kScope, VoteKind::kFinalize, kSubject)).view()) ==
        "3e29c8253453417135aa9d517d8d2a6661589597a34b876a2afcdc9cf21b6ae7");
}

TEST_CASE("the members hash and the leader order are frozen and do not depend on the order of the list") {
  const MemberSet set = five_members();
  CHECK(set[0].code == "AR");
  CHECK(set[4].code == "UY");
  CHECK(encode(set[0]).size() == 174);
  CHECK(crypto::to_hex(set.hash().view()) == "10b28e56e01ce651e76df78ab568e118fadbe530e33d0d3ed9f4850ed5efd231");
  CHECK(set.leader_order(kChain) == std::vector<MemberIndex>{4, 0, 3, 2, 1});
  CHECK(set.index_of("CL") == MemberIndex{2});
  CHECK_FALSE(set.index_of("ZZ").has_value());
}

TEST_CASE("a member set refuses nobody, twins and codes that are no codes") {
  CHECK_FALSE(MemberSet::make({}).has_value());
  CHECK_FALSE(MemberSet::make({keys_of("AR", 16), keys_of("AR", 32)}).has_value());
  CHECK_FALSE(MemberSet::make({keys_of("AR", 16), keys_of("BO", 16)}).has_value());
  for (const auto* code : {"", "A", "ar", "A1", "ARG"}) CHECK_FALSE(MemberSet::make({keys_of(code, 16)}).has_value());
  CHECK(MemberSet::make({keys_of("AR", 16), keys_of("BO", 32)}).has_value());
}

}  // namespace quipu::consensus
