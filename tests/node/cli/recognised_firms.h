// SPDX-License-Identifier: Apache-2.0
// A ledger for questions about recognition.
#pragma once

#include <string>

#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

// Final when it returns. `events`: statements in JSON, with commas between them.
void state(TestNode& node, Folder& folder, const std::string& administration, const std::string& events,
           const std::string& purpose = "issuer");
std::string dated(const std::string& statement);  // decided on 1 January 2026

inline const std::string kSalt = crypto::to_base64(std::string(32, 's'));

// BO has certified a firm, which PE knows as MID ACME1, and a natural person; PE recognises both.
void fill(TestNode& node, Folder& folder);

}  // namespace quipu::cli::trial
