// SPDX-License-Identifier: Apache-2.0
// TLS 1.3 between members, and nothing older: certificates are made in memory from the transport key and pinned by that
// raw key; names, dates and issuers mean nothing (docs/threats.md T1).
// A context is shared by the connections of one mesh; one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "crypto/keys.h"

struct ssl_st;
struct ssl_ctx_st;

namespace quipu::net {

struct TlsContextDeleter {
  void operator()(ssl_ctx_st* context) const;
};

class TlsContext {
 public:
  using KnownKey = std::function<bool(const crypto::PublicKey&)>;
  // For both ends. A handshake with a key that is not `known` fails. The key's seed is handed to the TLS library, since
  // every handshake signs with it.
  TlsContext(const crypto::SecretKey& transport_key, KnownKey known);

  // A new session; the caller owns it (Asio's stream frees it).
  ssl_st* new_session() const;

 private:
  std::unique_ptr<KnownKey> known_;  // at a fixed address, which the context keeps
  std::unique_ptr<ssl_ctx_st, TlsContextDeleter> context_;
};

// After the handshake: the other end's Ed25519 key; nothing when it showed none.
std::optional<crypto::PublicKey> remote_key(ssl_st* session);
// RFC 8446 7.5, 32 bytes, label "EXPORTER-quipu-hello-v1", no context: the same on both ends, never the same twice.
std::optional<crypto::Digest> session_exporter(ssl_st* session);

}  // namespace quipu::net
