// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/signatures.h"

#include <cstring>
#include <unordered_map>

#include "crypto/digest.h"

namespace quipu::testnet {

namespace {

struct DigestHash {
  std::size_t operator()(const crypto::Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.bytes.data(), sizeof hash);
    return hash;
  }
};
thread_local std::unordered_map<crypto::Digest, bool, DigestHash> verdicts;

}  // namespace

bool remembered_verify(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature) {
  const auto [entry, fresh] = verdicts.try_emplace(crypto::sha256({key.view(), signature.view(), message}), false);
  if (fresh) entry->second = crypto::verify(key, message, signature);
  return entry->second;
}

void forget_signatures() { verdicts.clear(); }

}  // namespace quipu::testnet
