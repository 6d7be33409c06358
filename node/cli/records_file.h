// SPDX-License-Identifier: Apache-2.0
// The file that an import leaves beside its progress: personal data that the ledger only commits to, a line of JSON
// each, readable by its owner alone. And handing it in to the administration's own node. One thread.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "node/cli/history_file.h"
#include "node/cli/node_client.h"
#include "node/cli/terminal.h"

namespace quipu::cli {

// Durable when it returns.
std::expected<void, std::string> append_records(const std::string& path, const std::vector<OpenedRecord>& records);

struct HandInCount {
  std::size_t kept = 0;     // now or before
  std::size_t unknown = 0;  // the ledger names another record by now, or does not name this one
  std::size_t erased = 0;
};
// Every line of the file; the same file again does no harm. Waits a minute for a node that cannot keep records now.
std::expected<HandInCount, std::string> hand_in_records(NodeClient& node, const std::string& path);
// The end of an import: how many the node holds now. The ledger is as it should be whatever becomes of this, so that it
// did not work is a note with what to do later.
std::size_t hand_in_opened(NodeClient& node, const std::string& path, Progress& progress);

}  // namespace quipu::cli
