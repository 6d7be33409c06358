// SPDX-License-Identifier: Apache-2.0
#include "node/side/record.h"

#include "consensus/limits.h"
#include "crypto/digest.h"
#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"

namespace quipu::side {
namespace {

constexpr std::size_t kSaltBytes = 32;

template <class Record>
bool in_form(BytesView record) {
  Record read;
  return ledger::read_canonical(record, read) && read.salt().size() == kSaltBytes;
}

void add_if_any(std::vector<Named>& out, const std::string& raw, RecordKind kind) {
  if (const auto commitment = Commitment::from(raw)) out.push_back({*commitment, kind});
}

}  // namespace

std::string_view name_of(RecordKind kind) { return kind == RecordKind::kIdentity ? "identity" : "tin"; }

std::optional<RecordKind> kind_named(std::string_view name) {
  for (const auto kind : {RecordKind::kIdentity, RecordKind::kTin}) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

Commitment commitment_of(RecordKind kind, BytesView record) {
  const auto tag = crypto::ByteWriter().tag(kind == RecordKind::kTin ? "quipu-tin-v1" : "quipu-record-v1").take();
  return crypto::sha256({tag, record});
}

bool opens(RecordKind kind, const Commitment& commitment, BytesView record) {
  if (record.size() > limits::kRecordBytes || commitment_of(kind, record) != commitment) return false;
  return kind == RecordKind::kTin ? in_form<ledger::v1::TinRecord>(record)
                                  : in_form<ledger::v1::IdentityRecord>(record);
}

std::string text_of(const Owner& owner) {
  return std::string(name_of(owner.kind)) + " " + owner.subject.issuer + " " + owner.subject.id;
}

std::optional<Owner> owner_in(std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto kind = kind_named(text.substr(0, space));
  if (!kind || text.size() < space + 5 || text[space + 3] != ' ') return std::nullopt;
  return Owner{{std::string(text.substr(space + 1, 2)), std::string(text.substr(space + 4))}, *kind};
}

std::vector<Named> named_by(const ledger::v1::OperatorRecord& firm) {
  std::vector<Named> named;
  add_if_any(named, firm.identity_commitment(), RecordKind::kIdentity);
  add_if_any(named, firm.tin_commitment(), RecordKind::kTin);
  return named;
}

}  // namespace quipu::side
