// SPDX-License-Identifier: Apache-2.0
// A .quipu-status file: what the ledger's state says of one record, or that it has none, under a published checkpoint
// (docs/formats.md, section 6). Whoever has the trust policy checks it offline. Pure values; any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "node/ledger/block.h"
#include "node/ledger/published_state.h"
#include "node/ledger/receipt.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct StatusBundle : ProvenRecord {
  Receipt seal{};  // of the seal that ends the checkpoint's tree, which it carries

  std::string format() const;
  // Strict form. The error is one sentence.
  static std::expected<StatusBundle, std::string> parse(std::string_view text);
};

// The record as of the newest block under the newest published checkpoint.
std::expected<StatusBundle, NotPublished> make_status_bundle(const LedgerReader& reader, const MapKey& key);

struct ProvenStatus {
  crypto::Checkpoint checkpoint{};
  SealInfo seal{};  // of the block as of which it holds
};
// That the receipt is of the seal that ends its checkpoint's tree, whose state root is then to be believed.
std::expected<ProvenStatus, std::string> verify_seal(const Receipt& seal, const TrustPolicy& policy);
// That the bundle holds under a checkpoint which the policy accepts.
std::expected<ProvenStatus, std::string> verify_status(const StatusBundle& bundle, const TrustPolicy& policy);

}  // namespace quipu::ledger
