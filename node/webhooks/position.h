// SPDX-License-Identifier: Apache-2.0
// How far an endpoint has been told, in a file of its own. Any thread, but one at a time for one file.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "node/http/changes.h"

namespace quipu::webhooks {

struct Position {
  std::string chain{};                 // hex; a position means nothing on another chain
  std::uint64_t height = 0;            // of the last block of which everything was told
  std::optional<http::Place> after{};  // the last event that was told of the block after it
  bool operator==(const Position&) const = default;
};

std::string format_position(const Position& position);
// Nothing when it is not in that form.
std::optional<Position> parse_position(const std::string& text);

// Nothing when there is no such file. The error: one that says nothing, which is never taken for a beginning.
std::expected<std::optional<Position>, std::string> read_position(const std::filesystem::path& file);
// Replaced as a whole, and durable when true; false: the old one may still be in force.
bool write_position(const std::filesystem::path& file, const Position& position);

}  // namespace quipu::webhooks
