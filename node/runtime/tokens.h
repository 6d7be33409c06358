// SPDX-License-Identifier: Apache-2.0
// The tokens and client certificates that open a node's API: a text file with a line for each, which names the SHA-256
// of the token, not the token, or of the certificate's key. Made
// and revoked by `quipud token`; a running node sees changes within a second. Any thread, one at a time.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "node/http/access.h"

namespace quipu::runtime {

struct Token {
  std::string id;         // names it in lists and logs; says nothing about the token itself
  crypto::Digest digest;  // SHA-256 of the token
  http::Roles roles;
  std::string expires;  // YYYY-MM-DD: the last day (UTC) on which it opens anything
  std::string label;    // whose it is; one line, may be empty
  // In place of a token: a client certificate, by the SHA-256 of its public key (SubjectPublicKeyInfo).
  bool is_certificate() const { return id.starts_with("c-"); }
};

constexpr std::size_t kMostTokens = 1'024;

// Nothing in it where there is no file. The error names file and line.
std::expected<std::vector<Token>, std::string> read_tokens(const std::filesystem::path& file);
// In place of what is there, durable when it returns, readable by this user alone.
std::expected<void, std::string> write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens);

struct NewToken {
  Token token;
  std::string secret;  // shown once and kept nowhere
};
Token make_certificate(const crypto::Digest& key, http::Roles roles, std::string expires, std::string label);
NewToken make_token(http::Roles roles, std::string expires, std::string label);

// "submitter,reader" and back.
std::expected<http::Roles, std::string> parse_roles(std::string_view text);
std::string roles_text(http::Roles roles);

}  // namespace quipu::runtime
