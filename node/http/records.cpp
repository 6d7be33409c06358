// SPDX-License-Identifier: Apache-2.0
#include "node/http/records.h"

#include "node/ledger/state.pb.h"

namespace quipu::http {

ledger::v1::ArrangementIndex arrangement_index(const ledger::StateView& state) {
  const auto key = ledger::map_key(ledger::RecordType::kRegister, "--", "arrangements");
  return read_record<ledger::v1::ArrangementIndex>(state, key).value_or(ledger::v1::ArrangementIndex());
}

std::optional<PublishedCheckpoint> published_checkpoint(const ledger::LedgerReader& reader) {
  const auto height = reader.newest_note();
  auto bytes = height ? reader.note(*height) : std::nullopt;
  if (!bytes) return std::nullopt;
  const auto note = crypto::Note::parse(*bytes);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint) return std::nullopt;
  return PublishedCheckpoint{*height, std::move(*bytes), *checkpoint};
}

}  // namespace quipu::http
