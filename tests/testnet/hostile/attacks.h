// SPDX-License-Identifier: Apache-2.0
// What a hostile member sends to one victim, and how it listens. Each attack is seeded; one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "consensus/message.h"
#include "tests/testnet/hostile/session.h"

namespace quipu::hostile {

class Attack {
 public:
  virtual ~Attack() = default;
  // The next bytes over TLS, whole frames or not; empty: nothing for now.
  virtual Bytes next() = 0;
  virtual void heard(const net::Frame&) {}
  // A new session has begun.
  virtual void connected() {}
  // Bytes it reads of each turn; 0: it never reads.
  virtual std::size_t reads_bytes() const { return 1 << 20; }
  // Instead of the rate given: so many bytes a second, none of them more than one at a time.
  virtual bool drips() const { return false; }
  // It says no hello and comes again at once.
  virtual bool only_shakes_hands() const { return false; }
};

// Names in the order in which a campaign runs them.
const std::vector<std::string>& attack_names();
// Null for a name that is none.
std::unique_ptr<Attack> make_attack(const std::string& name, const Identity& identity, std::uint64_t seed);

// As a member's own node would send it.
Bytes framed(const consensus::Message& message, const Identity& identity);

// What a listener learns of the network: the newest view, tip, proof and submission it has heard of.
struct Heard {
  consensus::View view{1};
  consensus::Tip tip;
  std::optional<consensus::QuorumProof> proof;
  std::vector<Bytes> leaves;  // a few
  std::vector<consensus::BlockId> blocks;
  void listen(const net::Frame& frame, const Identity& identity);

 private:
  void note(const consensus::Message& message);
};

}  // namespace quipu::hostile
