// SPDX-License-Identifier: Apache-2.0
// Attacks that send as many messages as the rate allows: what looks valid until it is checked, what is costly to
// answer, and what is no message at all.
#pragma once

#include "tests/testnet/hostile/attacks.h"

namespace quipu::hostile {

// votes, proofs, submissions, requests: one sort each. flood: all of these. bulk: long proposals and answers. garbage:
// what cannot be read. pings: the smallest frame. Null for another name.
std::unique_ptr<Attack> make_flood(const std::string& name, const Identity& identity, std::uint64_t seed);

}  // namespace quipu::hostile
