// SPDX-License-Identifier: Apache-2.0
// What must be right before a follower takes a block: its authors' signatures, the rules, every byte of its seal, and
// the votes for it. Pure functions; the errors are one line.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "consensus/quorum_proof.h"
#include "node/ledger/block.h"

namespace quipu::follow {

// Leaves as they come from a log, the seal last. `parent`: of an epoch whose rules this program knows
// (ledger::outgrown).
std::expected<ledger::ExecutedBlock, std::string> check_block(const ledger::Genesis& genesis,
                                                              const ledger::Position& parent,
                                                              const std::vector<Bytes>& leaves);

// A quorum/<height> file: view steps about this block or repeats of its parent, each by a quorum of `voters`.
std::expected<std::vector<consensus::LinkProof>, std::string> check_links(BytesView file,
                                                                          const ledger::Genesis& genesis,
                                                                          const ledger::Membership& voters,
                                                                          const ledger::ExecutedBlock& block);

}  // namespace quipu::follow
