// SPDX-License-Identifier: Apache-2.0
// The first frame each way after the TLS handshake: which chain, epoch and protocol version this is, signed with the
// transport key over this very TLS session ("quipu-hello-v1", docs/formats.md 0.11). Pure values.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "crypto/keys.h"

namespace quipu::net {

struct HelloTerms {
  crypto::Digest chain;
  std::uint64_t epoch = 0;
  std::uint16_t version = 1;
  crypto::Digest exporter;  // of the TLS session, the same on both ends
};

// chain, epoch u64, version u16, signature
inline constexpr std::size_t kHelloBytes = 32 + 8 + 2 + 64;

// "quipu-hello-v1" 00 || chain || epoch || version || exporter
Bytes hello_signed_bytes(const HelloTerms& terms);
Bytes make_hello(const HelloTerms& ours, const crypto::SecretKey& transport_key);

// The sender's epoch. It may differ from ours, since a member that lags behind must connect to catch up; chain and
// version may not. The error is a sentence for the log.
std::expected<std::uint64_t, std::string> check_hello(BytesView payload, const HelloTerms& ours,
                                                      const crypto::PublicKey& sender);

}  // namespace quipu::net
