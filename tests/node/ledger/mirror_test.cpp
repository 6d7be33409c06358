// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/mirror.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "crypto/digest.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace mirror_test {

TEST_CASE("Tiles are named as tlog-tiles names them") {
  CHECK(TileName{0, 0, 256}.path() == "tile/0/000");
  CHECK(TileName{1, 1'234'067, 256}.path() == "tile/1/x001/x234/067");
  CHECK(TileName{std::nullopt, 123'456'789, 17}.path() == "tile/entries/x123/x456/789.p/17");
  for (const std::uint64_t index : {0ull, 7ull, 999ull, 1000ull, 999'999ull, 1'000'000ull, 72'057'594'037'927'935ull}) {
    for (const unsigned width : {1u, 255u, 256u}) {
      const TileName name{3, index, width};
      CHECK(TileName::parse(name.path()) == name);
    }
  }
}

TEST_CASE("Another spelling of a tile's name is no name") {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/0000",
                           "tile/00/000",
                           "tile/8/000",
                           "tile/-1/000",
                           "tile/0/x000/000",
                           "tile/0/001/000",
                           "tile/0/x001",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/257",
                           "tile/0/000.p/01",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000/",
                           "/tile/0/000",
                           "tile/data/000",
                           "tile/0/000.p/1.p/1",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                           "entries/000"}) {
    INFO(path);
    CHECK_FALSE(TileName::parse(path));
  }
}

