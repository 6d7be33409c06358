// SPDX-License-Identifier: Apache-2.0
// What the API shows of itself to whoever connects over TLS: a certificate chain and its key from PEM files, looked at
// again while the node runs, so that they are renewed without a restart. TLS 1.3 and 1.2, forward secret; no tickets,
// no session outlives its connection. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/digest.h"

struct ssl_st;

namespace quipu::http {

struct TlsFiles {
  std::filesystem::path certificate;  // the chain, the node's own first
  std::filesystem::path key;          // not for everybody to read, without a passphrase
  std::filesystem::path client_ca;    // who signs callers' certificates; empty: callers show none
};

class TlsIdentity {
 public:
  // A line for the log, and whether somebody should look.
  using Say = std::function<void(const std::string& line, bool alarm)>;

  // The error names the file and says what is wrong: not there, no PEM, a key of another certificate. A certificate
  // that has expired is none: whoever connects will say so, and the node goes on for the others.
  static std::expected<std::unique_ptr<TlsIdentity>, std::string> open(TlsFiles files, Say say);
  ~TlsIdentity();

  // For one connection; the caller's. Looks at the files once a second: others that are in order take the place of
  // those before, others that are not are told once and change nothing.
  ssl_st* new_session();
  // When the first of the chain's certificates expires, as Unix time. Looks at the files as above.
  std::int64_t expires_s();

 private:
  struct State;
  explicit TlsIdentity(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// SHA-256 of the public key (SubjectPublicKeyInfo) that the other side of a connection has proven to hold with a
// certificate of `client_ca`; nothing when it showed none.
std::optional<crypto::Digest> shown_key(ssl_st* session);
// The same of the first certificate in a PEM file. The error is one line.
std::expected<crypto::Digest, std::string> key_of_certificate(const std::filesystem::path& file);

}  // namespace quipu::http
