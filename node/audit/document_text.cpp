// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/digest.h"
#include "node/audit/document.h"

namespace quipu::audit {
namespace {

constexpr std::size_t kMostColumn = 64;  // wider cells push the rest of their line

// What a file of a mirror is called, or says, must not forge a line of ours.
std::string plain(const std::string& text) {
  std::string out = text;
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths(table.heads.size(), 0);
  const auto take = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::min(kMostColumn, std::max(widths[i], row[i].size()));
  };
  take(table.heads);
  for (const auto& row : table.rows) take(row);
  return widths;
}

std::string line_of(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string out = " ";
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string cell = " " + plain(row[i]);
    if (i + 1 < row.size()) cell.resize(std::max(cell.size(), widths[i] + 1), ' ');
    out += cell;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

bool has_heads(const Table& table) {
  return std::ranges::any_of(table.heads, [](const std::string& head) { return !head.empty(); });
}

std::string text_of(const Section& section) {
  std::string out = "\n" + section.title + "\n" + std::string(section.title.size(), '-') + "\n";
  for (const auto& sentence : section.sentences) out += plain(sentence) + "\n";
  const auto widths = widths_of(section.table);
  if (has_heads(section.table)) out += line_of(section.table.heads, widths);
  for (const auto& row : section.table.rows) out += line_of(row, widths);
  return out;
}

}  // namespace

std::string text_of(const Document& document) {
  std::string out = plain(document.title) + "\n\n" + plain(document.verdict) + "\n" + document.meaning + "\n";
  for (const auto& section : document.sections) out += text_of(section);
  out += "\nreport " + document.digest + "\n";
  return out + "SHA-256 of the lines above " + crypto::to_hex(crypto::sha256(out).view()) + "\n";
}

}  // namespace quipu::audit