TEST_CASE("A mirror of 70000 leaves has the tiles of the specification's example") {
  std::map<std::string, unsigned> widths;
  for (const auto& name : tiles_of(70'000)) widths[name.path()] = name.width;
  CHECK(widths.size() == 2 * 274 + 2 + 1);
  CHECK(widths.contains("tile/0/272"));
  CHECK(widths.contains("tile/0/273.p/112"));
  CHECK(widths.contains("tile/entries/273.p/112"));
  CHECK(widths.contains("tile/1/000"));
  CHECK(widths.contains("tile/1/001.p/17"));
  CHECK(widths.contains("tile/2/000.p/1"));
  CHECK(tiles_of(0).empty());
  CHECK(tiles_of(256).size() == 3);
}

TEST_CASE("Widths agree with counting the nodes one by one") {
  for (const std::uint64_t size : {1ull, 255ull, 256ull, 257ull, 65'535ull, 65'536ull, 65'537ull, 131'072ull}) {
    for (unsigned level = 0; level < 3; ++level) {
      const std::uint64_t nodes = size >> (8 * level);
      for (std::uint64_t index = 0; index <= nodes / 256 + 1; ++index) {
        unsigned counted = 0;
        for (unsigned i = 0; i < 256; ++i) counted += index * 256 + i < nodes ? 1 : 0;
        REQUIRE(tile_width(level, index, size) == counted);
      }
    }
  }
}

TEST_CASE("Tiles of hashes hold the roots of their subtrees") {
  std::map<std::pair<unsigned, std::uint64_t>, crypto::Digest> nodes;
  crypto::CompactRange tree;
  std::vector<crypto::Digest> leaves;
  for (int i = 0; i < 600; ++i) {
    leaves.push_back(crypto::leaf_hash(std::to_string(i)));
    tree.append(leaves.back(),
                [&](unsigned level, std::uint64_t index, const crypto::Digest& hash) { nodes[{level, index}] = hash; });
  }
  const auto read = [&](unsigned level, std::uint64_t index) { return nodes.at({level, index}); };
  const Bytes base = hash_tile({0, 2, 88}, read);
  REQUIRE(base.size() == 88 * 32);
  CHECK(base.substr(32, 32) == leaves[513].view());
  const Bytes upper = hash_tile({1, 0, 2}, read);
  crypto::CompactRange first;
  for (int i = 256; i < 512; ++i) first.append(leaves[static_cast<std::size_t>(i)]);
  CHECK(upper.substr(32, 32) == first.root().view());
}

TEST_CASE("Entry bundles use up every byte") {
  const std::vector<Bytes> entries = {"one", "two"};
  const Bytes bundle = encode_entries(entries);
  CHECK(crypto::to_hex(bundle) == "00036f6e65000374776f");
  CHECK(decode_entries(bundle, 2) == entries);
  CHECK_FALSE(decode_entries(bundle, 1));
  CHECK_FALSE(decode_entries(bundle, 3));
  CHECK_FALSE(decode_entries(bundle + "x", 2));
  CHECK_FALSE(decode_entries(bundle.substr(0, bundle.size() - 1), 2));
  CHECK_FALSE(decode_entries(bundle, 257));
}

consensus::LinkProof link(std::uint64_t view) {
  consensus::LinkProof out;
  out.step.subject = {{view}, {view - 1}, {1}, crypto::sha256("block")};
  out.step.signers = {0, 1, 3};
  out.step.signatures.resize(3);
  return out;
}

TEST_CASE("Link proofs of a block are read back in ascending views alone") {
  const std::vector<consensus::LinkProof> links = {link(5), link(6)};
  const Bytes file = encode_links(links, 4);
  CHECK(decode_links(file, 4) == links);
  CHECK_FALSE(decode_links(file + "x", 4));
  CHECK_FALSE(decode_links(file.substr(0, file.size() - 1), 4));
  CHECK_FALSE(decode_links(Bytes(2, '\0'), 4));
  CHECK_FALSE(decode_links("", 4));
  CHECK_FALSE(decode_links(encode_links(std::vector{link(6), link(5)}, 4), 4));
}

TEST_CASE("A pair of votes makes one evidence file whatever their order") {
  const consensus::Scope scope{crypto::sha256("chain"), {0}, crypto::sha256("chain")};
  consensus::Vote a{consensus::VoteKind::kNullify, {{9}, {}, {}, {}}, 2, {}};
  consensus::Vote b{consensus::VoteKind::kFinalize, {{9}, {8}, {4}, crypto::sha256("x")}, 2, {}};
  const Bytes file = encode_evidence({a, b}, scope);
  CHECK(file == encode_evidence({b, a}, scope));
  const auto read = decode_evidence(file);
  REQUIRE(read);
  CHECK(read->pair.first == a);
  CHECK(read->pair.second == b);
  CHECK(read->anchor == scope.anchor);
  CHECK_FALSE(decode_evidence(file + "x"));
  CHECK_FALSE(decode_evidence(file.substr(1)));
  CHECK_FALSE(decode_evidence(encode_evidence({a, a}, scope)));
}

TEST_CASE("The members of a handover are read back in their one spelling alone") {
  const auto& members = sample::genesis().members;
  const Bytes encoded = encode_members(members);
  const auto read = decode_members(encoded);
  REQUIRE(read);
  CHECK(read->all() == members.all());
  CHECK(count_members(encoded) == members.size());
  CHECK_FALSE(decode_members(""));
  CHECK_FALSE(decode_members(encoded + "x"));
  CHECK_FALSE(decode_members(encoded + encoded));
  const std::size_t one = encoded.size() / members.size();
  CHECK_FALSE(decode_members(encoded.substr(one) + encoded.substr(0, one)));  // not by code
  for (std::size_t size = 1; size < encoded.size(); ++size) {
    if (size % one != 0) CHECK_FALSE(decode_members(encoded.substr(0, size)));
  }
  auto keys = members[0];
  keys.log = {};  // left out in the canonical form
  const Bytes lacking = consensus::encode(keys);
  CHECK_FALSE(decode_members(crypto::ByteWriter().u16(static_cast<std::uint16_t>(lacking.size())).raw(lacking).take()));
}

TEST_CASE("Numbered paths have one spelling") {
  CHECK(policy_path({0}) == "policy/0");
  CHECK(numbered_path("quorum", quorum_path({160})) == 160u);
  for (const char* path : {"quorum/", "quorum/01", "quorum/1/", "quorum/a", "quorum", "policy/1", "quorum/1/2"}) {
    CHECK_FALSE(numbered_path("quorum", path));
  }
}

}  // namespace mirror_test
}  // namespace quipu::ledger
