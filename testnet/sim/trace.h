// SPDX-License-Identifier: Apache-2.0
// The auditor hash: everything every node was given and did, in order. Equal seeds must give equal hashes. Not
// cryptographic.
#pragma once

#include <cstdint>
#include <cstring>

#include "crypto/bytes.h"
#include "node/replica/replica.h"

namespace quipu::testnet {

class Trace {
 public:
  void mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15;
    hash_ ^= hash_ >> 29;
  }
  void mix(BytesView bytes) {
    mix(bytes.size());
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) mix_word(bytes);
    if (!bytes.empty()) mix_word(bytes);
  }
  void mix(const replica::Input& input);
  void mix(const replica::Effect& effect);
  std::uint64_t hash() const { return hash_; }

 private:
  void mix_word(BytesView bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size() < 8 ? bytes.size() : 8);
    mix(word);
  }
  std::uint64_t hash_ = 0x243f6a8885a308d3;
};

}  // namespace quipu::testnet
