// SPDX-License-Identifier: Apache-2.0
// What is posted about the changes of one block: a message for each, its text a function of the ledger alone, so that
// one that is sent again has the same id and the same bytes (docs/api.md). Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/http/changes.h"
#include "node/ledger/genesis.h"
#include "node/webhooks/endpoint.h"

namespace quipu::webhooks {

struct Message {
  http::Place place;
  std::string id;  // "msg_CHAIN_CC_LEAF_EVENT"
  Bytes body;      // JSON
};

// Which block, of which at least the one before is in the ledger too, and after which of its events.
struct Stretch {
  consensus::Height height;
  std::optional<http::Place> after{};
  std::size_t limit = 0;  // changes looked at for their text
};

struct Messages {
  std::vector<Message> messages;
  std::optional<http::Place> more_after{};  // there is more in the block, behind this
};
// `endpoint.as` names somebody.
Messages messages_in(const ledger::Genesis& genesis, const std::shared_ptr<const ledger::LedgerReader>& reader,
                     const Endpoint& endpoint, const Stretch& stretch);

}  // namespace quipu::webhooks
