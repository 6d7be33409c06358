// SPDX-License-Identifier: Apache-2.0
// Who plays: the administrations of a simulated network, all their keys, and their genesis. The first ones are its
// members, the others candidates, who may become members later. An administration is known by its place in this list.
// Made from fixed seeds, the same in every run of that size, and cached per thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "node/host/host.h"
#include "node/ledger/genesis.h"

namespace quipu::ledger::v1 {
class Member;
}

namespace quipu::testnet {

inline constexpr std::size_t kCastMembers = 31;
// The virtual UTC at virtual time 0, one hour after the genesis was made: 2026-03-02 12:00:00.
inline constexpr std::int64_t kStartUtc_ms = 1'772'452'800'000;

// Issuer key 0 signs valid submissions only; key 1 belongs to somebody who tries everything.
inline constexpr unsigned kIssuerKeys = 2;

struct Cast {
  ledger::Genesis genesis;
  std::vector<std::string> codes;                                // ascending
  std::vector<std::shared_ptr<const crypto::SecretKey>> vote;    // by administration
  std::vector<std::shared_ptr<const crypto::SecretKey>> issuer;  // by administration * kIssuerKeys + key

  std::size_t members() const { return genesis.members.size(); }  // of the genesis
  const std::string& code(std::size_t administration) const { return codes[administration]; }
  std::size_t place_of(const std::string& code) const;  // asserts that it plays
};

// 1 <= members, members + candidates <= kCastMembers.
std::shared_ptr<const Cast> cast_of(std::size_t members, std::size_t candidates = 0, bool training = false);
// These: so many members, ascending, then candidates. At most limits::kMembers.
std::shared_ptr<const Cast> cast_of(const std::vector<std::string>& codes, std::size_t members, bool training = false);
// `desk`: with one more issuer key, for what the government hands in.
ledger::v1::Member member_card(const std::string& code, bool desk);
crypto::SecretKey secret_key(const std::string& code, const std::string& purpose);
// Fresh copies: a node owns its keys.
host::HostKeys host_keys(const Cast& cast, std::size_t member);

}  // namespace quipu::testnet
