// SPDX-License-Identifier: Apache-2.0
#include "node/http/entity_tag.h"

#include <ranges>

namespace quipu::http {

bool holds_tag(std::string_view if_none_match, std::string_view tag) {
  for (const auto part : std::views::split(if_none_match, ',')) {
    std::string_view held(part.begin(), part.end());
    while (held.starts_with(' ')) held.remove_prefix(1);
    while (held.ends_with(' ')) held.remove_suffix(1);
    if (held.starts_with("W/")) held.remove_prefix(2);
    if (held == tag || held == "*") return true;
  }
  return false;
}

}  // namespace quipu::http
