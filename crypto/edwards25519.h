// SPDX-License-Identifier: Apache-2.0
// Points of the curve of Ed25519 (RFC 8032, 5.1), and tables of multiples of one point. For what is public only: time
// depends on it. Values; a table is immutable; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "crypto/field25519.h"

namespace quipu::crypto::edwards25519 {

using Encoded = std::array<std::uint8_t, 32>;
using Scalar = std::array<std::uint8_t, 32>;  // little-endian, any

// The neutral one at first. x = X/Z, y = Y/Z, xy = T/Z.
struct Point {
  Field x, y = Field(1), z = Field(1), t;
};

// The one encoding of each point. The more at a time the faster.
std::vector<Encoded> encoded(std::span<const Point> points);

// Point and multiples of it, 165 kB.
class Multiples {
 public:
  // Requires the encoding of a point of the prime-order subgroup that is not the neutral one. Nothing if libsodium does
  // not come to the same sum of all that is in the table: memory that forgets costs speed, not truth.
  static std::unique_ptr<const Multiples> of(const Encoded& point);

  // Adds the scalar times the point.
  void add(Point& to, const Scalar& times) const;

  struct Affine {
    Field x, y;
  };
  // A point as it is added to others: y + x, y - x, 2dxy.
  struct Summand {
    Field sum, difference, product;
  };

 private:
  // Digits lie within -32 and 32; 43 of them are more than 255 bits.
  static constexpr unsigned kDigitBits = 6, kDigits = 43;
  static constexpr unsigned kMostDigit = 1U << (kDigitBits - 1);
  using Row = std::array<Summand, kMostDigit>;
  using Digits = std::array<std::int8_t, kDigits>;

  explicit Multiples(const Affine& point);
  static Affine fill(Row& row, const Affine& first);
  static Digits digits_of(const Scalar& scalar);
  bool adds_up(const Encoded& point) const;

  std::array<Row, kDigits> rows_;  // [i][j] is (j + 1) * 64^i times the point
};

}  // namespace quipu::crypto::edwards25519
