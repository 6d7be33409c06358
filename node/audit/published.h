// SPDX-License-Identifier: Apache-2.0
// The published checkpoint notes of a mirror and the form each must have: one log line, then exactly a quorum of
// cosignatures in member order. One thread; signatures go to the pool.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "consensus/members.h"
#include "crypto/note.h"
#include "node/audit/context.h"

namespace quipu::audit {

struct PublishedNote {
  crypto::Checkpoint checkpoint;
  std::vector<consensus::MemberIndex> cosigners;  // ascending
  std::uint64_t first_cosigned_s = 0;
};

crypto::NoteVerifier log_verifier(const ledger::Genesis& genesis, consensus::MemberIndex member);
crypto::NoteVerifier cosigner_verifier(const ledger::Genesis& genesis, consensus::MemberIndex member);

// Form alone; the lines' verifiers, to be checked, are in the same order as the note's lines.
struct ParsedNote {
  crypto::Note note;
  std::vector<crypto::NoteVerifier> verifiers;
  PublishedNote published;
};
std::expected<ParsedNote, std::string> parse_published(BytesView bytes, const ledger::Genesis& genesis);

// All of checkpoints/, by height, with `checkpoint` the newest of them. Nothing when a finding forbids to go on.
std::optional<std::map<std::uint64_t, PublishedNote>> read_published(const Context& context);

}  // namespace quipu::audit
