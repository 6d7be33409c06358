// SPDX-License-Identifier: Apache-2.0
#include "node/replica/mempool.h"

#include <catch2/catch.hpp>
#include <map>

#include "consensus/limits.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::replica {

namespace {

PoolEntry pool_entry(const std::string& code, std::uint64_t sequence, int subject, std::int64_t arrived_us) {
  return {sample::signed_registrations(code, sequence, subject, 1, 1'790'000'100),
          sample::key(code, "issuer").public_key(), arrived_us, 0};
}

}  // namespace

TEST_CASE("the pool takes each submission once and one holder per sequence number") {
  Mempool pool(4);
  const auto first = pool_entry("BO", 1, 1, 10);
  CHECK(pool.insert(first) == Mempool::Insert::kTaken);
  CHECK(pool.insert(first) == Mempool::Insert::kAlreadyThere);
  CHECK(pool.insert(pool_entry("BO", 1, 2, 20)) == Mempool::Insert::kOtherHolder);
  CHECK(pool.size() == 1);
  CHECK(pool.bytes() == first.submission->leaf.size());
  CHECK(pool.find(first.submission->id) != nullptr);
  pool.remove(first.submission->id);
  CHECK(pool.empty());
  CHECK(pool.bytes() == 0);
  pool.remove(first.submission->id);
  CHECK(pool.insert(first) == Mempool::Insert::kTaken);
}

TEST_CASE("the first free sequence number skips what waits without a gap") {
  Mempool pool(4);
  for (const auto sequence : {3U, 4U, 6U}) pool.insert(pool_entry("BO", sequence, static_cast<int>(sequence), 1));
  const auto key = sample::key("BO", "issuer").public_key();
  CHECK(pool.first_free(key, 1) == 1);
  CHECK(pool.first_free(key, 3) == 5);
  CHECK(pool.first_free(key, 6) == 7);
  CHECK(pool.first_free(sample::key("BR", "issuer").public_key(), 9) == 9);
}

TEST_CASE("what a key's new sequence leaves behind is removed and told") {
  Mempool pool(4);
  for (const auto sequence : {1U, 2U, 5U}) pool.insert(pool_entry("BO", sequence, static_cast<int>(sequence), 1));
  const auto gone = pool.remove_below(sample::key("BO", "issuer").public_key(), 5);
  CHECK(gone.size() == 2);
  CHECK(pool.size() == 1);
}

TEST_CASE("administrations take turns and the oldest of each comes first") {
  Mempool pool(4);
  pool.insert(pool_entry("PE", 1, 1, 5));
  pool.insert(pool_entry("BO", 1, 1, 30));
  pool.insert(pool_entry("BO", 2, 2, 40));
  std::vector<std::string> order;
  for (const auto* queue : pool.fair_order()) order.push_back(queue->administration);
  CHECK(order == std::vector<std::string>{"BO", "PE"});
}

TEST_CASE("one administration cannot take the others' share of the pool") {
  // A pool for so many members that each may hold two submissions.
  Mempool pool(limits::kPoolSubmissions / 2);
  CHECK(pool.insert(pool_entry("BO", 1, 1, 1)) == Mempool::Insert::kTaken);
  CHECK(pool.insert(pool_entry("BO", 2, 2, 1)) == Mempool::Insert::kTaken);
  CHECK(pool.insert(pool_entry("BO", 3, 3, 1)) == Mempool::Insert::kFull);
  CHECK(pool.insert(pool_entry("PE", 1, 1, 1)) == Mempool::Insert::kTaken);
  pool.remove_below(sample::key("BO", "issuer").public_key(), 2);
  CHECK(pool.insert(pool_entry("BO", 3, 3, 1)) == Mempool::Insert::kTaken);
}

TEST_CASE("the first free number equals what a walk over a dumb list finds, however entries come and go") {
  Mempool pool(4);
  std::map<std::uint64_t, crypto::Digest> twin;
  const auto key = sample::key("BO", "issuer").public_key();
  std::uint64_t random = 1;
  for (int step = 0; step < 400; ++step) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto sequence = 1 + (random >> 33) % 12;
    if (const auto held = twin.find(sequence); held != twin.end()) {
      pool.remove(held->second);
      twin.erase(held);
    } else {
      const auto entry = pool_entry("BO", sequence, static_cast<int>(sequence), 1);
      REQUIRE(pool.insert(entry) == Mempool::Insert::kTaken);
      twin.emplace(sequence, entry.submission->id);
    }
    const auto from = 1 + (random >> 40) % 12;
    auto expected = from;
    while (twin.contains(expected)) ++expected;
    REQUIRE(pool.first_free(key, from) == expected);
  }
}

}  // namespace quipu::replica
