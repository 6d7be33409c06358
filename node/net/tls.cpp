// SPDX-License-Identifier: Apache-2.0
#include "node/net/tls.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "crypto/free.h"

namespace quipu::net {
namespace {

using crypto::Free;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

// One small certificate is all that a member has to show.
constexpr long kLongestCertificateList = 4 << 10;

// Only a broken library or no memory fails here: a node cannot go on without either.
void require(bool done) {
  if (!done) std::abort();
}

Key library_key(const crypto::SecretKey& secret) {
  const BytesView seed = secret.seed();
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()),
                                       seed.size()));
  require(key != nullptr);
  return key;
}

// Self-signed and without end (RFC 5280's "no expiry" date): a clock can neither break nor fake a connection.
Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  require(certificate != nullptr);
  X509* x = certificate.get();
  require(X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1);
  require(ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "19700101000000Z") == 1);
  require(ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z") == 1);
  const std::string_view name = "quipu member";
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()),
                                     -1, 0) == 1);
  require(X509_set_issuer_name(x, X509_get_subject_name(x)) == 1);
  require(X509_set_pubkey(x, key) == 1 && X509_sign(x, key, nullptr) > 0);
  return certificate;
}

std::optional<crypto::PublicKey> key_in(X509* certificate) {
  const EVP_PKEY* key = certificate == nullptr ? nullptr : X509_get0_pubkey(certificate);
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
  crypto::PublicKey raw;
  std::size_t size = raw.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.bytes.data(), &size) != 1 || size != raw.bytes.size()) return std::nullopt;
  return raw;
}

// The whole verdict on the other side's certificate.
int judge(X509_STORE_CTX* store, void* known) {
  const auto key = key_in(X509_STORE_CTX_get0_cert(store));
  const bool good = key && (*static_cast<const TlsContext::KnownKey*>(known))(*key);
  X509_STORE_CTX_set_error(store, good ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return good ? 1 : 0;
}

// One version, one signature scheme, one group; nothing that outlives the session.
void narrow(SSL_CTX* context) {
  require(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1);
  require(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
  require(SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1);
  require(SSL_CTX_set1_client_sigalgs_list(context, "ed25519") == 1);
  require(SSL_CTX_set1_groups_list(context, "X25519") == 1);
  require(SSL_CTX_set_num_tickets(context, 0) == 1);
  require(SSL_CTX_set_max_early_data(context, 0) == 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_max_cert_list(context, kLongestCertificateList);
}

}  // namespace

void TlsContextDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(const crypto::SecretKey& transport_key, KnownKey known)
    : known_(std::make_unique<KnownKey>(std::move(known))), context_(SSL_CTX_new(TLS_method())) {
  require(context_ != nullptr);
  SSL_CTX* context = context_.get();
  narrow(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &judge, known_.get());
  const Key key = library_key(transport_key);
  const Certificate certificate = self_signed(key.get());
  require(SSL_CTX_use_certificate(context, certificate.get()) == 1);
  require(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
}

ssl_st* TlsContext::new_session() const {
  SSL* session = SSL_new(context_.get());
  require(session != nullptr);
  return session;
}

std::optional<crypto::PublicKey> remote_key(ssl_st* session) { return key_in(SSL_get0_peer_certificate(session)); }

std::optional<crypto::Digest> session_exporter(ssl_st* session) {
  const std::string_view label = "EXPORTER-quipu-hello-v1";
  crypto::Digest exporter;
  if (SSL_export_keying_material(session, exporter.bytes.data(), exporter.bytes.size(), label.data(), label.size(),
                                 nullptr, 0, 0) != 1)
    return std::nullopt;
  return exporter;
}

}  // namespace quipu::net
