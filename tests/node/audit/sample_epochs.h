// SPDX-License-Identifier: Apache-2.0
// A chain whose members change: UY enters, PE leaves, BO brings other keys; each opens an epoch.
#pragma once

#include <catch2/catch.hpp>

#include "tests/node/audit/sample_mirror.h"
#include "tests/node/ledger/governance.h"

namespace quipu::sample {

using ledger::testing::GovernedChain;

inline const GovernedChain& four_epochs() {
  static const GovernedChain made = [] {
    GovernedChain chain;
    const auto registers = [&](const std::string& code, const std::string& subject) {
      REQUIRE(chain.says(code, "operator_registered { subject: '" + subject + "' person: LEGAL tin: '" + code +
                                   subject + "' }") == "OK");
    };
    chain.accepted("IN-1", GovernedChain::adding(sample::member("UY")));
    REQUIRE(chain.is_ready("BO", "IN-1", sample::key("UY", "vote")) == "OK");
    registers("UY", "S1");
    chain.accepted("OUT-1", "member_remove: 'PE'");
    registers("BR", "S1");
    auto member = sample::member("BO 1");
    member.set_administration("BO");
    chain.accepted("KEYS-1", GovernedChain::adding(member));
    REQUIRE(chain.is_ready("BO", "KEYS-1", sample::key("BO 1", "vote")) == "OK");
    registers("CL", "S1");
    return chain;
  }();
  return made;
}

// One that goes on with protocol version 2, which is not a training network's: no program knows its rules yet.
inline const GovernedChain& upgraded() {
  static const GovernedChain made = [] {
    GovernedChain chain;
    REQUIRE(chain.opens("BO", "UP-2", "protocol_version: 2") == "OK");
    for (const auto& code : chain.voters()) REQUIRE(chain.votes(code, "BO", "UP-2") == "OK");
    REQUIRE(chain.says("CL", "operator_registered { subject: 'S1' person: LEGAL tin: 'CL1' }") == "OK");
    return chain;
  }();
  return made;
}

// The same chain as its members vote and publish: every handover's tree and the newest, no more blocks than asked.
inline Chain published(std::size_t blocks = SIZE_MAX) {
  Chain chain;
  for (const auto& block : four_epochs().blocks()) {
    if (chain.position.height.value == blocks) break;
    if (chain.position.membership->epoch.value == 3) chain.renamed["BO"] = "BO 1";
    chain.append(block);
    if (chain.position.handover) chain.publish();
  }
  chain.publish();
  return chain;
}

inline std::uint64_t handover_height(std::uint64_t epoch) {
  for (const auto& block : four_epochs().blocks()) {
    if (block.after.handover && block.after.membership->epoch.value == epoch) return block.after.height.value;
  }
  return 0;
}

}  // namespace quipu::sample
