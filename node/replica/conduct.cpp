// SPDX-License-Identifier: Apache-2.0
#include "node/replica/conduct.h"

#include <algorithm>

namespace quipu::replica {

bool Conduct::bears(PeerId peer, std::size_t checks, std::int64_t now_us) {
  ++accounts_[peer].rejects;
  auto& bucket = accounts_[peer].vain_checks;
  bucket.charge(checks, now_us);
  return bucket.owed_us(now_us) == 0;
}

bool Conduct::serves(PeerId peer, std::int64_t now_us) {
  return accounts_[peer].served_bytes.take(limits::kLeastServedBytes, now_us);
}

void Conduct::served(PeerId peer, std::size_t bytes, std::int64_t now_us) {
  if (bytes > limits::kLeastServedBytes) accounts_[peer].served_bytes.charge(bytes - limits::kLeastServedBytes, now_us);
}

bool Conduct::takes_offer(PeerId peer, std::int64_t now_us) { return accounts_[peer].offers.take(1, now_us); }

bool Conduct::takes_cosignature(PeerId peer, std::int64_t now_us) {
  return accounts_[peer].cosignatures.take(1, now_us);
}

bool Conduct::takes_leaves(PeerId peer, std::int64_t now_us) {
  return accounts_[peer].useless_leaves.owed_us(now_us) == 0;
}

void Conduct::useless_leaf(PeerId peer, std::int64_t now_us) { accounts_[peer].useless_leaves.charge(1, now_us); }

std::vector<std::uint64_t> Conduct::rejects(std::size_t members) const {
  std::vector<std::uint64_t> counts(members + 1);
  for (const auto& [peer, account] : accounts_) counts[std::min<std::size_t>(peer, members)] += account.rejects;
  return counts;
}

}  // namespace quipu::replica
