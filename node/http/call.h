// SPDX-License-Identifier: Apache-2.0
// One request as the route functions see it: its path in segments, its query read strictly, the node behind it. Any
// thread.
#pragma once

#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/digest.h"
#include "node/http/access.h"
#include "node/http/backend.h"
#include "node/http/server.h"

namespace quipu::http {

// The target taken apart, percent-encoding undone. Nothing when it is not an origin-form target, or names a query
// parameter twice (then `fault` says which).
struct Target {
  std::vector<std::string> segments;  // "/v1/members" -> "v1", "members"
  std::vector<std::pair<std::string, std::string>> query;
};
std::expected<Target, std::string> parse_target(std::string_view text);

struct Call {
  Backend& backend;
  const Request& request;
  Target target;
  std::vector<std::string> path;  // what the pattern's placeholders matched
  Roles roles;                    // of who asks
  std::string caller;             // its name; kGuest where nobody is asked for one

  std::optional<std::string> query(std::string_view name) const;
  // A parameter that is none of these is the asker's mistake: the sentence that names it.
  std::optional<std::string> unexpected(std::initializer_list<std::string_view> allowed) const;
  bool wants_csv() const;  // ?format=csv or Accept: text/csv
};

std::optional<std::uint64_t> parse_decimal(std::string_view text);
std::optional<crypto::Digest> digest_from_hex(std::string_view hex);

}  // namespace quipu::http
