// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "crypto/keyfile.h"
#include "node/ledger/date.h"
#include "storage/directory_sync.h"

namespace quipu::runtime {

namespace {

constexpr std::string_view kHeading =
    "# Tokens of this node's API: id, SHA-256 of the token (c-: of a certificate's key), roles, last day, whose it is. "
    "See: quipud token --help\n";
constexpr std::size_t kSecretBytes = 32;

// Cuts one word off the front of the line.
std::string_view next_word(std::string_view& line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return word;
}

std::expected<Token, std::string> parse_token(std::string_view line) {
  Token token;
  token.id = next_word(line);
  const auto raw = crypto::from_hex(next_word(line));
  const auto digest = raw ? crypto::Digest::from(*raw) : std::nullopt;
  const auto roles = parse_roles(next_word(line));
  token.expires = next_word(line);
  token.label = line;
  if (!digest) return std::unexpected("the second word must be 64 hex digits");
  if (!roles) return std::unexpected(roles.error());
  if (!ledger::Date::parse(token.expires)) return std::unexpected("the fourth word must be a date");
  token.digest = *digest;
  token.roles = *roles;
  return token;
}

std::string format_token(const Token& token) {
  return fmt::format("{} {} {} {} {}\n", token.id, crypto::to_hex(token.digest.view()), roles_text(token.roles),
                     token.expires, token.label);
}

bool write_private(const std::filesystem::path& file, BytesView content) {
  std::error_code error;
  std::filesystem::remove(file, error);
  std::ofstream out(file, std::ios::binary);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  out << content;
  out.close();
  return !error && out.good() && storage::sync_file(file);
}

}  // namespace

std::expected<std::vector<Token>, std::string> read_tokens(const std::filesystem::path& file) {
  std::vector<Token> tokens;
  std::ifstream in(file);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    auto token = parse_token(line);
    if (!token) return std::unexpected(fmt::format("{} line {}: {}", file.string(), number, token.error()));
    tokens.push_back(*std::move(token));
    if (tokens.size() > kMostTokens) return std::unexpected(fmt::format("{}: too many tokens", file.string()));
  }
  return tokens;
}

std::expected<void, std::string> write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens) {
  Bytes content(kHeading);
  for (const auto& token : tokens) content.append(format_token(token));
  auto unfinished = file;
  unfinished += ".new";
  if (write_private(unfinished, content) && ::rename(unfinished.c_str(), file.c_str()) == 0 &&
      storage::sync_directory(file.parent_path())) {
    return {};
  }
  return std::unexpected(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
}

Token make_certificate(const crypto::Digest& key, http::Roles roles, std::string expires, std::string label) {
  return {.id = "c-" + crypto::to_hex(crypto::random_bytes(4)),
          .digest = key,
          .roles = roles,
          .expires = std::move(expires),
          .label = std::move(label)};
}

NewToken make_token(http::Roles roles, std::string expires, std::string label) {
  NewToken made;
  made.secret = "quipu-" + crypto::to_hex(crypto::random_bytes(kSecretBytes));
  made.token = {.id = "t-" + crypto::to_hex(crypto::random_bytes(4)),
                .digest = crypto::sha256(made.secret),
                .roles = roles,
                .expires = std::move(expires),
                .label = std::move(label)};
  return made;
}

std::expected<http::Roles, std::string> parse_roles(std::string_view text) {
  http::Roles roles{http::Role::kMirror};
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto role = http::role_named(text.substr(0, comma));
    if (!role) {
      return std::unexpected(fmt::format(
          "\"{}\" is no role: submitter, reader, auditor, operator, governance, personal", text.substr(0, comma)));
    }
    roles.add(*role);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (roles == http::Roles{http::Role::kMirror}) return std::unexpected("a token needs at least one role");
  return roles;
}

std::string roles_text(http::Roles roles) {
  std::string text;
  for (const auto role : http::kTokenRoles) {
    if (roles.has(role)) text.append(text.empty() ? "" : ",").append(http::name_of(role));
  }
  return text;
}

}  // namespace quipu::runtime
