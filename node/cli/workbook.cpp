// SPDX-License-Identifier: Apache-2.0
#include "node/cli/workbook.h"

#include <xlsxwriter.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <pugixml.hpp>

namespace quipu::cli {

namespace {

constexpr zip_uint64_t kMostPart = 64 << 20;
constexpr std::size_t kMostColumns = 1'024;

using Failure = std::unexpected<std::string>;

// ------------------------------------------------------------------ reading

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;
struct ClosePart {
  void operator()(zip_file_t* part) const { zip_fclose(part); }
};

std::optional<std::string> read_part(zip_t* archive, const std::string& name) {
  zip_stat_t facts;
  if (zip_stat(archive, name.c_str(), 0, &facts) != 0 || !(facts.valid & ZIP_STAT_SIZE)) return std::nullopt;
  const std::unique_ptr<zip_file_t, ClosePart> part(zip_fopen(archive, name.c_str(), 0));
  if (!part || facts.size > kMostPart) return std::nullopt;
  std::string content(facts.size, '\0');
  const zip_int64_t got = zip_fread(part.get(), content.data(), facts.size);
  if (got != static_cast<zip_int64_t>(facts.size)) return std::nullopt;
  return content;
}

std::optional<pugi::xml_document> read_xml(zip_t* archive, const std::string& name) {
  const auto content = read_part(archive, name);
  pugi::xml_document document;
  if (!content || !document.load_buffer(content->data(), content->size())) return std::nullopt;
  return document;
}

// Some programs write every name with a prefix.
std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') == std::string_view::npos ? 0 : name.find(':') + 1);
}

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_node each : node.children()) {
    if (local_name(each) == name) return each;
  }
  return {};
}

// The text of a string item: its own, or that of its runs; phonetic readings are none of it.
std::string text_of(pugi::xml_node item) {
  std::string text;
  for (const pugi::xml_node each : item.children()) {
    if (local_name(each) == "t") text += each.text().get();
    if (local_name(each) == "r") text += child(each, "t").text().get();
  }
  return text;
}

std::vector<std::string> shared_texts(zip_t* archive) {
  std::vector<std::string> texts;
  const auto document = read_xml(archive, "xl/sharedStrings.xml");
  if (!document) return texts;
  for (const pugi::xml_node item : document->document_element().children()) texts.push_back(text_of(item));
  return texts;
}

// Where the sheet's part is: the workbook names its sheets, its relations their parts.
std::optional<std::string> part_of_sheet(zip_t* archive, const std::string& wanted) {
  const auto workbook = read_xml(archive, "xl/workbook.xml");
  const auto relations = read_xml(archive, "xl/_rels/workbook.xml.rels");
  if (!workbook || !relations) return std::nullopt;
  for (const pugi::xml_node sheet : child(workbook->document_element(), "sheets").children()) {
    if (!wanted.empty() && wanted != sheet.attribute("name").value()) continue;
    for (const pugi::xml_node relation : relations->document_element().children()) {
      if (std::string_view(relation.attribute("Id").value()) != sheet.attribute("r:id").value()) continue;
      const std::string target = relation.attribute("Target").value();
      return target.starts_with('/') ? target.substr(1) : "xl/" + target;
    }
  }
  return std::nullopt;
}

// "AB12" is column 27.
std::optional<std::size_t> column_in(std::string_view reference) {
  std::size_t column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::size_t>(c - 'A') + 1;
    if (column > kMostColumns) return std::nullopt;
  }
  return column == 0 ? std::nullopt : std::optional(column - 1);
}

// A long number may be written as 2.06E10.
std::string number_text(const std::string& text) {
  if (text.find_first_of("eE") == std::string::npos) return text;
  const double value = std::strtod(text.c_str(), nullptr);
  if (std::floor(value) != value || std::fabs(value) > 1e15) return text;
  return std::to_string(static_cast<long long>(value));
}

