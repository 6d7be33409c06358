// SPDX-License-Identifier: Apache-2.0
// The client's side of TLS: TLS 1.3 and 1.2, the node's certificate checked against a CA and against the name it was
// called by. One thread.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "node/fetch/http_client.h"

struct ssl_st;
struct ssl_ctx_st;

namespace quipu::fetch {

struct TlsContextDeleter {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, TlsContextDeleter>;

// The error names the file.
std::expected<TlsContext, std::string> make_tls_context(const TlsTrust& trust);
// For one connection to that host, a name or an address; the caller's. Null when it can be neither.
ssl_st* new_tls_session(ssl_ctx_st* context, const std::string& host);
// Why a handshake failed, as far as the certificate is at fault; else empty.
std::string certificate_fault(ssl_st* session);

}  // namespace quipu::fetch
