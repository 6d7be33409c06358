// SPDX-License-Identifier: Apache-2.0
// libsodium is the twin: it multiplies points the slow way.
#include "crypto/edwards25519.h"

#include <sodium.h>

#include <catch2/catch.hpp>
#include <random>

#include "crypto/keys.h"

namespace quipu::crypto::edwards25519 {
namespace edwards25519_test {

constexpr Encoded kNeutral = {1};

std::vector<Encoded> points() {
  std::vector<Encoded> out;
  for (char seed = 'a'; seed < 'm'; ++seed) {
    Encoded point = SecretKey::from_seed(Bytes(32, seed)).value().public_key().bytes;
    if (seed % 2 == 0) point[31] ^= 0x80;
    out.push_back(point);
  }
  Encoded base;
  base.fill(0x66);
  base[0] = 0x58;
  out.push_back(base);
  return out;
}

// Each bit, all below a bit, each value of a digit everywhere, and some at random: below 2^255, as libsodium reads
// them.
std::vector<Scalar> scalars() {
  std::vector<Scalar> out(1);
  const auto set = [](Scalar& scalar, unsigned bit) {
    scalar[bit / 8] = static_cast<std::uint8_t>(scalar[bit / 8] | 1 << bit % 8);
  };
  for (unsigned bit = 0; bit < 255; ++bit) {
    set(out.emplace_back(), bit);
    Scalar& below = out.emplace_back();
    for (unsigned i = 0; i < bit; ++i) set(below, i);
  }
  for (unsigned digit = 0; digit < 64; ++digit) {
    Scalar& scalar = out.emplace_back();
    for (unsigned bit = 0; bit < 255; ++bit) {
      if ((digit >> bit % 6 & 1) == 1) set(scalar, bit);
    }
  }
  std::mt19937_64 random(6);  // NOLINT: the same every time
  for (int i = 0; i < 50; ++i) {
    for (auto& byte : out.emplace_back()) byte = static_cast<std::uint8_t>(random());
    out.back()[31] &= 0x7f;
  }
  return out;
}

Encoded times(const Multiples& multiples, const Scalar& scalar) {
  Point point;
  multiples.add(point, scalar);
  return encoded({&point, 1}).front();
}

// libsodium says nothing when it would be the neutral point.
Encoded times_by_libsodium(const Encoded& point, const Scalar& scalar) {
  Encoded out{};
  return crypto_scalarmult_ed25519_noclamp(out.data(), scalar.data(), point.data()) == 0 ? out : kNeutral;
}

}  // namespace edwards25519_test

TEST_CASE("tables multiply a point by every kind of scalar as libsodium does") {
  using namespace edwards25519_test;
  const auto all = scalars();
  std::size_t first = 0;
  for (const Encoded& point : points()) {
    const auto multiples = Multiples::of(point);
    REQUIRE(multiples);
    // All of them on the first point, a part on each of the others.
    const std::size_t step = first == 0 ? 1 : 13;
    for (std::size_t i = first; i < all.size(); i += step) {
      REQUIRE(times(*multiples, all[i]) == times_by_libsodium(point, all[i]));
    }
    ++first;
  }
}

TEST_CASE("a scalar of 256 ones is multiplied by as the number that it is") {
  using namespace edwards25519_test;
  Scalar ones;
  ones.fill(0xff);
  std::array<std::uint8_t, 64> wide{};
  std::ranges::copy(ones, wide.begin());
  Scalar reduced;
  crypto_core_ed25519_scalar_reduce(reduced.data(), wide.data());
  const auto point = points().front();
  CHECK(times(*Multiples::of(point), ones) == times_by_libsodium(point, reduced));
}

TEST_CASE("sums of multiples of two points are what libsodium adds up") {
  using namespace edwards25519_test;
  const auto all = scalars();
  const auto p = points()[0], q = points()[1];
  const auto of_p = Multiples::of(p), of_q = Multiples::of(q);
  for (std::size_t i = 1; i < all.size(); i += 7) {
    Point sum;
    of_p->add(sum, all[i]);
    of_q->add(sum, all[all.size() - i]);
    const auto a = times_by_libsodium(p, all[i]), b = times_by_libsodium(q, all[all.size() - i]);
    Encoded expected{};
    REQUIRE(crypto_core_ed25519_add(expected.data(), a.data(), b.data()) == 0);
    REQUIRE(encoded({&sum, 1}).front() == expected);
  }
}

TEST_CASE("a point added to itself and to its negative is doubled and gone") {
  using namespace edwards25519_test;
  Encoded point = points().front();
  const auto plus = Multiples::of(point);
  point[31] ^= 0x80;
  const auto minus = Multiples::of(point);
  const Scalar one = {1}, two = {2};
  Point sum;
  plus->add(sum, one);
  plus->add(sum, one);
  CHECK(encoded({&sum, 1}).front() == times(*plus, two));
  minus->add(sum, two);
  CHECK(encoded({&sum, 1}).front() == kNeutral);
  minus->add(sum, one);
  CHECK(encoded({&sum, 1}).front() == point);
}

TEST_CASE("points are encoded together as they are one by one") {
  using namespace edwards25519_test;
  const auto multiples = Multiples::of(points().back());
  std::vector<Point> all(100);
  for (std::uint8_t i = 0; i < 100; ++i) multiples->add(all[i], {i});
  const auto together = encoded(all);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(together[i] == encoded({&all[i], 1}).front());
  CHECK(encoded({}).empty());
}

}  // namespace quipu::crypto::edwards25519
