// SPDX-License-Identifier: Apache-2.0
#include "node/webhooks/endpoint.h"

#include <algorithm>

#include "node/fetch/address.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::webhooks {

namespace {

constexpr std::size_t kLongestName = 32;

bool is_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, fits);
}

bool is_member_code(const std::string& code) {
  return code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// "certificate_suspended": a member of the oneof that every event has.
bool is_kind(const std::string& kind) {
  const auto* event = ledger::v1::Event::descriptor();
  const auto* field = event->FindFieldByName(kind);
  return field != nullptr && field->containing_oneof() == event->FindOneofByName("statement");
}

}  // namespace

std::expected<void, std::string> check_form(const Endpoint& endpoint) {
  if (!is_name(endpoint.name)) return std::unexpected("name must be 1 to 32 of a-z, 0-9 and -");
  if (!fetch::parse_url(endpoint.url)) return std::unexpected("url must be http://... or https://...");
  if (endpoint.secret_file.empty()) return std::unexpected("secret_file must name the file with the secret");
  if (!endpoint.as.empty() && !is_member_code(endpoint.as)) return std::unexpected("as must be two upper-case letters");
  for (const auto& kind : endpoint.kinds) {
    if (!is_kind(kind)) return std::unexpected("kinds: " + kind + " is no kind of event");
  }
  return {};
}

}  // namespace quipu::webhooks
