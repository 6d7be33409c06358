// SPDX-License-Identifier: Apache-2.0
// How the routes read the ledger: records by key, the newest published checkpoint. Any thread.
#pragma once

#include <optional>

#include "crypto/note.h"
#include "node/ledger/ledger_reader.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger::v1 {
class ArrangementIndex;
}  // namespace quipu::ledger::v1

namespace quipu::http {

template <class Record>
std::optional<Record> read_record(const ledger::StateView& state, const ledger::MapKey& key) {
  const auto value = state.get(key);
  Record record;
  if (!value || !record.ParseFromString(*value)) return std::nullopt;
  return record;
}

// Every arrangement and its parties, ascending by id.
ledger::v1::ArrangementIndex arrangement_index(const ledger::StateView& state);

struct PublishedCheckpoint {
  consensus::Height height;
  Bytes note;
  crypto::Checkpoint checkpoint;
};
// Nothing before the first was published.
std::optional<PublishedCheckpoint> published_checkpoint(const ledger::LedgerReader& reader);

}  // namespace quipu::http
