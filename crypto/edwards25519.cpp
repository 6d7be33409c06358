// SPDX-License-Identifier: Apache-2.0
#include "crypto/edwards25519.h"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace quipu::crypto::edwards25519 {
namespace {

using Affine = Multiples::Affine;
using Summand = Multiples::Summand;

// -x^2 + y^2 = 1 + d x^2 y^2
const Field& d() {
  static const Field d = -Field(121665) * Field(121666).inverse();
  return d;
}

const Field& root_of_minus_one() {
  static const Field root = Field(2).power(253, 5);
  return root;
}

Summand summand(const Affine& point) {
  const Field product = point.x * point.y * d();
  return {(point.y + point.x).tight(), (point.y - point.x).tight(), (product + product).tight()};
}

// Right for any two points of this curve, equal ones and the neutral one included (Hisil and others 2008, 3.1: d is no
// square).
Point plus(const Point& p, const Summand& q) {
  const Field a = (p.y - p.x) * q.difference, b = (p.y + p.x) * q.sum;
  const Field c = p.t * q.product, twice_z = p.z + p.z;
  const Field e = b - a, f = twice_z - c, g = twice_z + c, h = b + a;
  return {.x = e * f, .y = g * h, .z = f * g, .t = e * h};
}

// The same with q's negative.
Point minus(const Point& p, const Summand& q) {
  const Field a = (p.y - p.x) * q.sum, b = (p.y + p.x) * q.difference;
  const Field c = p.t * q.product, twice_z = p.z + p.z;
  const Field e = b - a, f = twice_z + c, g = twice_z - c, h = b + a;
  return {.x = e * f, .y = g * h, .z = f * g, .t = e * h};
}

std::vector<Affine> affine(std::span<const Point> points) {
  std::vector<Field> z;
  z.reserve(points.size());
  for (const Point& point : points) z.push_back(point.z);
  const auto inverse = inverses(z);
  std::vector<Affine> out;
  out.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) out.push_back({points[i].x * inverse[i], points[i].y * inverse[i]});
  return out;
}

// RFC 8032, 5.1.3, without what it refuses.
Affine decoded(const Encoded& bytes) {
  const Field y = Field::from(bytes), y2 = y * y;
  const Field u = y2 - Field(1), v = d() * y2 + Field(1);
  const Field v3 = v * v * v;
  Field x = u * v3 * (u * v3 * v3 * v).power(252, 3);
  if (v * x * x != u) x = x * root_of_minus_one();
  assert(v * x * x == u);
  return {x.odd() == (bytes[31] >> 7 == 1) ? x : (-x).tight(), y};
}

}  // namespace

std::vector<Encoded> encoded(std::span<const Point> points) {
  std::vector<Encoded> out;
  out.reserve(points.size());
  for (const Affine& point : affine(points)) {
    Encoded& bytes = out.emplace_back(point.y.canonical());
    if (point.x.odd()) bytes[31] |= 0x80;
  }
  return out;
}

std::unique_ptr<const Multiples> Multiples::of(const Encoded& point) {
  auto made = std::unique_ptr<const Multiples>(new Multiples(decoded(point)));
  return made->adds_up(point) ? std::move(made) : nullptr;
}

Multiples::Multiples(const Affine& point) {
  Affine first = point;
  for (Row& row : rows_) first = fill(row, first);
}

// Where the next row begins.
Multiples::Affine Multiples::fill(Row& row, const Affine& first) {
  const Summand step = summand(first);
  std::vector<Point> points(1, plus({}, step));
  while (points.size() < row.size()) points.push_back(plus(points.back(), step));
  std::ranges::transform(affine(points), row.begin(), summand);
  return affine(std::vector(1, plus(points.back(), row.back()))).front();
}

// 1 + ... + 32 = 2^9 + 2^4 in each row.
bool Multiples::adds_up(const Encoded& point) const {
  std::array<std::uint8_t, crypto_core_ed25519_NONREDUCEDSCALARBYTES> times{};
  for (unsigned i = 0; i < kDigits; ++i) {
    for (const unsigned bit : {kDigitBits * i + 9, kDigitBits * i + 4}) {
      times[bit / 8] = static_cast<std::uint8_t>(times[bit / 8] | 1U << bit % 8);
    }
  }
  Scalar reduced{};
  crypto_core_ed25519_scalar_reduce(reduced.data(), times.data());
  Encoded theirs{};
  if (crypto_scalarmult_ed25519_noclamp(theirs.data(), reduced.data(), point.data()) != 0) return false;
  Point ours;
  for (const Row& row : rows_) {
    for (const Summand& multiple : row) ours = plus(ours, multiple);
  }
  return encoded({&ours, 1}).front() == theirs;
}

Multiples::Digits Multiples::digits_of(const Scalar& scalar) {
  Digits out{};
  unsigned carry = 0;
  for (unsigned i = 0; i < kDigits; ++i) {
    const unsigned bit = i * kDigitBits, byte = bit / 8;
    const unsigned two = scalar[byte] | (byte + 1 < scalar.size() ? scalar[byte + 1] << 8 : 0);
    const unsigned digit = (two >> bit % 8 & (2 * kMostDigit - 1)) + carry;
    carry = digit > kMostDigit ? 1 : 0;
    out[i] = static_cast<std::int8_t>(static_cast<int>(digit) - static_cast<int>(carry * 2 * kMostDigit));
  }
  assert(carry == 0);
  return out;
}

void Multiples::add(Point& to, const Scalar& times) const {
  const Digits digits = digits_of(times);
  for (unsigned i = 0; i < kDigits; ++i) {
    const int digit = digits[i];
    if (digit > 0) to = plus(to, rows_[i][static_cast<unsigned>(digit) - 1]);
    if (digit < 0) to = minus(to, rows_[i][static_cast<unsigned>(-digit) - 1]);
  }
}

}  // namespace quipu::crypto::edwards25519
