// SPDX-License-Identifier: Apache-2.0
// What an administration states to bring a row of its list onto the ledger. Pure but for the randomness in a new
// subject's id.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "node/cli/history_file.h"
#include "node/cli/national_list.h"

namespace quipu::cli {

// An id that tells nothing: the country and ten random hex digits.
std::string new_subject(const std::string& administration);

// The registration of a row's firm, with its identity beside it.
HistoryLine registration(const ListRow& row, const std::string& subject, const std::string& administration);
// The certificate, and what became of it since as far as the list tells. The error is why the row cannot be taken.
std::expected<std::vector<HistoryLine>, std::string> certificate_statements(const ListRow& row,
                                                                            const std::string& subject,
                                                                            const std::string& today);

// From today on: a list does not say since when.
HistoryLine consent_statement(const ListRow& row, const std::string& subject, const std::string& today);
HistoryLine alias_statement(const ListRow& row, const ListAlias& alias, const std::string& issuer,
                            const std::string& subject, const std::string& today);

}  // namespace quipu::cli
