// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/published_state.h"

#include "crypto/status_proof.h"

namespace quipu::ledger {

std::expected<PublishedState, NotPublished> newest_published(const LedgerReader& reader) {
  const auto height = reader.newest_note();
  auto note = height ? reader.note(*height) : std::nullopt;
  if (!note) return std::unexpected(NotPublished::kNothingPublished);
  auto map = reader.map(*height);
  if (!map) return std::unexpected(NotPublished::kMapNotKept);
  auto block = reader.block(*height).value();
  const std::uint64_t size = block.tree_size;
  const auto node = [&](unsigned level, std::uint64_t index) { return reader.node(level, index); };
  Receipt seal{.extra = reader.leaf(size - 1),
               .index = size - 1,
               .proof = crypto::inclusion_proof(size - 1, size, node),
               .note = *std::move(note)};
  return PublishedState{std::move(block), *std::move(map), reader.state(height), std::move(seal)};
}

bool ProvenRecord::leads_to(const crypto::Digest& state_root) const {
  return value ? crypto::proves_present(state_root, key.view(), *value, proof)
               : crypto::proves_absent(state_root, key.view(), proof);
}

ProvenRecord prove_record(const PublishedState& published, const MapKey& key) {
  ProvenRecord record{.key = key, .value = published.state->get(key)};
  const auto value_of = [&](BytesView other) { return published.state->get(*MapKey::from(other)).value(); };
  record.proof = record.value ? crypto::presence_proof(published.map, key.view())
                              : crypto::absence_proof(published.map, key.view(), value_of);
  return record;
}

}  // namespace quipu::ledger
