// SPDX-License-Identifier: Apache-2.0
// What is to be stated so that the ledger has what a list has: worked out from the ledger each time. A certificate
// whose number is there is never stated again, and the rules refuse whatever a second run, or a second desk, would
// state twice. One thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "node/cli/list_statements.h"
#include "node/cli/node_client.h"

namespace quipu::cli {

// All that a row needs, in one submission with that of others or alone, but never torn apart.
struct RowStatements {
  const ListRow* row;
  std::vector<HistoryLine> lines;
  bool grants = false;  // else what the firm of a certificate that is there still lacks
  std::shared_ptr<const ledger::v1::Event> later = nullptr;  // once the grant is approved
};

struct NotTaken {
  std::size_t line;
  std::string certificate;
  std::string why;
};

struct ListPlan {
  std::vector<RowStatements> rows;
  std::vector<NotTaken> not_taken;
  std::size_t already = 0;
  // Under dual control: what ends or halts certificates that are there, once their grants are approved. For people to
  // submit, with what the rows stated leave for later.
  std::vector<std::shared_ptr<const ledger::v1::Event>> after_approval;
};

// `leave_for_later`: rows that need a second event once their grant is approved are taken; without it they are not.
std::expected<ListPlan, std::string> plan_of_list(NodeClient& node, const NationalList& list,
                                                  const std::string& administration, const std::string& today,
                                                  bool leave_for_later);

}  // namespace quipu::cli
