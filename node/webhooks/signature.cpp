// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/signature.h"

#include <cassert>

#include "crypto/hmac.h"
#include "crypto/sealing.h"

namespace quipu::webhooks {

namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kLeastBytes = 24;
constexpr std::size_t kMostBytes = 64;
constexpr std::size_t kMostSecrets = 4;
constexpr const char* kForm = "a secret is whsec_ and 24 to 64 bytes in base64";

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = line.find_first_not_of(kBlank);
  if (first == line.npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::expected<Secret, std::string> Secret::parse(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::unexpected(kForm);
  auto bytes = crypto::from_base64(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() < kLeastBytes || bytes->size() > kMostBytes) return std::unexpected(kForm);
  return Secret(*std::move(bytes));
}

Secret::Secret(Secret&& other) noexcept : bytes_(other.bytes_) { crypto::wipe(other.bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  crypto::wipe(bytes_);
  bytes_ = other.bytes_;
  crypto::wipe(other.bytes_);
  return *this;
}

Secret::~Secret() { crypto::wipe(bytes_); }

std::expected<std::vector<Secret>, std::string> parse_secrets(std::string_view text) {
  std::vector<Secret> secrets;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    auto secret = Secret::parse(line);
    if (!secret) return std::unexpected(secret.error());
    if (secrets.size() == kMostSecrets) return std::unexpected("more than four secrets");
    secrets.push_back(std::move(*secret));
  }
  if (secrets.empty()) return std::unexpected("there is no secret in it: " + std::string(kForm));
  return secrets;
}

std::string sign(const std::vector<Secret>& secrets, std::string_view id, std::int64_t timestamp_s, BytesView body) {
  assert(id.find('.') == id.npos);
  Bytes signed_text(id);
  signed_text.append(".").append(std::to_string(timestamp_s)).append(".").append(body);
  std::string header;
  for (const Secret& secret : secrets) {
    if (!header.empty()) header += ' ';
    header += "v1," + crypto::to_base64(crypto::hmac_sha256(secret.view(), signed_text).view());
  }
  return header;
}

}  // namespace quipu::webhooks
