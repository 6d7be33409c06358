// SPDX-License-Identifier: Apache-2.0
#include "node/http/name_words.h"

#include <algorithm>

namespace quipu::http {

namespace {

// U+00C0 to U+00FF, which UTF-8 writes as C3 80 to C3 BF; a space is a letter that keeps its bytes.
constexpr std::string_view kPlain =
    "aaaaaaaceeeeiiiidnooooo ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo ouuuuyty";
static_assert(kPlain.size() == 64);

bool parts_words(char c) { return c == ' ' || c == '-' || c == '.' || c == ',' || c == '&' || c == '/'; }

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0u;
    if (c == '\xc3' && next >= 0x80 && next <= 0xbf && kPlain[next - 0x80] != ' ') {
      out.push_back(kPlain[next - 0x80]);
      ++at;
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : folded(text)) {
    if (!parts_words(c))
      words.back().push_back(c);
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool names_match(std::string_view name, const std::vector<std::string>& words) {
  const auto own = words_of(name);
  return std::ranges::all_of(words, [&](const std::string& wanted) {
    return std::ranges::any_of(own, [&](const std::string& word) { return word.starts_with(wanted); });
  });
}

}  // namespace quipu::http
