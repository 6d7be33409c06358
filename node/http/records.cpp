// SPDX-License-Identifier: Apache-2.0
#include "node/http/records.h"

#include "node/ledger/state.pb.h"

namespace quipu::http {

void for_each_member(const ledger::StateView& state, const std::function<void(const ledger::v1::MemberRecord&)>& each) {
  state.scan(ledger::map_prefix(ledger::RecordType::kMember), [&](const ledger::MapKey&, BytesView value) {
    ledger::v1::MemberRecord member;
    if (member.ParseFromArray(value.data(), static_cast<int>(value.size()))) each(member);
    return true;
  });
}

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
