// SPDX-License-Identifier: Apache-2.0
#include "tests/node/net/stranger.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace quipu::net::test {
namespace {

void show_p256(SSL_CTX* context) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

}  // namespace

Stranger::Stranger(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  std::signal(SIGPIPE, SIG_IGN);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::runtime_error("no connection");
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

Stranger::~Stranger() {
  SSL_free(session_);
  ::close(socket_);
}

bool Stranger::connect_tls() {
  SSL_set_fd(session_, socket_);
  return SSL_connect(session_) == 1;
}

bool Stranger::handshake_as(const crypto::SecretKey& key) {
  auto context = std::make_shared<TlsContext>(key, [](const crypto::PublicKey&) { return true; });
  session_ = context->new_session();
  context_ = context;
  return connect_tls();
}

bool Stranger::handshake_showing(Shows what, int newest_version) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_max_proto_version(context.get(), newest_version);
  if (what == Shows::kP256) show_p256(context.get());
  session_ = SSL_new(context.get());
  context_ = context;
  return connect_tls();
}

bool Stranger::resumable() const { return SSL_SESSION_is_resumable(SSL_get0_session(session_)) == 1; }

bool Stranger::write(BytesView bytes) {
  return SSL_write(session_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

bool Stranger::write_raw(BytesView bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

std::optional<Bytes> Stranger::read(std::size_t size) {
  Bytes bytes(size, '\0');
  for (std::size_t at = 0; at < size;) {
    const int got = SSL_read(session_, bytes.data() + at, static_cast<int>(size - at));
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

bool Stranger::is_closed(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  char sink[4096];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) == 0) return false;
    if (::recv(socket_, sink, sizeof(sink), 0) <= 0) return true;
  }
}

bool Stranger::hello(const crypto::SecretKey& key, std::uint8_t chain_number, bool byte_by_byte) {
  const auto exporter = session_exporter(session_);
  if (!exporter) return false;
  const HelloTerms terms{.chain = chain(chain_number), .epoch = 0, .version = 1, .exporter = *exporter};
  const Bytes payload = make_hello(terms, key);
  const Bytes bytes = frame_header(FrameKind::kHello, payload.size()) + payload;
  for (std::size_t at = 0; at < bytes.size(); at += byte_by_byte ? 1 : bytes.size())
    if (!write(BytesView(bytes).substr(at, byte_by_byte ? 1 : bytes.size()))) return false;
  const auto answer = read(kFrameHeaderBytes + kHelloBytes);
  return answer && (*answer)[4] == static_cast<char>(FrameKind::kHelloAck) &&
         check_hello(BytesView(*answer).substr(kFrameHeaderBytes), terms, transport_key(0).public_key()).has_value();
}

}  // namespace quipu::net::test
