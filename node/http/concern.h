// SPDX-License-Identifier: Apache-2.0
// What an event is about: which firm, which certificate, which arrangement. Read from the statement's own fields by
// name, so that every kind of event is covered, and from the event that it points to when it names another. Any thread.
#pragma once

#include <string>

#include "node/ledger/ledger_reader.h"

namespace quipu::ledger::v1 {
class Event;
}  // namespace quipu::ledger::v1

namespace quipu::http {

struct Concern {
  std::string kind;         // "certificate_granted"
  std::string issuer;       // whose firm it is; empty: it is about none
  std::string subject;      // at the issuer; empty when it names a certificate alone
  std::string certificate;  // number at the issuer; may be empty
  std::string arrangement;  // may be empty
  std::string recogniser;   // of what one recogniser alone decided or asked for; may be empty
};

// `reader` finds the event that this one points to (an approval's, an appeal's, a correction's).
Concern concern_of(const ledger::LedgerReader& reader, const std::string& chain_id, const std::string& author,
                   const ledger::v1::Event& event);

}  // namespace quipu::http
