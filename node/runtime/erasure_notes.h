// SPDX-License-Identifier: Apache-2.0
// This node's account of erasures: `side/erasures`, a line of JSON for each. One thread at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/http/record_desk.h"

namespace quipu::runtime {

std::string format_note(const http::ErasureNote& note);
// Nothing when the line is not in form.
std::optional<http::ErasureNote> parse_note(const std::string& line);

// Lines that are not in form, which only a power cut or a person writes, are passed over.
std::vector<http::ErasureNote> read_notes(const std::filesystem::path& file);
// Durable when it returns.
void append_note(const std::filesystem::path& file, const http::ErasureNote& note);

}  // namespace quipu::runtime
