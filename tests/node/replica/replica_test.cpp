// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "crypto/note.h"
#include "tests/node/replica/lone_node.h"

namespace quipu::replica {

using testing::LoneNode;
using testing::registration;

TEST_CASE("one member takes a submission from the officer to a published checkpoint") {
  LoneNode node;
  const auto leaf = registration(1, 1, node.now.utc_ms);
  const auto answer = node.submit(leaf);
  REQUIRE(answer.admission == Admission::kAccepted);
  CHECK(node.phase_of(answer.id) == Phase::kFinal);
  CHECK(node.commits == 1);
  const auto reader = node.host().reader();
  CHECK(reader->newest().height.value == 1);
  const auto place = reader->find(answer.id);
  REQUIRE(place);
  CHECK(reader->leaf(place->index) == leaf);

  node.pass_ms(limits::kCosignQuiet_ms + 1);
  REQUIRE(node.published.size() == 2);  // the genesis block's, and this one's
  CHECK(node.published.back().size == reader->newest().tree_size);
  const auto note = node.host().reader()->note({1});
  REQUIRE(note);
  const auto parsed = crypto::Note::parse(*note);
  REQUIRE(parsed);
  CHECK(parsed->lines.size() == 2);
}

TEST_CASE("what is answered final is there after a restart and nothing is signed twice") {
  LoneNode node;
  const auto first = node.submit(registration(1, 1, node.now.utc_ms)).id;
  const auto root = node.host().reader()->newest().tree_root;
  node.open();
  CHECK(node.host().reader()->newest().tree_root == root);
  CHECK(node.host().reader()->find(first));
  const auto second = node.submit(registration(2, 2, node.now.utc_ms)).id;
  CHECK(node.phase_of(second) == Phase::kFinal);
  CHECK(node.host().reader()->newest().height.value == 2);
}

TEST_CASE("the same bytes again are accepted and change nothing") {
  LoneNode node;
  const auto leaf = registration(1, 1, node.now.utc_ms);
  const auto first = node.submit(leaf);
  const auto again = node.submit(leaf);
  CHECK(again.admission == Admission::kAccepted);
  CHECK(again.id == first.id);
  CHECK(node.commits == 1);
}

TEST_CASE("a submission behind a gap waits and goes through once the gap is filled") {
  LoneNode node;
  const auto late = node.submit(registration(2, 2, node.now.utc_ms));
  REQUIRE(late.admission == Admission::kAccepted);
  CHECK(node.commits == 0);
  node.submit(registration(1, 1, node.now.utc_ms));
  CHECK(node.phase_of(late.id) == Phase::kFinal);
}

TEST_CASE("a gap that nobody fills expires after ten minutes without waking consensus") {
  LoneNode node;
  const auto late = node.submit(registration(5, 5, node.now.utc_ms));
  const auto view = node.replica().status().engine.current;
  node.pass_ms(limits::kGapPatience_ms + 5'000);
  CHECK(node.phase_of(late.id) == Phase::kExpired);
  CHECK(node.commits == 0);
  CHECK(node.replica().status().engine.current == view);
}

TEST_CASE("bad submissions get their code and change nothing") {
  LoneNode node;
  const auto good = registration(1, 1, node.now.utc_ms);
  SECTION("garbage") {
    const auto answer = node.submit("garbage");
    CHECK(answer.admission == Admission::kRejected);
    CHECK(answer.rejection->code == ledger::Code::kMalformedEnvelope);
  }
  SECTION("too large") { CHECK(node.submit(Bytes(limits::kLeafBytes + 1, 'x')).admission == Admission::kTooLarge); }
  SECTION("a key that is not the author's") {
    const auto answer = node.submit(registration(1, 1, node.now.utc_ms, "stranger"));
    CHECK(answer.rejection->code == ledger::Code::kUnknownKey);
  }
  SECTION("a flipped bit in the signature") {
    auto leaf = good;
    leaf.back() = static_cast<char>(leaf.back() ^ 1);
    const auto answer = node.submit(leaf);
    REQUIRE(answer.rejection);
    CHECK(answer.rejection->code == ledger::Code::kBadSignature);
  }
  SECTION("another chain") {
    auto message = sample::registrations("BO", 1, 1, 1);
    message.set_chain_id("elsewhere");
    const auto answer = node.submit(ledger::sign_submission(message, sample::key("BO", "issuer"),
                                                            static_cast<std::uint64_t>(node.now.utc_ms / 1000)));
    CHECK(answer.rejection->code == ledger::Code::kWrongChain);
  }
  SECTION("issued a day and an hour ago") {
    const auto answer = node.submit(registration(1, 1, node.now.utc_ms - 25 * 3'600'000));
    CHECK(answer.rejection->code == ledger::Code::kIssuedTooEarly);
  }
  SECTION("an invalid event among valid ones") {
    auto message = sample::registrations("BO", 1, 1, 3);
    message.mutable_events(1)->mutable_operator_registered()->set_subject("BO-S1");  // the first one's
    const auto answer = node.submit(ledger::sign_submission(message, sample::key("BO", "issuer"),
                                                            static_cast<std::uint64_t>(node.now.utc_ms / 1000)));
    REQUIRE(answer.rejection);
    CHECK(answer.rejection->event == 1U);
  }
  CHECK(node.commits == 0);
  CHECK(node.replica().status().pool == 0);
  CHECK(node.submit(good).admission == Admission::kAccepted);
  CHECK(node.commits == 1);
}

TEST_CASE("a sequence number that is taken names its holder") {
  LoneNode node;
  const auto holder = node.submit(registration(3, 3, node.now.utc_ms));  // waits behind a gap
  const auto answer = node.submit(registration(3, 4, node.now.utc_ms));
  CHECK(answer.admission == Admission::kSequence);
  CHECK(answer.holder == holder.id);
  node.submit(registration(1, 1, node.now.utc_ms));
  CHECK(node.submit(registration(1, 9, node.now.utc_ms)).admission == Admission::kSequence);
}

TEST_CASE("a sequence number absurdly far ahead is refused for now and holds no place") {
  LoneNode node;
  const auto answer = node.submit(registration(limits::kPoolGapsPerKey + 2, 1, node.now.utc_ms));
  CHECK(answer.admission == Admission::kBusy);
  CHECK(node.replica().status().pool == 0);
}

TEST_CASE("an idle node steps only to renew its cosignature") {
  LoneNode node;
  node.submit(registration(1, 1, node.now.utc_ms));
  node.pass_ms(1'000);
  const auto commits = node.commits;
  const auto steps = node.steps;
  const auto view = node.replica().status().engine.current;
  node.pass_ms(600'000);
  CHECK(node.commits == commits);
  CHECK(node.replica().status().engine.current == view);
  CHECK(node.steps - steps <=
        2 * 10 + 30);  // ten renewals, each a tick and an answer, and the engine's own status ticks
}

}  // namespace quipu::replica
