// SPDX-License-Identifier: Apache-2.0
#include "crypto/field25519.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>
#include <random>

namespace quipu::crypto {
namespace field_test {

// The dumb twin: any number, and a remainder.
using Number = boost::multiprecision::cpp_int;
using Encoded = std::array<std::uint8_t, 32>;

const Number kPrime = (Number(1) << 255) - 19;

Number number_of(const Encoded& bytes) {
  Number out = 0;
  for (unsigned i = 32; i-- > 0;) out = out * 256 + bytes[i];
  return out;
}

Encoded bytes_of(Number number) {
  Encoded out{};
  for (auto& byte : out) {
    byte = static_cast<std::uint8_t>(number % 256);
    number /= 256;
  }
  return out;
}

// Around what limbs, words and the prime end at, and at random.
std::vector<Number> numbers() {
  std::vector<Number> out;
  for (const unsigned bits : {0U, 1U, 51U, 64U, 102U, 128U, 153U, 192U, 204U, 254U, 255U}) {
    for (int by = -20; by <= 20; ++by) {
      const Number number = (Number(1) << bits) + by;
      if (number >= 0 && number < Number(1) << 255) out.push_back(number);
    }
  }
  for (const int by : {0, 1, 2, 18, 19, 20, 21}) out.push_back(kPrime - by);
  std::mt19937_64 random(25519);  // NOLINT: the same every time
  for (int i = 0; i < 200; ++i) {
    Encoded bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    bytes[31] &= 0x7f;
    out.push_back(number_of(bytes));
  }
  return out;
}

Number value(const Field& field) { return number_of(field.canonical()); }

}  // namespace field_test

TEST_CASE("field numbers are read and written as numbers modulo the prime are") {
  using namespace field_test;
  for (const Number& number : numbers()) CHECK(value(Field::from(bytes_of(number))) == number % kPrime);
}

TEST_CASE("the top bit of a field number's bytes is not read") {
  using namespace field_test;
  for (const Number& number : numbers()) {
    Encoded bytes = bytes_of(number);
    bytes[31] |= 0x80;
    CHECK(value(Field::from(bytes)) == number % kPrime);
  }
}

TEST_CASE("sums, differences and products of field numbers are those of numbers") {
  using namespace field_test;
  const auto all = numbers();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Number& a = all[i];
    const Number& b = all[i * 7 % all.size()];
    const Field x = Field::from(bytes_of(a)), y = Field::from(bytes_of(b));
    REQUIRE(value(x + y) == (a + b) % kPrime);
    REQUIRE(value(x - y) == (a + kPrime - b % kPrime) % kPrime);
    REQUIRE(value(x * y) == a * b % kPrime);
    REQUIRE(value(-x) == (kPrime - a % kPrime) % kPrime);
  }
}

TEST_CASE("the widest sums and differences that may be multiplied give the right product") {
  using namespace field_test;
  const auto all = numbers();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Number& a = all[i];
    const Number& b = all[i * 11 % all.size()];
    const Field x = Field::from(bytes_of(a)), y = Field::from(bytes_of(b));
    const Field three = x + x + y, apart = (x + x) - (y + y);
    REQUIRE(value(three * apart) == (2 * a + b) * (2 * a + 4 * kPrime - 2 * b) % kPrime);
    REQUIRE(value(apart * apart) == (2 * a + 4 * kPrime - 2 * b) * (2 * a + 4 * kPrime - 2 * b) % kPrime);
  }
}

TEST_CASE("a field number to a power is what repeated multiplication gives") {
  using namespace field_test;
  const auto all = numbers();
  for (std::size_t i = 0; i < all.size(); i += 9) {
    for (const auto& [bits, minus] : {std::pair{255U, 21U}, {252U, 3U}, {253U, 5U}, {248U, 1U}, {255U, 128U}}) {
      const Number exponent = (Number(1) << bits) - minus;
      REQUIRE(value(Field::from(bytes_of(all[i])).power(bits, minus)) == powm(all[i], exponent, kPrime));
    }
  }
}

TEST_CASE("inverses made together are those made one by one") {
  using namespace field_test;
  std::vector<Field> fields;
  for (const Number& number : numbers()) {
    if (number % kPrime != 0) fields.push_back(Field::from(bytes_of(number)));
  }
  const auto together = inverses(fields);
  REQUIRE(together.size() == fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    REQUIRE(together[i] * fields[i] == Field(1));
    if (i % 50 == 0) REQUIRE(together[i] == fields[i].inverse());
  }
  CHECK(inverses({}).empty());
}

}  // namespace quipu::crypto
