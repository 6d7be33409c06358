// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/signatures.h"

#include <map>

#include "crypto/digest.h"
#include "crypto/signature.h"

namespace quipu::ledger {
namespace {

constexpr std::size_t kRememberedVerdicts = 64;

}  // namespace

bool verified(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature) {
  thread_local std::map<crypto::Digest, bool> known;
  const crypto::Digest question = crypto::sha256({key.view(), signature.view(), message});
  if (const auto found = known.find(question); found != known.end()) return found->second;
  if (known.size() >= kRememberedVerdicts) known.clear();
  return known.emplace(question, crypto::verify(key, message, signature)).first->second;
}

}  // namespace quipu::ledger
