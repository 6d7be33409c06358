// SPDX-License-Identifier: Apache-2.0
// The state under the newest published checkpoint, and proofs of single records of it (docs/formats.md, section 6).
// Values; any thread.
#pragma once

#include <expected>
#include <memory>
#include <optional>

#include "crypto/status_map.h"
#include "node/ledger/ledger_reader.h"
#include "node/ledger/receipt.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct PublishedState {
  BlockSummary block;  // as of which it is known
  crypto::StatusMap map;
  std::shared_ptr<const StateView> state;
  Receipt seal;  // of the seal that ends the checkpoint's tree, which it carries
};
enum class NotPublished : std::uint8_t { kNothingPublished, kMapNotKept };
std::expected<PublishedState, NotPublished> newest_published(const LedgerReader& reader);

struct ProvenRecord {
  MapKey key{};
  std::optional<Bytes> value{};  // nothing: the map has none
  Bytes proof{};                 // of presence or absence

  bool leads_to(const crypto::Digest& state_root) const;
};
ProvenRecord prove_record(const PublishedState& published, const MapKey& key);

}  // namespace quipu::ledger
