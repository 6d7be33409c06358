// SPDX-License-Identifier: Apache-2.0
// What an asker holds already, by If-None-Match. Pure.
#pragma once

#include <string_view>

namespace quipu::http {

// The header names this tag: in a list, after W/ as a proxy that compresses writes it, or by *.
bool holds_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace quipu::http
