// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "crypto/digest.h"
#include "node/audit/document.h"

namespace quipu::audit {
namespace {

constexpr const char* kStyle = R"(<style>
:root { color-scheme: light; --line: #b8bec6; --soft: #4d5661; font-size: 15px; }
body { font: 1rem/1.45 system-ui, "Liberation Sans", Arial, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; break-after: avoid; }
h1, p, td, th { overflow-wrap: break-word; } p { max-width: 48rem; }
.verdict { max-width: none; border: 2px solid; border-left-width: .6rem; border-radius: .3rem; padding: .6rem 1rem; font-size: 1.2rem; font-weight: 700; }
.verified { color: #14692f; } .broken { color: #a3201a; } .could-not-check { color: #7a4f00; }
.wide { overflow-x: auto; } .wide:focus-visible { outline: 3px solid #0b5cad; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; } thead th { vertical-align: bottom; border-bottom: 2px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.hash, code { font: .85em/1.5 ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
td.hash { min-width: 9rem; } .facts th { width: 18rem; } .facts .number { text-align: left; }
.few { width: auto; min-width: 50%; }
.many-rows { columns: 20rem; column-gap: 2rem; } .many tr { break-inside: avoid; }
@media (max-width: 40rem) { body { margin: 1rem auto; } .facts th { width: 8rem; } th, td { padding: .25rem .4rem; } }
@page { size: A4; margin: 15mm; }
@media print {
  :root { font-size: 9pt; } body { margin: 0; padding: 0; max-width: none; } p { max-width: none; }
  table { font-size: 7pt; } th, td { padding: 1pt 3pt; } td.hash { min-width: 4rem; }
  .wide { overflow: visible; } .many-rows { columns: 3; } thead { display: table-header-group; } tr { break-inside: avoid; }
}
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

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Of letters and digits without a place to break: a hash, a key, a proof.
bool is_hash(const std::string& text) {
  return text.size() >= 16 && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::string cell_of(const std::string& text) {
  const char* manner = is_hash(text) ? " class=\"hash\"" : is_number(text) ? " class=\"number\"" : "";
  return std::string("<td") + manner + ">" + escaped(text) + "</td>";
}

std::string row_of(const std::vector<std::string>& cells, bool named) {
  std::string out = "<tr>";
  for (std::size_t at = 0; at < cells.size(); ++at) {
    const bool is_name = named && at == 0;
    out += is_name ? "<th scope=\"row\">" + escaped(cells[at]) + "</th>" : cell_of(cells[at]);
  }
  return out + "</tr>\n";
}

// A head stands over its figures as they stand.
std::string heads_of(const Table& table) {
  std::string out = "<thead><tr>";
  for (std::size_t at = 0; at < table.heads.size(); ++at) {
    const bool figures =
        std::ranges::any_of(table.rows, [&](const auto& row) { return at < row.size() && is_number(row[at]); });
    out +=
        std::string("<th scope=\"col\"") + (figures ? " class=\"number\">" : ">") + escaped(table.heads[at]) + "</th>";
  }
  return out + "</tr></thead>\n";
}

constexpr std::size_t kManyRows = 40, kFewColumns = 4;

// How a table is laid out: of names and what they are, of few columns, or long and narrow, in columns side by side.
std::string manner_of(const Table& table, bool headed) {
  if (!headed) return "facts";
  if (table.heads.size() > kFewColumns) return "full";
  return table.rows.size() < kManyRows ? "few" : "many";
}

std::string table_of(const Table& table, const std::string& title) {
  if (table.heads.empty()) return "";
  const bool headed = std::ranges::any_of(table.heads, [](const std::string& head) { return !head.empty(); });
  const std::string manner = manner_of(table, headed);
  std::string out = "<div class=\"wide " + manner + "-rows\" role=\"region\" tabindex=\"0\" aria-label=\"" +
                    escaped(title) + "\">\n<table class=\"" + manner + "\">\n";
  if (headed) out += heads_of(table);
  out += "<tbody>\n";
  for (const auto& row : table.rows) out += row_of(row, !headed);
  return out + "</tbody>\n</table>\n</div>\n";
}

std::string html_of(const Section& section) {
  std::string out = "<h2>" + escaped(section.title) + "</h2>\n";
  for (const auto& sentence : section.sentences) out += "<p>" + escaped(sentence) + "</p>\n";
  return out + table_of(section.table, section.title);
}

// By its first word.
std::string verdict_of(const std::string& verdict) {
  std::string manner = verdict.substr(0, verdict.find(' '));
  std::ranges::transform(manner, manner.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const char* sign = manner == "verified" ? "\u2713 " : manner == "broken" ? "\u2717 " : "? ";
  return "<p class=\"verdict " + escaped(manner) + "\">" + sign + escaped(verdict) + "</p>\n";
}

}  // namespace

std::string html_of(const Document& document) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      escaped(document.title) + "</title>\n" + kStyle + "</head>\n<body>\n<main>\n<h1>" + escaped(document.title) +
      "</h1>\n" + verdict_of(document.verdict) + "<p>" + escaped(document.meaning) + "</p>\n";
  for (const auto& section : document.sections) out += html_of(section);
  out += "<hr>\n<p>report <code>" + document.digest + "</code></p>\n</main>\n</body>\n</html>\n";
  return out + "<!-- SHA-256 of the lines above " + crypto::to_hex(crypto::sha256(out).view()) + " -->\n";
}

}  // namespace quipu::audit
