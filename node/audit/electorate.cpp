// SPDX-License-Identifier: Apache-2.0
#include "node/audit/electorate.h"

#include <algorithm>

namespace quipu::audit {

using consensus::MemberIndex;

Electorate first_electorate(const ledger::Genesis& genesis) {
  return {genesis.scope(), genesis.members, genesis.origin};
}

std::map<MemberIndex, crypto::NoteLine> cosignatures_of(const crypto::Note& note, const Electorate& electorate) {
  std::map<MemberIndex, crypto::NoteLine> found;
  for (MemberIndex i = 0; i < electorate.members.size(); ++i) {
    const auto& member = electorate.members[i];
    const crypto::NoteVerifier verifier{electorate.origin + "/" + member.code, crypto::NoteKeyType::kCosignature,
                                        member.cosigner};
    const auto is_theirs = [&](const auto& line) { return crypto::verify_line(note.text, line, verifier); };
    const auto first = std::ranges::find_if(note.lines, is_theirs);
    if (first != note.lines.end()) found.emplace(i, *first);
  }
  return found;
}

std::vector<MemberIndex> cosigners_of(const crypto::Note& note, const Electorate& electorate) {
  std::vector<MemberIndex> found;
  for (const auto& [member, line] : cosignatures_of(note, electorate)) found.push_back(member);
  return found;
}

}  // namespace quipu::audit
