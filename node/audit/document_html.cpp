// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/digest.h"
#include "node/audit/document.h"

namespace quipu::audit {
namespace {

constexpr const char* kStyle = R"(<style>
body { font: 10pt/1.4 serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #000; background: #fff; }
h1 { font-size: 16pt; } h2 { font-size: 12pt; margin-top: 1.5em; break-after: avoid; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: 2px 5px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; } tr { break-inside: avoid; }
.verdict { border: 2px solid #000; padding: .5em 1em; font-weight: bold; overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
@page { size: A4; margin: 15mm; }
@media print { body { margin: 0; max-width: none; font-size: 8pt; } }
</style>
)";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

std::string row_of(const std::vector<std::string>& cells, const std::string& tag) {
  std::string out = "<tr>";
  for (const auto& cell : cells) out += "<" + tag + ">" + escaped(cell) + "</" + tag + ">";
  return out + "</tr>\n";
}

std::string table_of(const Table& table) {
  if (table.heads.empty()) return "";
  std::string out = "<table>\n";
  const bool headed = std::ranges::any_of(table.heads, [](const std::string& head) { return !head.empty(); });
  if (headed) out += "<thead>" + row_of(table.heads, "th") + "</thead>\n";
  out += "<tbody>\n";
  for (const auto& row : table.rows) out += row_of(row, "td");
  return out + "</tbody>\n</table>\n";
}

std::string html_of(const Section& section) {
  std::string out = "<h2>" + escaped(section.title) + "</h2>\n";
  for (const auto& sentence : section.sentences) out += "<p>" + escaped(sentence) + "</p>\n";
  return out + table_of(section.table);
}

}  // namespace

std::string html_of(const Document& document) {
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
                    escaped(document.title) + "</title>\n" + kStyle + "</head>\n<body>\n<h1>" +
                    escaped(document.title) + "</h1>\n<p class=\"verdict\">" + escaped(document.verdict) + "</p>\n<p>" +
                    escaped(document.meaning) + "</p>\n";
  for (const auto& section : document.sections) out += html_of(section);
  out += "<hr>\n<p>report <code>" + document.digest + "</code></p>\n</body>\n</html>\n";
  return out + "<!-- SHA-256 of the lines above " + crypto::to_hex(crypto::sha256(out).view()) + " -->\n";
}

}  // namespace quipu::audit
