// SPDX-License-Identifier: Apache-2.0
// Numbers modulo p = 2^255 - 19, for what is public: time depends on nothing but may do so. Values; safe from any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace quipu::crypto {

// Five limbs of 51 bits. Products are *tight*: every limb below 2^51 + 2^13. What is multiplied may be a tight number,
// a sum of up to three of them, or a difference; of two sums at most. No number has one spelling but in canonical().
class Field {
 public:
  constexpr Field() = default;
  explicit constexpr Field(std::uint64_t small) : limbs_{small} {}
  // Little-endian; the top bit is not read, and numbers from p on are taken as what they are modulo p.
  static Field from(const std::array<std::uint8_t, 32>& bytes);

  friend Field operator+(const Field& a, const Field& b) {
    Field out;
    for (unsigned i = 0; i < 5; ++i) out.limbs_[i] = a.limbs_[i] + b.limbs_[i];
    return out;
  }
  friend Field operator-(const Field& a, const Field& b) {
    constexpr std::uint64_t kFourP0 = 4 * ((std::uint64_t{1} << 51) - 19), kFourP = 4 * kMask;
    Field out;
    for (unsigned i = 0; i < 5; ++i) out.limbs_[i] = a.limbs_[i] + (i == 0 ? kFourP0 : kFourP) - b.limbs_[i];
    return out;
  }
  friend Field operator*(const Field& a, const Field& b) {
    const auto& [a0, a1, a2, a3, a4] = a.limbs_;
    const auto& [b0, b1, b2, b3, b4] = b.limbs_;
    const std::uint64_t c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;  // 2^255 is 19
    return carried({wide(a0, b0) + wide(a1, c4) + wide(a2, c3) + wide(a3, c2) + wide(a4, c1),
                    wide(a0, b1) + wide(a1, b0) + wide(a2, c4) + wide(a3, c3) + wide(a4, c2),
                    wide(a0, b2) + wide(a1, b1) + wide(a2, b0) + wide(a3, c4) + wide(a4, c3),
                    wide(a0, b3) + wide(a1, b2) + wide(a2, b1) + wide(a3, b0) + wide(a4, c4),
                    wide(a0, b4) + wide(a1, b3) + wide(a2, b2) + wide(a3, b1) + wide(a4, b0)});
  }
  Field operator-() const { return Field() - *this; }
  Field tight() const { return *this * Field(1); }
  friend bool operator==(const Field& a, const Field& b) { return a.canonical() == b.canonical(); }

  // Little-endian, below p.
  std::array<std::uint8_t, 32> canonical() const;
  bool odd() const { return (canonical()[0] & 1) == 1; }

  // To the power of 2^bits - minus; `bits` in 248..255, `minus` in 1..128.
  Field power(unsigned bits, unsigned minus) const;
  Field inverse() const { return power(255, 21); }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::uint64_t kMask = (std::uint64_t{1} << 51) - 1;

  static Wide wide(std::uint64_t a, std::uint64_t b) { return static_cast<Wide>(a) * b; }
  static Field carried(std::array<Wide, 5> sums) {
    Field out;
    for (unsigned i = 0; i < 4; ++i) {
      out.limbs_[i] = static_cast<std::uint64_t>(sums[i]) & kMask;
      sums[i + 1] += static_cast<std::uint64_t>(sums[i] >> 51);
    }
    out.limbs_[4] = static_cast<std::uint64_t>(sums[4]) & kMask;
    out.limbs_[0] += 19 * static_cast<std::uint64_t>(sums[4] >> 51);
    out.limbs_[1] += out.limbs_[0] >> 51;
    out.limbs_[0] &= kMask;
    return out;
  }

  std::array<std::uint64_t, 5> limbs_{};
};

// Each of them, for the price of one and three products each. Zero has none: one zero makes all of them zero.
std::vector<Field> inverses(std::span<const Field> numbers);

}  // namespace quipu::crypto
