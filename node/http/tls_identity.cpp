// SPDX-License-Identifier: Apache-2.0
#include "node/http/tls_identity.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <ctime>
#include <mutex>

namespace quipu::http {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using File = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr auto kLookAgain = std::chrono::seconds(1);
// Forward secret and authenticated; TLS 1.3's own are all of that kind.
constexpr const char* kCiphersOfTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr long kLongestClientChain = 32 << 10;

std::string library_reason() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "it cannot be read" : reason;
}

std::unexpected<std::string> wrong(const fs::path& file, const std::string& why) {
  return std::unexpected(file.string() + ": " + why);
}

// A key with a passphrase is refused instead of asking for it on a terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

void narrow(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphersOfTls12);
  SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(
      context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_max_cert_list(context, kLongestClientChain);
  SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
}

bool everybody_may_read(const fs::path& file) {
  std::error_code error;
  const auto mode = fs::status(file, error).permissions();
  return !error && (mode & fs::perms::others_read) != fs::perms::none;
}

std::expected<void, std::string> take_pair(SSL_CTX* context, const TlsFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return wrong(files.certificate, library_reason());
  if (everybody_may_read(files.key)) return wrong(files.key, "everybody may read this key: chmod o-r");
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return wrong(files.key, library_reason());
  return {};
}

// Who shows no certificate is let in as one without a token is; who shows one of another CA is not.
std::expected<void, std::string> take_client_ca(SSL_CTX* context, const fs::path& file) {
  if (file.empty()) return {};
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return wrong(file, library_reason());
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

std::int64_t end_of(const X509* certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return 0;
  return ::timegm(&end);
}

std::int64_t first_end(SSL_CTX* context) {
  std::int64_t first = end_of(SSL_CTX_get0_certificate(context));
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  for (int i = 0; i < sk_X509_num(chain); ++i) first = std::min(first, end_of(sk_X509_value(chain, i)));
  return first;
}

std::expected<Context, std::string> make_context(const TlsFiles& files) {
  Context context(SSL_CTX_new(TLS_server_method()));
  assert(context != nullptr);
  ERR_clear_error();
  narrow(context.get());
  if (auto taken = take_pair(context.get(), files); !taken) return std::unexpected(taken.error());
  if (auto taken = take_client_ca(context.get(), files.client_ca); !taken) return std::unexpected(taken.error());
  return context;
}

// What tells whether a file is another one than the one read.
struct Mark {
  fs::file_time_type written{};
  std::uintmax_t bytes = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

Mark mark_of(const fs::path& file) {
  std::error_code error;
  Mark mark;
  mark.written = fs::last_write_time(file, error);
  if (error) return {};
  mark.bytes = fs::file_size(file, error);
  return mark;
}

using Marks = std::array<Mark, 3>;
Marks marks_of(const TlsFiles& files) {
  return {mark_of(files.certificate), mark_of(files.key), mark_of(files.client_ca)};
}

crypto::Digest key_digest(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  assert(size > 0);
  const auto digest = crypto::sha256({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
  OPENSSL_free(bytes);
  return digest;
}

}  // namespace

struct TlsIdentity::State {
  TlsFiles files;
  Say say;
  std::mutex mutex;
  Context context;
  Marks marks;
  std::int64_t expires_s = 0;
  Clock::time_point looked = Clock::now();

  // The marks are taken first: what changes while it is read is read again.
  std::expected<void, std::string> read() {
    marks = marks_of(files);
    auto fresh = make_context(files);
    if (!fresh) return std::unexpected(fresh.error());
    context = *std::move(fresh);
    expires_s = first_end(context.get());
    return {};
  }

  void look_again() {
    const auto now = Clock::now();
    if (now - looked < kLookAgain) return;
    looked = now;
    if (marks_of(files) == marks) return;
    if (const auto again = read(); !again) return say(again.error() + ": the API's certificate stays as it was", true);
    say("the API's certificate was read again", false);
  }
};

std::expected<std::unique_ptr<TlsIdentity>, std::string> TlsIdentity::open(TlsFiles files, Say say) {
  auto state = std::make_unique<State>();
  state->files = std::move(files);
  state->say = std::move(say);
  if (auto read = state->read(); !read) return std::unexpected(read.error());
  return std::unique_ptr<TlsIdentity>(new TlsIdentity(std::move(state)));
}

TlsIdentity::TlsIdentity(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsIdentity::~TlsIdentity() = default;

ssl_st* TlsIdentity::new_session() {
  const std::lock_guard lock(state_->mutex);
  state_->look_again();
  SSL* session = SSL_new(state_->context.get());
  assert(session != nullptr);
  return session;
}

std::int64_t TlsIdentity::expires_s() {
  const std::lock_guard lock(state_->mutex);
  state_->look_again();
  return state_->expires_s;
}

std::optional<crypto::Digest> shown_key(ssl_st* session) {
  X509* certificate = SSL_get0_peer_certificate(session);
  if (certificate == nullptr || SSL_get_verify_result(session) != X509_V_OK) return std::nullopt;
  return key_digest(certificate);
}

std::expected<crypto::Digest, std::string> key_of_certificate(const fs::path& file) {
  ERR_clear_error();
  const File in(BIO_new_file(file.c_str(), "r"));
  if (!in) return wrong(file, library_reason());
  const Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, &no_passphrase, nullptr));
  if (!certificate) return wrong(file, library_reason());
  return key_digest(certificate.get());
}

}  // namespace quipu::http
