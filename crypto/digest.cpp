// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace quipu::crypto {
namespace {

// Without SHA-256 nothing here has a meaning, so a failure inside the library stops the process.
void require(bool ok) {
  if (!ok) std::abort();
}

// Never freed: threads may still hash while the process ends.
const EVP_MD* algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(md != nullptr);
  return md;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

EVP_MD_CTX* started_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  require(context != nullptr);
  require(EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1);
  return context.get();
}

}  // namespace

Digest sha256(BytesView message) { return sha256({message}); }

Digest sha256(std::initializer_list<BytesView> parts) {
  EVP_MD_CTX* const context = started_context();
  for (const BytesView part : parts) require(EVP_DigestUpdate(context, part.data(), part.size()) == 1);
  Digest digest;
  require(EVP_DigestFinal_ex(context, digest.bytes.data(), nullptr) == 1);
  return digest;
}

}  // namespace quipu::crypto
