// SPDX-License-Identifier: Apache-2.0
#include "node/fetch/tls_trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cassert>

namespace quipu::fetch {

namespace {

std::unexpected<std::string> wrong(const std::filesystem::path& file) {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return std::unexpected(file.string() + ": " + (reason == nullptr ? "it cannot be read" : reason));
}

int no_passphrase(char*, int, int, void*) { return 0; }

std::expected<void, std::string> take_own(SSL_CTX* context, const TlsTrust& trust) {
  if (trust.certificate.empty()) return {};
  SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
  const auto& key = trust.key.empty() ? trust.certificate : trust.key;
  if (SSL_CTX_use_certificate_chain_file(context, trust.certificate.c_str()) != 1) return wrong(trust.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) return wrong(key);
  return {};
}

}  // namespace

void TlsContextDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

std::expected<TlsContext, std::string> make_tls_context(const TlsTrust& trust) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  assert(context != nullptr);
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (trust.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), trust.ca.c_str(), nullptr) != 1) {
    return wrong(trust.ca);
  }
  if (auto taken = take_own(context.get(), trust); !taken) return std::unexpected(taken.error());
  return context;
}

ssl_st* new_tls_session(ssl_ctx_st* context, const std::string& host) {
  SSL* session = SSL_new(context);
  assert(session != nullptr);
  // An address is one in the certificate, never a name; and is not sent as one.
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1) return session;
  ERR_clear_error();
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (SSL_set1_host(session, host.c_str()) == 1 && SSL_set_tlsext_host_name(session, host.c_str()) == 1) return session;
  SSL_free(session);
  return nullptr;
}

std::string certificate_fault(ssl_st* session) {
  const long verdict = SSL_get_verify_result(session);
  return verdict == X509_V_OK ? "" : std::string("its certificate: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace quipu::fetch
