// SPDX-License-Identifier: Apache-2.0
#include "node/audit/electorate.h"

#include <algorithm>

#include "crypto/signature.h"

namespace quipu::audit {

using consensus::MemberIndex;

Electorate first_electorate(const ledger::Genesis& genesis) {
  return {genesis.scope(), genesis.members, genesis.origin};
}

std::expected<Electorate, std::string> electorate_after(const Electorate& before, const ledger::Handover& handover) {
  const auto& [header, proof, encoded] = handover;
  const auto block = consensus::block_id(before.scope.chain, header);
  if (header.epoch != before.scope.epoch) return std::unexpected("its block is of another epoch");
  if (proof.subject.block != block || proof.subject.height != header.height) {
    return std::unexpected("its finalization is of another block");
  }
  if (!consensus::verify(proof, before.scope, before.members, &crypto::verify)) {
    return std::unexpected("its finalization is not a quorum of valid votes");
  }
  auto members = ledger::decode_members(encoded);
  if (!members) return std::unexpected("its members are not in form");
  return Electorate{{before.scope.chain, before.scope.epoch.next(), block}, *std::move(members), before.origin};
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
