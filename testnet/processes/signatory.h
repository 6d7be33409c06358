// SPDX-License-Identifier: Apache-2.0
// An officer who always has something valid to state: every event registers an operator nobody has seen. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/keyfile.h"

namespace quipu::processes {

struct Statement {
  crypto::Digest id;
  Bytes leaf;
};

class Signatory {
 public:
  Signatory(crypto::UnlockedKey key, std::string chain_id);

  // A signed submission with so many events, at most limits::kSubmissionEvents.
  Statement sign(std::uint64_t sequence, std::size_t events);
  const crypto::KeyFile& key() const { return key_.header; }

 private:
  crypto::UnlockedKey key_;
  std::string chain_id_;
  std::uint64_t next_operator_;
};

}  // namespace quipu::processes
