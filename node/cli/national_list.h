// SPDX-License-Identifier: Apache-2.0
// An administration's own list of certificates, as it e-mails it: rows read through a mapping into the ledger's words.
// What cannot be read is named with its line. Reading rows is pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "node/cli/csv.h"
#include "node/cli/history_file.h"
#include "node/cli/list_mapping.h"

namespace quipu::cli {

// How an administration's systems know the firm: "KIND:VALUE@CC" in the list.
struct ListAlias {
  std::string recogniser, kind, alias;
};

struct ListRow {
  std::size_t line = 0;  // in the file
  std::string tin;       // normalised, with its country
  bool natural = false;  // a natural person: the tax number never enters the log
  std::string legal_name, trade_name, address, city;
  std::string certificate;
  std::string scheme;                // SECURITY, COMPLIANCE, BASIC
  std::vector<std::string> roles;    // in the schema's order, each once
  std::string valid_from, valid_to;  // days; no valid_to: no end
  std::string status;                // ACTIVE, SUSPENDED, EXPIRED, REVOKED, SURRENDERED, ANNULLED
  std::string since;                 // the day of that status; may be empty
  std::string level, national_label;
  bool consents = false;                  // that its data goes to partners
  std::vector<std::string> consents_for;  // under these arrangements; none: under all
  std::vector<ListAlias> aliases;
};

struct NationalList {
  std::vector<ListRow> rows;
  std::vector<BadLine> bad;
};

// `lines` are the file's, its head among them. Empty rows are passed over. The error is about the file as a whole: a
// column that is missing.
std::expected<NationalList, std::string> read_national_list(const std::vector<CsvLine>& lines,
                                                            const ListMapping& mapping,
                                                            const std::string& administration);

// Mapping and list from their files; an empty `mapping_file` is the plain form of our own lists.
std::expected<NationalList, std::string> list_from(const std::string& file, const std::string& mapping_file,
                                                   const std::string& administration);

// A file of rows: .xlsx is a workbook, anything else text.
std::expected<std::vector<CsvLine>, std::string> read_rows_file(const std::string& file, const ListMapping& mapping);

}  // namespace quipu::cli
