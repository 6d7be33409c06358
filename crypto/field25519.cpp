// SPDX-License-Identifier: Apache-2.0
#include "crypto/field25519.h"

#include <cassert>

namespace quipu::crypto {

Field Field::from(const std::array<std::uint8_t, 32>& bytes) {
  std::array<std::uint64_t, 4> words{};
  for (unsigned i = 0; i < 32; ++i) words[i / 8] |= std::uint64_t{bytes[i]} << 8 * (i % 8);
  Field out;
  out.limbs_ = {words[0] & kMask, (words[0] >> 51 | words[1] << 13) & kMask, (words[1] >> 38 | words[2] << 26) & kMask,
                (words[2] >> 25 | words[3] << 39) & kMask, words[3] >> 12 & kMask};
  return out;
}

std::array<std::uint8_t, 32> Field::canonical() const {
  auto limbs = tight().limbs_;  // together below 2p
  std::uint64_t carry = 19;     // one in the end if 19 more reach 2^255, so from p on
  for (const std::uint64_t limb : limbs) carry = (limb + carry) >> 51;
  limbs[0] += 19 * carry;  // and 2^255 less, which the last mask does
  for (unsigned i = 0; i < 5; ++i) {
    if (i < 4) limbs[i + 1] += limbs[i] >> 51;
    limbs[i] &= kMask;
  }
  const std::array<std::uint64_t, 4> words = {limbs[0] | limbs[1] << 51, limbs[1] >> 13 | limbs[2] << 38,
                                              limbs[2] >> 26 | limbs[3] << 25, limbs[3] >> 39 | limbs[4] << 12};
  std::array<std::uint8_t, 32> out{};
  for (unsigned i = 0; i < 32; ++i) out[i] = static_cast<std::uint8_t>(words[i / 8] >> 8 * (i % 8));
  return out;
}

Field Field::power(unsigned bits, unsigned minus) const {
  assert(bits >= 248 && bits <= 255 && minus >= 1 && minus <= 128);
  const unsigned low = 256 - minus;  // above its last byte the exponent has ones only
  Field out = *this;
  for (unsigned bit = bits - 1; bit-- > 0;) {
    out = out * out;
    if (bit >= 8 || (low >> bit & 1) == 1) out = out * *this;
  }
  return out;
}

std::vector<Field> inverses(std::span<const Field> numbers) {
  std::vector<Field> out;  // at first: the product of all before
  out.reserve(numbers.size());
  Field product(1);
  for (const Field& number : numbers) {
    out.push_back(product);
    product = product * number;
  }
  Field rest = product.inverse();
  for (std::size_t i = numbers.size(); i-- > 0;) {
    out[i] = out[i] * rest;
    rest = rest * numbers[i];
  }
  return out;
}

}  // namespace quipu::crypto
