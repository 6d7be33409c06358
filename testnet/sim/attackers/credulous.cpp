// SPDX-License-Identifier: Apache-2.0
// Takes every submission for well signed, and proposes it.
#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

namespace {

class Credulous final : public Attacker {
 public:
  explicit Credulous(AttackerContext context) : Attacker(std::move(context)) {}
  bool believes_submissions() const override { return true; }
};

}  // namespace

std::unique_ptr<Attacker> credulous(AttackerContext context) { return std::make_unique<Credulous>(std::move(context)); }

}  // namespace quipu::testnet
