// SPDX-License-Identifier: Apache-2.0
// What chance or clumsy hands do to a file.
#pragma once

#include <algorithm>

#include "tests/node/audit/mutations/dice.h"

namespace quipu::audit::mutations {

inline void exchange_runs(Bytes& bytes, Dice& dice) {
  const std::size_t size = 1 + dice.below(std::max<std::size_t>(bytes.size() / 4, 1));
  const auto [a, b] = std::minmax(dice.below(bytes.size()), dice.below(bytes.size()));
  for (std::size_t i = 0; i < size && a + i < b && b + i < bytes.size(); ++i) std::swap(bytes[a + i], bytes[b + i]);
}

inline void damage(Bytes& bytes, Dice& dice) {
  const std::size_t at = bytes.empty() ? 0 : dice.below(bytes.size());
  switch (bytes.empty() ? 3 : dice.below(8)) {
    case 0:
      bytes.resize(at);
      break;
    case 1:
      bytes.erase(at, 1 + dice.below(40));
      break;
    case 2:
      bytes.insert(at, Bytes(bytes).substr(dice.below(bytes.size()), 1 + dice.below(80)));
      break;
    case 3:
      bytes.insert(at, dice.bytes(1 + dice.below(40)));
      break;
    case 4:
      exchange_runs(bytes, dice);
      break;
    default:
      dice.flip_bit(bytes);
  }
}

}  // namespace quipu::audit::mutations
