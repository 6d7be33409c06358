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

// "map <base64>", an empty line, and the receipt of the seal, to the end.
struct MapAndSeal {
  Bytes proof;
  Receipt seal;

  std::string format() const;
};
std::expected<MapAndSeal, std::string> parse_map_and_seal(std::string_view text);

}  // namespace quipu::ledger
