// SPDX-License-Identifier: Apache-2.0
// Two mirrors of a chain whose members change.
#include "consensus/votes.h"
#include "node/audit/compare.h"
#include "node/audit/comparison_text.h"
#include "tests/node/audit/sample_epochs.h"

namespace quipu::audit {
namespace compare_epochs_test {

using consensus::MemberIndex;
using sample::Chain;
using sample::Files;
using sample::four_epochs;
using sample::handover_height;
using sample::MemoryBundle;
using sample::published;
using Members = std::vector<MemberIndex>;

std::expected<Comparison, std::string> compared(const Files& first, const Files& second) {
  const MemoryBundle one(first, "one"), two(second, "two");
  return compare({.name = "one", .bundle = &one}, {.name = "two", .bundle = &two}, sample::genesis());
}

// The whole way of a proof: written, read again, checked by somebody who has the genesis alone.
Members proven(const Comparison& comparison) {
  const Bytes file = encode(comparison.proof, comparison.voters->members.size());
  const auto proof = decode_fork_proof(file, 4);
  REQUIRE(proof);
  CHECK(encode(*proof, comparison.voters->members.size()) == file);
  const auto voters = electorate_of(*proof, sample::genesis());
  REQUIRE(voters);
  const auto convicted = check(*proof, *voters);
  REQUIRE(convicted);
  return convicted->all();
}

// In epoch 1, where BO, BR, CL, PE and UY vote, PE only on the first side and UY only on the second. The first makes a
// block in views 1 and 2; the second nullifies these and makes another in views 3 and 4.
struct ForkedLater {
  ForkedLater() {
    for (Chain* side : {&first, &second}) *side = published(handover_height(1));
    for (Chain* side : {&first, &second}) side->follow();
    first.voters = {0, 1, 2, 3};
    second.voters = {0, 1, 2, 4};
    first.cosigners = first.voters;
    second.cosigners = {1, 2, 3, 4};
    first.append(four_epochs().blocks()[handover_height(1)]);
    first.repeat();
    second.skip_view();
    second.skip_view();
    second.append({sample::signed_registrations("CL", 1, 700, 1, second.next_time_ms() / 1000)});
    second.repeat();
    for (Chain* side : {&first, &second}) side->publish();
  }
  Chain first, second;
};

TEST_CASE("A mirror of four epochs is the same as itself, and one that ends in any of them is its beginning") {
  const Files whole = published().files();
  CHECK(compared(whole, whole)->relation == Relation::kSame);
  for (std::size_t blocks = 1; blocks < four_epochs().blocks().size(); ++blocks) {
    const auto comparison = compared(published(blocks).files(), whole);
    INFO(blocks << " blocks: " << (comparison ? "" : comparison.error()));
    REQUIRE(comparison);
    CHECK(comparison->relation == Relation::kPrefix);
    CHECK(comparison->shorter == 0);
  }
}

TEST_CASE("A fork in a later epoch names those of its members who are on both sides") {
  const ForkedLater forked;
  const auto comparison = compared(forked.first.files(), forked.second.files());
  REQUIRE(comparison);
  CHECK(comparison->relation == Relation::kFork);
  CHECK(comparison->height == consensus::Height{handover_height(1) + 1});
  CHECK(comparison->voters->scope.epoch == consensus::Epoch{1});
  Members guilty;
  for (const auto& pair : comparison->convicted.votes) guilty.push_back(pair.first.signer);
  CHECK(guilty == Members{0, 1, 2});
  CHECK(comparison->convicted.cosigned_both == Members{1, 2, 3});
  CHECK_FALSE(comparison->judgement->gap);
  CHECK(proven(*comparison) == Members{0, 1, 2, 3});
  CHECK_THAT(text_of(*comparison, sample::genesis()), Catch::Matchers::Contains("parting in epoch 1") &&
                                                          Catch::Matchers::EndsWith(": BO, BR, CL, PE are guilty\n"));
}

TEST_CASE("A fork below several handovers on both sides is judged by the members of its own epoch") {
  const ForkedLater forked;
  const auto comparison = compared(published().files(), forked.second.files());
  REQUIRE(comparison);
  CHECK(comparison->relation == Relation::kFork);
  CHECK(comparison->voters->scope.epoch == consensus::Epoch{1});
  CHECK(comparison->sides[0].voters == 4);  // of epoch 3
  CHECK(comparison->sides[1].voters == 5);
  CHECK_FALSE(proven(*comparison).empty());
}

TEST_CASE("A checkpoint of a later epoch lies on the mirror's history or contradicts it") {
  const ForkedLater forked;
  const Files whole = published().files(), other = forked.second.files();
  const MemoryBundle bundle(whole, "mirror");
  const auto with_note = [&](const Bytes& note) {
    return compare({.name = "mirror", .bundle = &bundle}, {.name = "note", .note = note}, sample::genesis());
  };
  CHECK(with_note(forked.first.files().at("checkpoint"))->relation == Relation::kPrefix);
  const auto against = with_note(other.at("checkpoint"));
  REQUIRE(against);
  CHECK(against->relation == Relation::kFork);
  CHECK(against->voters->scope.epoch == consensus::Epoch{1});
}

TEST_CASE("A handover that is missing, changed or of another block is no fork but sent to verify") {
  const Files whole = published().files();
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    const std::string path = ledger::handover_path({epoch});
    Files missing = whole;
    missing.erase(path);
    CHECK_FALSE(compared(whole, missing));
    CHECK_FALSE(compared(missing, missing));
    for (std::size_t at = 0; at < whole.at(path).size(); at += 41) {
      Files changed = whole;
      changed.at(path)[at] = static_cast<char>(changed.at(path)[at] ^ 1);
      INFO(path << " byte " << at);
      REQUIRE_FALSE(compared(changed, whole));
    }
  }
}

TEST_CASE("A proof of a later epoch whose handovers are changed or left out proves nothing") {
  const ForkedLater forked;
  const auto comparison = compared(forked.first.files(), forked.second.files());
  REQUIRE(comparison);
  const auto holds = [&](const ForkProof& proof) {
    const auto read = decode_fork_proof(encode(proof, 5), 4);
    const auto voters = read ? electorate_of(*read, sample::genesis()) : std::unexpected(std::string());
    return voters && check(*read, *voters);
  };
  CHECK(holds(comparison->proof));
  for (std::size_t at = 0; at < comparison->proof.handovers[0].size(); at += 29) {
    ForkProof changed = comparison->proof;
    changed.handovers[0][at] = static_cast<char>(changed.handovers[0][at] ^ 1);
    INFO(at);
    REQUIRE_FALSE(holds(changed));
  }
  ForkProof other = comparison->proof;
  other.scope.epoch = {0};
  other.handovers.clear();
  CHECK_FALSE(holds(other));
}

}  // namespace compare_epochs_test
}  // namespace quipu::audit
