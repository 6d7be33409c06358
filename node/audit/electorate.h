// SPDX-License-Identifier: Apache-2.0
// The voters of one epoch, as those who judge their signatures need them. Values and pure functions; any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "consensus/members.h"
#include "crypto/note.h"
#include "node/ledger/genesis.h"

namespace quipu::audit {

struct Electorate {
  consensus::Scope scope;
  consensus::MemberSet members;
  std::string origin;
};
Electorate first_electorate(const ledger::Genesis& genesis);  // of epoch 0

// Of every epoch that the replay has come to, by number; never empty.
using Electorates = std::vector<std::shared_ptr<const Electorate>>;

// The first line of each member's in a note of any lines that is a cosignature and verifies.
std::map<consensus::MemberIndex, crypto::NoteLine> cosignatures_of(const crypto::Note& note,
                                                                   const Electorate& electorate);
// Whose they are, ascending.
std::vector<consensus::MemberIndex> cosigners_of(const crypto::Note& note, const Electorate& electorate);

}  // namespace quipu::audit
