// SPDX-License-Identifier: Apache-2.0
// Submissions signed ahead of the measurement, in the order of their sequence numbers: every event registers an
// operator nobody has seen. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/keyfile.h"

namespace quipu::bench {

struct Prepared {
  std::string post;  // complete requests
  std::string look;
};

class Signatory {
 public:
  Signatory(crypto::UnlockedKey key, std::string chain_id) : key_(std::move(key)), chain_id_(std::move(chain_id)) {}

  // The next `count` submissions of this key, `events` in each.
  std::vector<Prepared> prepare(std::size_t count, std::size_t events);
  // Submissions handed back unsent: their numbers are used again.
  void give_back(std::size_t count) { next_sequence_ -= count; }

 private:
  Bytes sign(std::size_t events);

  crypto::UnlockedKey key_;
  std::string chain_id_;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t operators_ = 0;
};

}  // namespace quipu::bench
