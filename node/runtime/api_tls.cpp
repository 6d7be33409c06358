// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/api_tls.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "node/ledger/date.h"
#include "node/runtime/clock.h"

namespace quipu::runtime {

namespace {

constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kSoon_s = 30 * kDay_s;

std::string sentence(http::TlsIdentity& identity) {
  const auto day = ledger::Date::of(static_cast<std::uint64_t>(identity.expires_s()) * 1000, 0).text();
  const std::int64_t left_s = *seconds_left(&identity);
  if (left_s < 0) return fmt::format("the API's certificate expired on {}: callers will refuse it", day);
  return fmt::format("the API's certificate expires on {}, in {} days", day, left_s / kDay_s);
}

void say(const std::string& line, bool alarm) { alarm ? spdlog::error("{}", line) : spdlog::info("{}", line); }

}  // namespace

http::TlsFiles tls_files(const NodeConfig& config) {
  if (config.http_certificate.empty()) return {};
  return {.certificate = config.resolve(config.http_certificate),
          .key = config.resolve(config.http_certificate_key),
          .client_ca = config.http_client_ca.empty() ? "" : config.resolve(config.http_client_ca)};
}

std::expected<std::unique_ptr<http::TlsIdentity>, std::string> open_identity(const http::TlsFiles& files) {
  if (files.certificate.empty()) return nullptr;
  auto identity = http::TlsIdentity::open(files, &say);
  if (identity && *seconds_left(identity->get()) < kSoon_s) spdlog::warn("{}", sentence(**identity));
  return identity;
}

std::optional<std::int64_t> seconds_left(http::TlsIdentity* identity) {
  if (identity == nullptr) return std::nullopt;
  return identity->expires_s() - real_now().utc_ms / 1000;
}

std::expected<std::string, std::string> judge_certificate(const http::TlsFiles& files) {
  if (files.certificate.empty()) return std::string();
  const auto identity = http::TlsIdentity::open(files, &say);
  if (!identity) return std::unexpected(identity.error());
  auto verdict = sentence(**identity);
  if (*seconds_left(identity->get()) < 0) return std::unexpected(std::move(verdict));
  return verdict;
}

const char* scheme(const http::TlsIdentity* identity) { return identity == nullptr ? "http" : "https"; }

}  // namespace quipu::runtime
