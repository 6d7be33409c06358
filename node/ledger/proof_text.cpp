// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/proof_text.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kNoValue = "-";

}  // namespace

std::optional<std::string_view> take_field(std::string_view& text, std::string_view word) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  if (!line.starts_with(word) || line.substr(word.size(), 1) != " ") return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(word.size() + 1);
}

std::string value_text(const std::optional<Bytes>& value) {
  return value ? crypto::to_base64(*value) : std::string(kNoValue);
}

std::optional<std::optional<Bytes>> value_of(std::string_view text) {
  if (text == kNoValue) return std::optional<Bytes>();
  auto value = crypto::from_base64(text);
  if (!value) return std::nullopt;
  return value;
}

std::string MapAndSeal::format() const { return "map " + crypto::to_base64(proof) + "\n\n" + seal.format(); }

std::expected<MapAndSeal, std::string> parse_map_and_seal(std::string_view text) {
  const auto encoded = take_field(text, "map");
  auto proof = encoded ? crypto::from_base64(*encoded) : std::nullopt;
  if (!proof) return std::unexpected("The map line is not base64.");
  if (!text.starts_with('\n')) return std::unexpected("The empty line before the seal's proof is missing.");
  auto seal = Receipt::parse(text.substr(1));
  if (!seal) return std::unexpected("The seal's proof: " + seal.error());
  return MapAndSeal{*std::move(proof), *std::move(seal)};
}

}  // namespace quipu::ledger
