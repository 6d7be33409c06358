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
#include "node/audit/electorate.h"

namespace quipu::audit {

struct PublishedNote {
  crypto::Note note;
  crypto::Checkpoint checkpoint;
};

// Of the lines' form: who may sign a note is known once the log has been replayed up to its size.
struct NoteLines {
  std::vector<crypto::NoteVerifier> verifiers;  // to be checked, in the order of the note's lines
  std::vector<std::string> cosigners{};         // codes, in the order of their lines
  std::uint64_t first_cosigned_s = 0;
};
std::expected<NoteLines, std::string> lines_of(const crypto::Note& note, const Electorate& electorate);
// Hands the signatures to the pool.
void check_signatures(const Context& context, const crypto::Note& note, NoteLines lines, std::string path);

// All of checkpoints/, by height, with `checkpoint` the newest of them. Nothing when a finding forbids to go on.
std::optional<std::map<std::uint64_t, PublishedNote>> read_published(const Context& context);

}  // namespace quipu::audit
