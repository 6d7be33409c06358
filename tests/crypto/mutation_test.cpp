// SPDX-License-Identifier: Apache-2.0
// Random damage to everything that comes from strangers: never a crash, never a second spelling, never a false proof.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "crypto/cose.h"
#include "crypto/digest.h"
#include "crypto/keyfile_text.h"
#include "crypto/merkle.h"
#include "crypto/note.h"

namespace quipu::crypto {
namespace mutation_test {

using Random = std::mt19937_64;

// Flips, drops, doubles, cuts or inserts; one to three times.
Bytes damaged(Bytes bytes, Random& random) {
  for (auto times = 1 + random() % 3; times > 0; --times) {
    const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
    switch (random() % 6) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random());
        break;
      case 2:
        if (!bytes.empty()) bytes.erase(at, 1 + random() % 8);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, random() % 40));
        break;
      case 4:
        bytes.resize(at);
        break;
      default:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
    }
  }
  return bytes;
}

SecretKey test_key() { return SecretKey::from_seed(Bytes(32, 'm')).value(); }

// A leaf written again from what was read from it.
Bytes rewritten(const Statement& statement) {
  const Bytes leaf = sign_statement(test_key(), statement.administration, statement.chain_id, statement.issued_at_s,
                                    statement.payload);
  Bytes own = leaf.substr(0, leaf.size() - Signature::kSize) + Bytes(statement.signature.view());
  const Bytes own_kid(key_id(test_key().public_key()).view());
  return own.replace(own.find(own_kid), own_kid.size(), statement.kid.view());
}

}  // namespace mutation_test

TEST_CASE("a damaged leaf is refused or is its own only spelling and does not verify") {
  using namespace mutation_test;
  Random random(1);
  const Bytes leaf = sign_statement(test_key(), "PE", "andes-1", 1'700'000'000, "payload of some length, beyond 24 B");
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Bytes changed = damaged(leaf, random);
    const auto statement = parse_statement(changed);
    if (!statement) {
      REQUIRE(statement.error().find(" at byte ") != std::string::npos);
      continue;
    }
    ++accepted;
    REQUIRE(rewritten(*statement) == changed);
    if (accepted % 16 == 0) REQUIRE((changed == leaf) == verify_statement(*statement, test_key().public_key()));
  }
  CHECK(accepted > 500);
}

TEST_CASE("random bytes are read as leaves and notes and keys and checkpoints without a crash") {
  using namespace mutation_test;
  Random random(2);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = i % 2 == 0 ? Bytes("\xd2\x84") : Bytes();
    for (auto size = random() % 120; size > 0; --size) bytes.push_back(static_cast<char>(random()));
    CHECK_FALSE(parse_statement(bytes));
    CHECK_FALSE(Note::parse(bytes));
    CHECK_FALSE(NoteVerifier::parse(bytes));
    CHECK_FALSE(Checkpoint::parse(bytes));
  }
}

TEST_CASE("a damaged note is refused or is its own only spelling") {
  using namespace mutation_test;
  Random random(3);
  const Checkpoint checkpoint{"log.example", 77, sha256("root")};
  Note note{checkpoint.text(), {sign_note(checkpoint.text(), "log.example", test_key())}};
  for (const auto* name : {"log.example/PE", "log.example/CL"}) {
    note.lines.push_back(cosign_note(note.text, name, test_key(), 1'700'000'000));
  }
  const NoteVerifier log{"log.example", NoteKeyType::kEd25519, test_key().public_key()};
  const Bytes written = note.format();
  REQUIRE(Note::parse(written));
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Bytes changed = damaged(written, random);
    const auto read = Note::parse(changed);
    if (!read) continue;
    ++accepted;
    REQUIRE(read->format() == changed);
    const auto point = Checkpoint::parse(read->text);
    if (point) REQUIRE(point->text() == read->text);
    if (accepted % 16 == 0 && read->text != note.text) REQUIRE_FALSE(verify_line(read->text, read->lines[0], log));
  }
  CHECK(accepted > 500);
}

TEST_CASE("a damaged verifier key is refused") {
  using namespace mutation_test;
  Random random(4);
  const Bytes vkey = NoteVerifier{"log.example", NoteKeyType::kEd25519, test_key().public_key()}.vkey();
  for (int i = 0; i < 5000; ++i) {
    const Bytes changed = damaged(vkey, random);
    if (changed != vkey) REQUIRE_FALSE(NoteVerifier::parse(changed));
  }
}

TEST_CASE("a damaged key file is refused or is its own only spelling") {
  using namespace mutation_test;
  Random random(6);
  KeyFileText text{{"PE", "log", "label", test_key().public_key()}, 1, 8 << 20, {}, {}, Bytes(80, 'b')};
  const Bytes written = text.format();
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Bytes changed = damaged(written, random);
    const auto read = KeyFileText::parse(changed);
    if (!read) continue;
    ++accepted;
    REQUIRE(read->format() == changed);
  }
  CHECK(accepted > 500);
}

TEST_CASE("a damaged inclusion or consistency proof is refused") {
  using namespace mutation_test;
  Random random(5);
  for (int i = 0; i < 5000; ++i) {
    CompactRange range;
    std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
    const std::uint64_t size = 2 + random() % 40;
    for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
      range.append(leaf_hash(std::to_string(leaf)),
                   [&](unsigned level, std::uint64_t index, const Digest& hash) { nodes[{level, index}] = hash; });
    }
    const NodeReader reader = [&](unsigned level, std::uint64_t index) { return nodes.at({level, index}); };
    const std::uint64_t index = random() % size;
    const std::uint64_t first = 1 + random() % (size - 1);
    const bool inclusion = i % 2 == 0;
    auto proof = inclusion ? inclusion_proof(index, size, reader) : consistency_proof(first, size, reader);
    const auto accepts = [&] {
      return inclusion ? verify_inclusion(index, size, leaf_hash(std::to_string(index)), proof, range.root())
                       : verify_consistency(first, size, root_at(first, reader), range.root(), proof);
    };
    REQUIRE(accepts());
    const auto at = static_cast<std::ptrdiff_t>(random() % proof.size());
    switch (random() % 4) {
      case 0:
        proof[static_cast<std::size_t>(at)].bytes[random() % 32] ^= static_cast<std::uint8_t>(1 << random() % 8);
        break;
      case 1:
        proof.erase(proof.begin() + at);
        break;
      case 2:
        proof.insert(proof.begin() + at, sha256("more"));
        break;
      default:
        proof[static_cast<std::size_t>(at)] = sha256("other");
        break;
    }
    REQUIRE_FALSE(accepts());
  }
}

}  // namespace quipu::crypto
