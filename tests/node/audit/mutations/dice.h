// SPDX-License-Identifier: Apache-2.0
// Chance from a number alone. A value; one thread.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::audit::mutations {

class Dice {
 public:
  explicit Dice(std::uint64_t number) : random_(number) {}

  // From 0 to below `end`, which is not 0.
  std::size_t below(std::size_t end) { return random_() % end; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List>
  auto& any_of(List&& list) {
    return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(below(std::size(list))));
  }
  // Two different places of a list of that many.
  std::pair<std::size_t, std::size_t> two(std::size_t size) {
    const std::size_t first = below(size), second = below(size - 1);
    return {first, second < first ? second : second + 1};
  }
  Bytes bytes(std::size_t size) {
    Bytes out(size, '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  void flip_bit(Bytes& bytes) {
    char& c = bytes[below(bytes.size())];
    c = static_cast<char>(c ^ (1 << below(8)));
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace quipu::audit::mutations
