// SPDX-License-Identifier: Apache-2.0
// A text file that only grows, one line at a time. Any thread, one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::storage {

// Durable when it returns; a disk that fails ends the process. `line` has no line break.
void append_line(const std::filesystem::path& file, std::string_view line);
// A last line that was cut short is left out. Nothing when there is no such file.
std::vector<std::string> read_lines(const std::filesystem::path& file);

}  // namespace quipu::storage