std::string cell_text(pugi::xml_node cell, const std::vector<std::string>& texts) {
  const std::string_view type = cell.attribute("t").value();
  if (type == "inlineStr") return text_of(child(cell, "is"));
  const std::string value = child(cell, "v").text().get();
  if (type != "s") return type.empty() || type == "n" ? number_text(value) : value;
  std::size_t index = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), index);
  return read.ec == std::errc() && index < texts.size() ? texts[index] : std::string();
}

std::optional<CsvRow> read_row(pugi::xml_node row, const std::vector<std::string>& texts) {
  CsvRow fields;
  for (const pugi::xml_node cell : row.children()) {
    const std::string_view reference = cell.attribute("r").value();
    const auto column = reference.empty() ? std::optional(fields.size()) : column_in(reference);
    if (!column || *column >= kMostColumns) return std::nullopt;
    if (*column >= fields.size()) fields.resize(*column + 1);
    fields[*column] = cell_text(cell, texts);
  }
  return fields;
}

// ------------------------------------------------------------------ writing

bool is_number(const std::string& text) {
  if (text.empty() || text.size() > 15 || (text.size() > 1 && text[0] == '0' && text[1] != '.')) return false;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

}  // namespace

std::expected<std::vector<CsvLine>, std::string> read_workbook(const std::string& file, const std::string& sheet) {
  int error = 0;
  const Archive archive(zip_open(file.c_str(), ZIP_RDONLY, &error));
  if (!archive) return Failure(file + ": no workbook (.xlsx), or not to be read");
  const auto part = part_of_sheet(archive.get(), sheet);
  if (!part)
    return Failure(file + ": no sheet " +
                   (sheet.empty() ? "in it" : "\"" + sheet + "\": name one with sheet = in the mapping"));
  const auto document = read_xml(archive.get(), *part);
  if (!document) return Failure(file + ": the sheet is damaged, or larger than 64 MiB");
  const auto texts = shared_texts(archive.get());
  std::vector<CsvLine> lines;
  for (const pugi::xml_node row : child(document->document_element(), "sheetData").children()) {
    auto fields = read_row(row, texts);
    const std::size_t number = row.attribute("r").as_ullong(lines.empty() ? 1 : lines.back().number + 1);
    if (!fields) return Failure(file + ": row " + std::to_string(number) + ": more than 1024 columns");
    if (!fields->empty()) lines.push_back({number, std::move(*fields)});
  }
  return lines;
}

std::expected<void, std::string> write_workbook(const std::string& file, const std::vector<CsvRow>& rows,
                                                const std::vector<std::string>& texts) {
  // The library would find that out at the end, and say it on standard error by itself.
  errno = 0;
  if (!std::ofstream(file, std::ios::app)) return Failure("cannot write " + file + ": " + std::strerror(errno));
  lxw_workbook* workbook = workbook_new(file.c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(workbook, "quipu");
  lxw_format* bold = workbook_add_format(workbook);
  format_set_bold(bold);
  worksheet_freeze_panes(sheet, 1, 0);
  lxw_error wrong = LXW_NO_ERROR;
  for (std::size_t r = 0; r < rows.size() && wrong == LXW_NO_ERROR; ++r) {
    for (std::size_t c = 0; c < rows[r].size() && wrong == LXW_NO_ERROR; ++c) {
      const std::string& text = rows[r][c];
      const auto at_row = static_cast<lxw_row_t>(r);
      const auto at_column = static_cast<lxw_col_t>(c);
      const bool as_text = r == 0 || std::find(texts.begin(), texts.end(), rows[0][c]) != texts.end();
      if (text.empty()) continue;
      wrong = !as_text && is_number(text)
                  ? worksheet_write_number(sheet, at_row, at_column, std::strtod(text.c_str(), nullptr), nullptr)
                  : worksheet_write_string(sheet, at_row, at_column, text.c_str(), r == 0 ? bold : nullptr);
    }
  }
  const lxw_error closed = workbook_close(workbook);
  if (wrong == LXW_NO_ERROR) wrong = closed;
  if (wrong != LXW_NO_ERROR) return Failure("cannot write " + file + ": " + lxw_strerror(wrong));
  return {};
}

}  // namespace quipu::cli
