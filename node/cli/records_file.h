// SPDX-License-Identifier: Apache-2.0
// Private data behind commitments, as JSON lines beside what was imported: personal data that the ledger must never
// hold. One thread.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "node/cli/history_file.h"

namespace quipu::cli {

// On disk when it returns, before anything that commits to the records is sent. Readable by its owner alone.
std::expected<void, std::string> append_records(const std::string& path, const std::vector<OpenedRecord>& records);

}  // namespace quipu::cli
