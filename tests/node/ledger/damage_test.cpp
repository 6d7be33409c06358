// SPDX-License-Identifier: Apache-2.0
// Random damage to every form that strangers hand in: nothing crashes, and what is still taken has that one spelling.
#include <catch2/catch.hpp>
#include <random>

#include "node/ledger/block.h"
#include "node/ledger/canonical.h"
#include "node/ledger/json.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace damage_test {

constexpr int kRounds = 3'000;

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}
  Bytes operator()(Bytes bytes) {
    for (std::uint64_t i = 1 + random_() % 3; i > 0; --i) once(bytes);
    return bytes;
  }

 private:
  void once(Bytes& bytes) {
    const std::size_t at = bytes.empty() ? 0 : random_() % bytes.size();
    switch (random_() % 5) {
      case 0:
        bytes.insert(at, 1, static_cast<char>(random_()));
        break;
      case 1:
        bytes.erase(at, 1 + random_() % 4);
        break;
      case 2:
        bytes.insert(at, bytes.substr(random_() % (bytes.size() + 1), random_() % 16));
        break;
      case 3:
        bytes.resize(at);
        break;
      default:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_() % 8));
    }
  }
  std::mt19937_64 random_;
};

// Counts what is still taken, so that a test which refuses everything at its door is noticed.
template <class Taken>
int taken_of(const Bytes& good, std::uint64_t seed, Taken taken) {
  Damage damage(seed);
  int count = 0;
  for (int i = 0; i < kRounds; ++i) count += taken(damage(good)) ? 1 : 0;
  return count;
}

TEST_CASE("Damaged submissions are refused or have their one spelling") {
  const auto message = sample::registrations("BO", 1, 1, 2);
  const Bytes leaf = sign_submission(message, sample::key("BO", "issuer"), 1'790'000'000);
  CHECK(taken_of(leaf, 1, [](const Bytes& bytes) {
          const auto read = decode_submission(bytes, "sample-1");
          if (read) CHECK(read->leaf == bytes);
          if (read) CHECK(canonical(*read->payload) == read->statement.payload);
          return read.has_value();
        }) > 50);
  CHECK(taken_of(canonical(message), 2, [](const Bytes& bytes) {
          const auto read = parse_canonical(bytes);
          if (read) CHECK(canonical(**read) == bytes);
          return read.has_value();
        }) > 50);
}

TEST_CASE("Damaged seals are refused or have their one spelling") {
  const Bytes leaf = genesis_block(sample::genesis()).block.leaves.back();
  CHECK(taken_of(leaf, 3, [](const Bytes& bytes) {
          const auto read = decode_seal_leaf(bytes);
          if (read) CHECK(encode_seal_leaf(*read) == bytes);
          return read.has_value();
        }) > 50);
}

TEST_CASE("Damaged files of a mirror are refused or have their one spelling") {
  consensus::LinkProof link;
  link.step.subject = {{5}, {3}, {1}, crypto::sha256("block")};
  link.step.signers = {0, 1, 3};
  link.step.signatures.resize(3);
  consensus::QuorumProof skip{consensus::VoteKind::kNullify, {{4}, {}, {}, {}}, {1, 2, 3}, {{}, {}, {}}};
  link.skipped = {skip};
  CHECK(taken_of(encode_links(std::vector{link}, 4), 4, [](const Bytes& bytes) {
          const auto read = decode_links(bytes, 4);
          if (read) CHECK(encode_links(*read, 4) == bytes);
          return read.has_value();
        }) > 50);
  const consensus::Vote x{consensus::VoteKind::kNullify, {{9}, {}, {}, {}}, 2, {}};
  const consensus::Vote f{consensus::VoteKind::kFinalize, {{9}, {8}, {4}, crypto::sha256("x")}, 2, {}};
  const auto evidence = encode_evidence({x, f}, {crypto::sha256("chain"), {0}, crypto::sha256("chain")});
  CHECK(taken_of(evidence, 5, [](const Bytes& bytes) {
          const auto read = decode_evidence(bytes);
          if (read) CHECK(encode_evidence(read->pair, {{}, read->epoch, read->anchor}) == bytes);
          return read.has_value();
        }) > 50);
  CHECK(taken_of(encode_entries(std::vector<Bytes>{"one", "", "three"}), 6, [](const Bytes& bytes) {
          const auto read = decode_entries(bytes, 3);
          if (read) CHECK(encode_entries(*read) == bytes);
          return read.has_value();
        }) > 50);
  CHECK(taken_of("tile/1/x001/x234/067.p/17", 7, [](const Bytes& bytes) {
          const auto read = TileName::parse(bytes);
          if (read) CHECK(read->path() == bytes);
          return read.has_value();
        }) > 50);
}

TEST_CASE("Damaged receipts are refused or have their one spelling") {
  Receipt receipt{Bytes("leaf"), 5, {crypto::sha256("a"), crypto::sha256("b")}, "note\n"};
  CHECK(taken_of(receipt.format(), 8, [](const Bytes& bytes) {
          const auto read = Receipt::parse(bytes);
          if (read) CHECK(read->format() == bytes);
          return read.has_value();
        }) > 50);
}

TEST_CASE("Damaged JSON and genesis files never crash") {
  v1::Event event = sample::registrations("BO", 1, 1, 1).events(0);
  const Bytes text = event_to_json(event);
  CHECK(taken_of(text, 9, [](const Bytes& bytes) {
          v1::Event read;
          if (!event_from_json(bytes, read)) return false;
          v1::Event again;
          CHECK(event_from_json(event_to_json(read), again));
          CHECK(canonical_bytes(again) == canonical_bytes(read));
          return true;
        }) > 50);
  Damage damage(10);
  const Bytes file = sample::genesis_file();
  int taken = 0;
  for (int i = 0; i < 200; ++i) taken += parse_genesis(damage(file)) ? 1 : 0;
  CHECK(taken > 0);
  CHECK(taken < 200);
}

}  // namespace damage_test
}  // namespace quipu::ledger
