// SPDX-License-Identifier: Apache-2.0
// Lines that the text forms of status proofs share (docs/formats.md). Pure.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "node/ledger/receipt.h"

namespace quipu::ledger {

// The rest of the next line if it begins with the word and a space; else nothing is taken.
std::optional<std::string_view> take_field(std::string_view& text, std::string_view word);

// A record's value in base64, or - where the map has none. The inner nothing is the latter, the outer one no such text.
std::string value_text(const std::optional<Bytes>& value);
std::optional<std::optional<Bytes>> value_of(std::string_view text);

// "map <base64>", an empty line, and the receipt of the seal, to the end.
struct MapAndSeal {
  Bytes proof;
  Receipt seal;

  std::string format() const;
};
std::expected<MapAndSeal, std::string> parse_map_and_seal(std::string_view text);

}  // namespace quipu::ledger
