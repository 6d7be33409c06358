// SPDX-License-Identifier: Apache-2.0
// What every command that states something shares: an unlocked key with the chain it signs for, sending until a node
// takes the leaf, waiting until it is final, and approving. One thread.
#pragma once

#include <expected>
#include <functional>
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

// Told why nothing goes on for the moment, each time that sending has to wait.
using OnWait = std::function<void(const std::string& why)>;
// Sends until the node takes or refuses the leaf, as slowly as it asks for. kLater: the patience is over.
Sent send_patiently(NodeClient& node, BytesView leaf, std::int64_t patience_ms, const OnWait& on_wait = {});
// Until FINAL, REJECTED or EXPIRED, for at most two minutes. Sends again a leaf that the node has lost, and goes on
// asking a node that is starting again.
std::expected<SubmissionAnswer, std::string> wait_until_settled(NodeClient& node, BytesView leaf);
// The same; what the node has lost, `again` sends again.
std::expected<SubmissionAnswer, std::string> wait_until_settled(
    NodeClient& node, const crypto::Digest& id, const std::function<std::expected<void, std::string>()>& again);
// Nothing when it is FINAL, else what became of it and what to do.
std::expected<void, std::string> final_or_why(const SubmissionAnswer& answer);

// Signs with the key's next sequence number and sends for at most two minutes; when another submission took the number
// meanwhile, with the one after. The leaf that was taken.
std::expected<Bytes, std::string> submit_events(NodeClient& node, const std::vector<ledger::v1::Event>& events,
                                                const crypto::UnlockedKey& key);
// The same, and waits until it is final: {"id","status","height"}, or why it is not and what to do.
std::expected<boost::json::object, std::string> state_until_final(NodeClient& node,
                                                                  const std::vector<ledger::v1::Event>& events,
                                                                  const crypto::UnlockedKey& key);
// What to do about a refusal, as the end of a sentence: "state it anew".
std::string advice_on(const std::string& code);

// Whether the administration has chosen dual control. The error says that it is no member of the node's ledger.
std::expected<bool, std::string> has_dual_control(NodeClient& node, const std::string& administration);
// Grants, suspensions, revocations and annulments wait for an approval where the administration chose dual control.
bool under_dual_control(const ledger::v1::Event& event);
// The certificate an event is about; empty when it is about none.
std::string certificate_of(const ledger::v1::Event& event);
ledger::v1::Event approval_of(const crypto::Digest& leaf, std::uint32_t index, const std::string& decision_date);

}  // namespace quipu::cli
