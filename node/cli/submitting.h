// SPDX-License-Identifier: Apache-2.0
// What every command that states something shares: an unlocked key with the chain it signs for, sending until a node
// takes the leaf, waiting until it is final, and approving. One thread.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "crypto/keyfile.h"
#include "node/cli/node_client.h"
#include "node/ledger/submission.h"

namespace quipu::cli {

std::uint64_t now_s();
void sleep_ms(std::int64_t time_ms);

// A leaf for these events; `sequence` is the key's next.
Bytes sign_events(const std::vector<ledger::v1::Event>& events, const crypto::UnlockedKey& key,
                  const std::string& chain_id, std::uint64_t sequence);

// Sends, backing off while the node is busy, for at most two minutes.
std::expected<void, std::string> send_patiently(NodeClient& node, BytesView leaf);
// Until FINAL; anything else is the error. Sends again a leaf that the node has lost.
std::expected<SubmissionAnswer, std::string> wait_until_final(NodeClient& node, BytesView leaf);

// Signs with the key's next sequence number and sends; when another submission took the number meanwhile, with the one
// after. The leaf that was taken.
std::expected<Bytes, std::string> submit_events(NodeClient& node, const std::vector<ledger::v1::Event>& events,
                                                const crypto::UnlockedKey& key);

// Grants, suspensions, revocations and annulments wait for an approval where the administration chose dual control.
bool under_dual_control(const ledger::v1::Event& event);
// The certificate an event is about; empty when it is about none.
std::string certificate_of(const ledger::v1::Event& event);
ledger::v1::Event approval_of(const crypto::Digest& leaf, std::uint32_t index, const std::string& decision_date);

}  // namespace quipu::cli
