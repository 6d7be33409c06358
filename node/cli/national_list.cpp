// SPDX-License-Identifier: Apache-2.0
#include "node/cli/national_list.h"

#include <algorithm>
#include <map>
#include <set>

#include "node/cli/files.h"
#include "node/cli/workbook.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/recognition.h"
#include "node/ledger/rules/aliases.h"
#include "node/ledger/rules/fields.h"

namespace quipu::cli {

namespace {

namespace v1 = ledger::v1;
using Failure = std::unexpected<std::string>;
using Read = std::expected<void, std::string>;

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out.push_back(c);
    } else {
      out.push_back(static_cast<char>(0xc0 | (byte >> 6)));
      out.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
    }
  }
  return out;
}

// Where each field stands, from the line of heads.
class Columns {
 public:
  Columns(const CsvRow& head, const ListMapping& mapping) : mapping_(mapping) {
    for (std::size_t i = 0; i < head.size(); ++i) places_.emplace(upper(trimmed(head[i])), i);
    fields_ = head.size();
  }
  std::size_t fields() const { return fields_; }
  bool has(const std::string& field) const {
    return mapping_.constants.contains(field) || places_.contains(upper(mapping_.column_of(field)));
  }
  // In our words; empty where the list has no such column.
  std::string at(const CsvRow& row, const std::string& field) const {
    const auto place = places_.find(upper(mapping_.column_of(field)));
    const std::string text = place == places_.end() ? "" : trimmed(row[place->second]);
    const auto constant = mapping_.constants.find(field);
    if (text.empty() && constant != mapping_.constants.end()) return constant->second;
    return field == "roles" ? text : mapping_.translated(field, text);
  }

 private:
  const ListMapping& mapping_;
  std::map<std::string, std::size_t> places_;
  std::size_t fields_;
};

Read read_tin(const std::string& text, const std::string& country, ListRow& row) {
  const bool has_country = upper(text).starts_with(country);
  const auto tin = ledger::normalise_tin(has_country ? text : country + text);
  if (!tin) return Failure("tin: \"" + text + "\" is no tax number");
  row.tin = *tin;
  return {};
}

Read read_person(const std::string& text, ListRow& row) {
  const std::string person = upper(text);
  if (!person.empty() && person != "LEGAL" && person != "NATURAL") {
    return Failure("person: \"" + text + "\" is neither LEGAL nor NATURAL");
  }
  row.natural = person == "NATURAL";
  return {};
}

Read read_scheme(const std::string& text, ListRow& row) {
  v1::Scheme scheme = v1::SCHEME_UNSPECIFIED;
  row.scheme = upper(text);
  if (!v1::Scheme_Parse(row.scheme, &scheme) || scheme == v1::SCHEME_UNSPECIFIED) {
    return Failure("scheme: \"" + text + "\" is none of SECURITY, COMPLIANCE, BASIC");
  }
  return {};
}

std::vector<std::string> words_of(const std::string& text, const std::string& separators) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, from), text.size());
    std::string word = trimmed(std::string_view(text).substr(from, end - from));
    if (!word.empty()) words.push_back(std::move(word));
    from = end + 1;
  }
  return words;
}

// YES or ALL, NO or nothing, or the arrangements for which it was given.
Read read_consent(const std::string& text, ListRow& row) {
  const std::string word = upper(text);
  if (word.empty() || word == "NO") return {};
  row.consents = true;
  if (word != "YES" && word != "ALL") row.consents_for = words_of(word, " ,;|");
  std::sort(row.consents_for.begin(), row.consents_for.end());
  for (const std::string& arrangement : row.consents_for) {
    if (!ledger::check_id("consent", arrangement)) return Failure("consent: \"" + text + "\": YES, NO or arrangements");
  }
  return {};
}

Read read_aliases(const std::string& text, ListRow& row) {
  for (const std::string& word : words_of(text, " ,;|")) {
    const std::size_t at = word.rfind('@');
    const std::string recogniser = at == std::string::npos ? "" : upper(word.substr(at + 1));
    const auto name = ledger::parse_alias(upper(word.substr(0, at)));
    if (!name || !ledger::well_formed_country(recogniser)) {
      return Failure("aliases: \"" + word + "\" is not of the form KIND:VALUE@CC");
    }
    row.aliases.push_back({recogniser, name->kind, name->alias});
  }
  return {};
}

Read read_roles(const std::string& text, const ListMapping& mapping, ListRow& row) {
  std::set<int> numbers;
  for (const std::string& word : words_of(text, mapping.roles_separators)) {
    v1::Role role = v1::ROLE_UNSPECIFIED;
    if (!v1::Role_Parse(upper(mapping.translated("roles", word)), &role) || role == v1::ROLE_UNSPECIFIED) {
      return Failure("roles: \"" + word + "\" is no role");
    }
    numbers.insert(role);
  }
  for (const int number : numbers) row.roles.push_back(v1::Role_Name(number));
  return row.roles.empty() ? Read(Failure("roles: none")) : Read();
}

Read read_day(const std::string& text, const std::string& field, const ListMapping& mapping, bool needed,
              std::string& into) {
  if (text.empty()) return needed ? Read(Failure(field + ": missing")) : Read();
  const auto day = mapping.day(text);
  if (!day) return Failure(field + ": \"" + text + "\" is no day of the form " + mapping.date);
  into = *day;
  return {};
}

