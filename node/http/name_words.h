// SPDX-License-Identifier: Apache-2.0
// Names compared as people type them: without case, accents or the order of words. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quipu::http {

// Lower case, the letters of Western European languages without their accents; other UTF-8 stays as it is.
std::string folded(std::string_view text);
// What stands between spaces, folded.
std::vector<std::string> words_of(std::string_view text);
// Whether each of the words begins a word of the name.
bool names_match(std::string_view name, const std::vector<std::string>& words);

}  // namespace quipu::http
