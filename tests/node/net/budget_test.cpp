// SPDX-License-Identifier: Apache-2.0
#include "node/net/budget.h"

#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <tuple>

#include "consensus/limits.h"

namespace quipu::net::test::budgets {

constexpr std::int64_t kSecond_us = 1'000'000;

TEST_CASE("a bucket gives one second's worth at once and then at its rate") {
  TokenBucket bucket(10);
  for (int i = 0; i < 10; ++i) CHECK(bucket.take(1, 5 * kSecond_us));
  CHECK_FALSE(bucket.take(1, 5 * kSecond_us));
  CHECK_FALSE(bucket.take(1, 5 * kSecond_us + 99'999));
  CHECK(bucket.take(1, 5 * kSecond_us + 100'000));
  CHECK_FALSE(bucket.take(1, 5 * kSecond_us + 100'000));
}

TEST_CASE("a bucket never gives more than twice its rate in any second") {
  // Twin: all that was granted in the second before now, added up afresh.
  std::mt19937 random(11);
  TokenBucket bucket(50);
  std::deque<std::int64_t> granted;
  std::int64_t now = 0;
  for (int i = 0; i < 20'000; ++i) {
    now += std::uniform_int_distribution<std::int64_t>(0, i % 100 == 0 ? 3 * kSecond_us : 20'000)(random);
    if (bucket.take(1, now)) granted.push_back(now);
    while (!granted.empty() && granted.front() <= now - kSecond_us) granted.pop_front();
    REQUIRE(granted.size() <= 100);
  }
}

TEST_CASE("a bucket is not filled by a clock that stands or steps back") {
  TokenBucket bucket(1);
  CHECK(bucket.take(1, 9 * kSecond_us));
  CHECK_FALSE(bucket.take(1, 3 * kSecond_us));
  CHECK_FALSE(bucket.take(1, 9 * kSecond_us));
  CHECK(bucket.take(1, 10 * kSecond_us));
}

TEST_CASE("a bucket refuses what it can never hold") {
  TokenBucket bucket(10);
  CHECK_FALSE(bucket.take(11, 100 * kSecond_us));
  CHECK(bucket.take(10, 100 * kSecond_us));
}

std::size_t admitted(InboundBudget& budget, FrameKind kind, std::size_t payload_bytes, std::size_t frames) {
  std::size_t count = 0;
  const Frame frame{kind, Bytes(payload_bytes, 'x')};
  for (std::size_t i = 0; i < frames; ++i) count += budget.admits(frame, kSecond_us) ? 1 : 0;
  return count;
}

TEST_CASE("a carrier's votes beyond the budget are dropped and its submissions still pass") {
  InboundBudget budget;
  const std::size_t votes = limits::kInboundVotesPerSecond + limits::kInboundProofsPerSecond;
  CHECK(admitted(budget, FrameKind::kVotes, 100, 5 * votes) == votes);
  CHECK(admitted(budget, FrameKind::kSubmissions, 32 << 10, 1'000) ==
        limits::kInboundSubmissionBytesPerSecond / (32 << 10));
}

TEST_CASE("empty submissions are not free") {
  InboundBudget budget;
  CHECK(admitted(budget, FrameKind::kSubmissions, 0, 100'000) == limits::kInboundSubmissionBytesPerSecond / 1'024);
}

TEST_CASE("naming votes something else gains a bounded number") {
  InboundBudget budget;
  CHECK(admitted(budget, FrameKind::kBlocks, 100, 10'000) == limits::kInboundVotesPerSecond);
  CHECK(admitted(budget, FrameKind::kSync, 100, 10'000) == limits::kInboundVotesPerSecond);
}

TEST_CASE("a bucket charged more than it has owes the time until it is earned") {
  TokenBucket bucket(10);
  bucket.charge(10, kSecond_us);
  CHECK(bucket.owed_us(kSecond_us) == 0);
  bucket.charge(5, kSecond_us);
  CHECK(bucket.owed_us(kSecond_us) >= kSecond_us / 2);
  CHECK_FALSE(bucket.take(1, kSecond_us + kSecond_us / 2));
  CHECK(bucket.owed_us(2 * kSecond_us) == 0);
  CHECK(bucket.take(5, 2 * kSecond_us));
  CHECK_FALSE(bucket.full(2 * kSecond_us));
  CHECK(bucket.full(3 * kSecond_us));
}

TEST_CASE("what a bucket is owed has a bound and is earned in the end") {
  TokenBucket bucket(32 << 20);
  for (int i = 0; i < 1'000; ++i) bucket.charge(UINT64_MAX, kSecond_us);
  CHECK(bucket.owed_us(kSecond_us) > 0);
  CHECK(bucket.owed_us(4'000 * kSecond_us) == 0);
}

TEST_CASE("every class has a bound in bytes that its longest frame fits") {
  for (const auto& [kind, longest, most] :
       {std::tuple{FrameKind::kVotes, limits::kUnaskedFrameBytes, limits::kInboundVoteBytesPerSecond},
        std::tuple{FrameKind::kBlocks, limits::kFrameBytes, limits::kInboundBlockBytesPerSecond},
        std::tuple{FrameKind::kSync, limits::kUnaskedFrameBytes, limits::kInboundSyncBytesPerSecond}}) {
    InboundBudget budget;
    CHECK(admitted(budget, kind, longest, 1'000) == most / longest);
  }
}

TEST_CASE("a member that sends more than its pace is read no faster than it") {
  ReadingPace pace;
  const std::size_t chunk = 16 << 10;
  std::int64_t now = kSecond_us;
  std::size_t read = 0;
  while (now < 11 * kSecond_us) {
    read += chunk;
    now += pace.pause_us(chunk, 1, now) + 1;
  }
  CHECK(read <= 11 * limits::kInboundPaceBytesPerSecond + chunk);
  CHECK(read >= 9 * limits::kInboundPaceBytesPerSecond);
}

TEST_CASE("tiny frames count for more than their bytes") {
  ReadingPace pace;
  std::int64_t paused = 0;
  for (int i = 0; i < 1'000; ++i) paused += pace.pause_us(16 << 10, 3'277, kSecond_us);
  CHECK(paused > 0);
}

TEST_CASE("a limit may be broken a few times a minute") {
  BrokenLimits limits_broken;
  for (std::size_t i = 0; i < limits::kBrokenLimitsPerMinute; ++i) CHECK(limits_broken.bears_another(kSecond_us));
  CHECK_FALSE(limits_broken.bears_another(2 * kSecond_us));
  CHECK(limits_broken.bears_another(63 * kSecond_us));
}

TEST_CASE("a long answer needs to have been asked for and is taken once") {
  AnswerCredit credit;
  CHECK(credit.spend(FrameKind::kSync, limits::kUnaskedFrameBytes));
  CHECK_FALSE(credit.spend(FrameKind::kSync, limits::kUnaskedFrameBytes + 1));
  credit.expect();
  CHECK(credit.spend(FrameKind::kSync, 100));  // a short one leaves the credit
  CHECK_FALSE(credit.spend(FrameKind::kSync, limits::kSyncFrameBytes + 1));
  CHECK(credit.spend(FrameKind::kSync, limits::kSyncFrameBytes));
  CHECK_FALSE(credit.spend(FrameKind::kSync, limits::kUnaskedFrameBytes + 1));
}

TEST_CASE("a vote or a submission is never long even when an answer is due") {
  AnswerCredit credit;
  credit.expect();
  CHECK_FALSE(credit.spend(FrameKind::kVotes, limits::kUnaskedFrameBytes + 1));
  CHECK_FALSE(credit.spend(FrameKind::kSubmissions, limits::kUnaskedFrameBytes + 1));
  CHECK(credit.spend(FrameKind::kSync, limits::kUnaskedFrameBytes + 1));
}

TEST_CASE("a proposal needs no asking and answers due are bounded") {
  AnswerCredit credit;
  CHECK(credit.spend(FrameKind::kBlocks, limits::kFrameBytes));
  CHECK_FALSE(credit.spend(FrameKind::kBlocks, limits::kFrameBytes + 1));
  for (int i = 0; i < 100; ++i) credit.expect();
  std::size_t taken = 0;
  while (credit.spend(FrameKind::kSync, limits::kSyncFrameBytes)) ++taken;
  CHECK(taken == limits::kFetchesPerPeer);
}

}  // namespace quipu::net::test::budgets
