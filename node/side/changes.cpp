// SPDX-License-Identifier: Apache-2.0
#include "node/side/changes.h"

#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/submission.h"

namespace quipu::side {
namespace {

using ledger::RecordType;

std::string administration_in(const ledger::MapKey& key) { return std::string(key.view().substr(1, 2)); }

std::string consenting(const ledger::v1::Event& event) {
  if (event.has_consent_granted()) return event.consent_granted().subject();
  return event.has_consent_withdrawn() ? event.consent_withdrawn().subject() : std::string();
}

// A consent's record does not say whose it is, and its key is a hash: the events do.
void add_consents(Changes& changes, const ledger::ExecutedBlock& block, const std::string& chain_id) {
  for (const Bytes& leaf : block.block.leaves) {
    const auto submission = ledger::decode_submission(leaf, chain_id);
    if (!submission) continue;  // the seal
    for (const auto& event : submission->payload->events()) {
      if (auto subject = consenting(event); !subject.empty()) {
        changes.subjects.insert({submission->administration(), std::move(subject)});
      }
    }
  }
}

void add_operator(Changes& changes, const ledger::MapKey& key, BytesView value) {
  ledger::v1::OperatorRecord firm;
  if (firm.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    changes.subjects.insert({administration_in(key), firm.subject()});
  }
}

}  // namespace

void add_changes(Changes& changes, const ledger::ExecutedBlock& block, const std::string& self,
                 const std::string& chain_id) {
  bool consents = false;
  for (const auto& [key, value] : block.changes) {
    const auto type = static_cast<RecordType>(key.bytes[0]);
    if (type == RecordType::kOperator) add_operator(changes, key, value);
    consents = consents || type == RecordType::kConsent;
    const bool own_edge = type == RecordType::kEdge && administration_in(key) == self;
    changes.all = changes.all || own_edge || type == RecordType::kRegister;
  }
  if (consents) add_consents(changes, block, chain_id);
}

}  // namespace quipu::side