Read read_status(const std::string& text, ListRow& row) {
  const std::set<std::string> known = {"ACTIVE", "SUSPENDED", "EXPIRED", "REVOKED", "SURRENDERED", "ANNULLED"};
  row.status = text.empty() ? "ACTIVE" : upper(text);
  if (known.contains(row.status)) return {};
  return Failure("status: \"" + text + "\" is none of ACTIVE, SUSPENDED, EXPIRED, REVOKED, SURRENDERED, ANNULLED");
}

Read read_certificate(const std::string& text, ListRow& row) {
  row.certificate = upper(text);
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; };
  const bool formed = !row.certificate.empty() && row.certificate.size() <= 64 && row.certificate.front() != '-' &&
                      std::all_of(row.certificate.begin(), row.certificate.end(), fits);
  if (formed) return {};
  return Failure("certificate: \"" + text + "\": capitals, digits and dashes, at most 64");
}

Read read_row(const CsvRow& fields, const Columns& columns, const ListMapping& mapping, const std::string& country,
              ListRow& row) {
  const auto at = [&](const char* field) { return columns.at(fields, field); };
  for (Read read :
       {read_certificate(at("certificate"), row), read_tin(at("tin"), country, row), read_person(at("person"), row),
        read_scheme(at("scheme"), row), read_roles(at("roles"), mapping, row), read_status(at("status"), row),
        read_day(at("valid_from"), "valid_from", mapping, true, row.valid_from),
        read_day(at("valid_to"), "valid_to", mapping, false, row.valid_to),
        read_day(at("since"), "since", mapping, false, row.since), read_consent(at("consent"), row),
        read_aliases(at("aliases"), row)}) {
    if (!read) return read;
  }
  if (!row.valid_to.empty() && row.valid_to < row.valid_from) return Failure("valid_to: before valid_from");
  row.legal_name = at("legal_name");
  row.trade_name = at("trade_name");
  row.address = at("address");
  row.city = at("city");
  row.level = at("level");
  row.national_label = at("national_label");
  return {};
}

std::expected<ListMapping, std::string> mapping_from(const std::string& file) {
  if (file.empty()) return ListMapping();
  const auto toml = read_file(file);
  if (!toml) return std::unexpected(toml.error());
  auto mapping = parse_list_mapping(*toml);
  if (!mapping) return std::unexpected(file + ": " + mapping.error());
  return mapping;
}

bool empty(const CsvRow& row) {
  return std::all_of(row.begin(), row.end(), [](const std::string& field) { return trimmed(field).empty(); });
}

}  // namespace

std::expected<NationalList, std::string> read_national_list(const std::vector<CsvLine>& lines,
                                                            const ListMapping& mapping,
                                                            const std::string& administration) {
  const auto head =
      std::find_if(lines.begin(), lines.end(), [&](const CsvLine& line) { return line.number >= mapping.head_line; });
  if (head == lines.end()) return Failure("no line that names the columns");
  const Columns columns(head->row, mapping);
  for (const char* field : {"tin", "certificate", "scheme", "roles", "valid_from"}) {
    if (columns.has(field)) continue;
    return Failure("no column \"" + mapping.column_of(field) + "\" for " + field +
                   ": name it in the mapping's [columns], or give one value for all in [constants]");
  }
  const std::string country = mapping.country.empty() ? administration : mapping.country;
  NationalList list;
  std::map<std::string, std::size_t> first_lines;
  for (auto line = head + 1; line != lines.end(); ++line) {
    if (empty(line->row)) continue;
    ListRow row;
    row.line = line->number;
    CsvRow fields = line->row;
    if (fields.size() > columns.fields()) {
      list.bad.push_back({line->number, "more fields than the line of heads has"});
      continue;
    }
    fields.resize(columns.fields());
    if (const auto read = read_row(fields, columns, mapping, country, row); !read) {
      list.bad.push_back({line->number, read.error()});
    } else if (const auto [first, fresh] = first_lines.emplace(row.certificate, row.line); !fresh) {
      list.bad.push_back({row.line, row.certificate + " is on line " + std::to_string(first->second) + " already"});
    } else {
      list.rows.push_back(std::move(row));
    }
  }
  return list;
}

std::expected<std::vector<CsvLine>, std::string> read_rows_file(const std::string& file, const ListMapping& mapping) {
  if (file.ends_with(".xlsx")) return read_workbook(file, mapping.sheet);
  auto text = read_file(file);
  if (!text) return Failure(text.error());
  if (mapping.latin1) text = from_latin1(*text);
  auto lines = parse_csv_lines(*text, mapping.delimiter);
  if (!lines) return Failure(file + ": " + lines.error());
  return lines;
}

std::expected<NationalList, std::string> list_from(const std::string& file, const std::string& mapping_file,
                                                   const std::string& administration) {
  const auto mapping = mapping_from(mapping_file);
  if (!mapping) return std::unexpected(mapping.error());
  const auto lines = read_rows_file(file, *mapping);
  if (!lines) return std::unexpected(lines.error());
  auto list = read_national_list(*lines, *mapping, administration);
  if (!list) return std::unexpected(file + ": " + list.error());
  return list;
}

}  // namespace quipu::cli
