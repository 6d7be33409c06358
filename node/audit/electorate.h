// SPDX-License-Identifier: Apache-2.0
// The voters of one epoch, as those who judge their signatures need them. Values and pure functions; any thread.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "consensus/members.h"
#include "crypto/note.h"
#include "node/ledger/genesis.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {

struct Electorate {
  consensus::Scope scope;
  consensus::MemberSet members;
  std::string origin;
};
Electorate first_electorate(const ledger::Genesis& genesis);  // of epoch 0
// Of the epoch that an "epochs/<e>/handover" file opens, whose votes are checked. The error says what does not hold.
std::expected<Electorate, std::string> electorate_after(const Electorate& before, const ledger::Handover& handover);

// Of epochs 0, 1, ..., by number, as far as the log at hand has come; never empty.
using Electorates = std::vector<std::shared_ptr<const Electorate>>;

// The first line of each member's in a note of any lines that is a cosignature and verifies.
std::map<consensus::MemberIndex, crypto::NoteLine> cosignatures_of(const crypto::Note& note,
                                                                   const Electorate& electorate);
// Whose they are, ascending.
std::vector<consensus::MemberIndex> cosigners_of(const crypto::Note& note, const Electorate& electorate);

}  // namespace quipu::audit
