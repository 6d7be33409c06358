// SPDX-License-Identifier: Apache-2.0
// What makes a post believable: signatures by the scheme of Standard Webhooks (standardwebhooks.com), symmetric kind.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::webhooks {

// Wiped when it goes.
class Secret {
 public:
  // "whsec_" and 24 to 64 bytes in base64. The error does not repeat the text.
  static std::expected<Secret, std::string> parse(std::string_view text);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();
  BytesView view() const { return bytes_; }

 private:
  explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

// One secret a line, at most four: while they are exchanged a receiver may know either. Empty lines and those that
// begin with # do not count.
std::expected<std::vector<Secret>, std::string> parse_secrets(std::string_view text);

// Value of the header webhook-signature: "v1,BASE64" by each secret, with spaces between. `id` has no full stop.
std::string sign(const std::vector<Secret>& secrets, std::string_view id, std::int64_t timestamp_s, BytesView body);

}  // namespace quipu::webhooks
