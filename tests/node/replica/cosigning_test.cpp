// SPDX-License-Identifier: Apache-2.0
#include "node/replica/cosigning.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "crypto/note.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::replica {

namespace {

constexpr Instant kCosignNow{5'000'000, 1'790'000'000'000};

consensus::Tip tip_at(std::uint64_t height) {
  return {{height}, {height}, crypto::sha256("block"), 2 + 2 * height, crypto::sha256("root" + std::to_string(height))};
}

consensus::CosignatureMessage cosigned_by(const ledger::Genesis& genesis, const std::string& code,
                                          const consensus::Tip& tip, std::uint64_t time_s) {
  const crypto::Checkpoint checkpoint{genesis.origin, tip.tree_size, tip.tree_root};
  return {tip.tree_size, tip.tree_root, time_s,
          sample::key(code, "cosigner").sign(crypto::cosignature_message(checkpoint.text(), time_s))};
}

}  // namespace

TEST_CASE("heights divisible by sixteen are cosigned at once, others when the tip has rested") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  CHECK_FALSE(cosigning.on_tip(tip_at(15), kCosignNow));
  CHECK(cosigning.on_tip(tip_at(16), kCosignNow));
  CHECK_FALSE(cosigning.on_tip(tip_at(17), kCosignNow));
  CHECK_FALSE(cosigning.on_deadline({kCosignNow.steady_us + 99'000, kCosignNow.utc_ms}));
  const auto rested = cosigning.on_deadline({kCosignNow.steady_us + 100'000, kCosignNow.utc_ms});
  REQUIRE(rested);
  CHECK(rested->size == tip_at(17).tree_size);
}

TEST_CASE("no cosignature of a member bears an earlier time than one before when its clock is set back") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  const auto first = cosigning.on_tip(tip_at(16), kCosignNow);
  const auto second = cosigning.on_tip(tip_at(32), {kCosignNow.steady_us + 1, kCosignNow.utc_ms - 60'000});
  REQUIRE((first && second));
  CHECK(second->time_s == first->time_s);
}

TEST_CASE("the same tip cosigned again bears a later time though the clock stood still") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  const auto first = cosigning.on_tip(tip_at(16), kCosignNow);
  const auto again = cosigning.on_deadline({kCosignNow.steady_us + limits::kCosignIdle_ms * 1'000, kCosignNow.utc_ms});
  REQUIRE((first && again));
  CHECK(again->size == first->size);
  CHECK(again->time_s == first->time_s + 1);
}

TEST_CASE("cosignatures that are many a second do not run ahead of the clock") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  for (std::uint64_t i = 1; i <= 600; ++i) {
    const auto passed_ms = static_cast<std::int64_t>(100 * i);
    const Instant now{kCosignNow.steady_us + 1'000 * passed_ms, kCosignNow.utc_ms + passed_ms};
    const auto cosign = cosigning.on_tip(tip_at(16 * i), now);
    REQUIRE(cosign);
    CHECK(cosign->time_s == static_cast<std::uint64_t>(now.utc_ms / 1'000));
  }
}

TEST_CASE("a quorum of distinct members publishes a checkpoint at once, in member order") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  const auto tip = tip_at(7);
  cosigning.on_tip(tip, kCosignNow);
  CHECK_FALSE(cosigning.on_cosignature(3, cosigned_by(genesis, "PE", tip, 100)).note);
  CHECK_FALSE(cosigning.on_cosignature(3, cosigned_by(genesis, "PE", tip, 101)).note);
  CHECK_FALSE(cosigning.on_cosignature(1, cosigned_by(genesis, "BR", tip, 100)).note);
  CHECK_FALSE(cosigning.quorum_time_s());
  const auto note = cosigning.on_cosignature(0, cosigned_by(genesis, "BO", tip, 102)).note;
  REQUIRE(note);
  REQUIRE(note->lines.size() == 3);
  CHECK(note->lines[0].member == 0);
  CHECK(note->lines[2].member == 3);
  CHECK(cosigning.quorum_time_s() == 100U);
  CHECK_FALSE(cosigning.on_cosignature(2, cosigned_by(genesis, "CL", tip, 103)).note);
}

TEST_CASE("while the tip rests its checkpoint is published again with a quorum's newer times") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  const auto tip = tip_at(7);
  cosigning.on_tip(tip, kCosignNow);
  for (const auto* code : {"BO", "BR"}) {
    const auto member = static_cast<consensus::MemberIndex>(code == std::string("BO") ? 0 : 1);
    CHECK_FALSE(cosigning.on_cosignature(member, cosigned_by(genesis, code, tip, 100)).note);
  }
  REQUIRE(cosigning.on_cosignature(3, cosigned_by(genesis, "PE", tip, 100)).note);
  CHECK_FALSE(cosigning.on_cosignature(1, cosigned_by(genesis, "BR", tip, 160)).note);
  CHECK_FALSE(cosigning.on_cosignature(2, cosigned_by(genesis, "CL", tip, 161)).note);
  const auto again = cosigning.on_cosignature(3, cosigned_by(genesis, "PE", tip, 159)).note;
  REQUIRE(again);
  REQUIRE(again->lines.size() == 3);
  CHECK(again->lines[0].member == 1);
  CHECK(again->lines[1].time_s == 161);
  CHECK(again->lines[2].member == 3);
  CHECK_FALSE(cosigning.on_cosignature(0, cosigned_by(genesis, "BO", tip, 162)).note);
}

TEST_CASE("a forged, foreign or different cosignature never counts") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  const auto tip = tip_at(7);
  cosigning.on_tip(tip, kCosignNow);
  auto other_root = tip;
  other_root.tree_root = crypto::sha256("fork");
  for (const auto& bad : {cosigned_by(genesis, "CL", tip, 1), cosigned_by(genesis, "BR", other_root, 1)}) {
    CHECK_FALSE(cosigning.on_cosignature(1, bad).note);
  }
  CHECK(cosigning.on_cosignature(1, cosigned_by(genesis, "CL", tip, 1)).forged);
  CHECK(cosigning.on_cosignature(1, cosigned_by(genesis, "CL", tip_at(8), 1)).forged);
  for (const auto& true_one : {cosigned_by(genesis, "BR", other_root, 1), cosigned_by(genesis, "BR", tip_at(8), 1)}) {
    CHECK_FALSE(cosigning.on_cosignature(1, true_one).forged);
  }
  CHECK_FALSE(cosigning.on_cosignature(99, cosigned_by(genesis, "CL", tip, 1)).note);
  CHECK_FALSE(cosigning.on_cosignature(0, cosigned_by(genesis, "BO", tip, 1)).note);
  CHECK_FALSE(cosigning.on_cosignature(3, cosigned_by(genesis, "PE", tip, 1)).note);
  CHECK(cosigning.on_cosignature(2, cosigned_by(genesis, "CL", tip, 1)).note);
}

TEST_CASE("cosignatures that come before this node reached the size count afterwards") {
  const auto genesis = sample::genesis();
  Cosigning cosigning(genesis.origin, genesis.members, 0, &crypto::verify);
  cosigning.on_tip(tip_at(6), kCosignNow);
  const auto tip = tip_at(7);
  CHECK_FALSE(cosigning.on_cosignature(1, cosigned_by(genesis, "BR", tip, 100)).note);
  CHECK_FALSE(cosigning.on_cosignature(2, cosigned_by(genesis, "CL", tip, 100)).note);
  cosigning.on_tip(tip, kCosignNow);
  CHECK(cosigning.on_cosignature(0, cosigned_by(genesis, "BO", tip, 100)).note);
}

}  // namespace quipu::replica
