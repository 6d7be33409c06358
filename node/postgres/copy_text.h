// SPDX-License-Identifier: Apache-2.0
// Rows as PostgreSQL's COPY takes them as text. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::postgres {

using Value = std::optional<std::string>;  // nothing: NULL
using Row = std::vector<Value>;

// One line. What PostgreSQL holds in no text, the character NUL, becomes U+FFFD.
void append_row(Bytes& out, const Row& row);
// The text of an array of texts.
std::string array_text(const std::vector<std::string>& values);
// A JSON text as jsonb takes it: an escaped NUL becomes U+FFFD, too.
std::string jsonb_text(std::string json);
// Nothing when it is empty.
Value unless_empty(std::string text);

}  // namespace quipu::postgres
