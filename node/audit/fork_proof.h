// SPDX-License-Identifier: Apache-2.0
// A fork in a file that proves itself to whoever has the genesis (docs/formats.md, "Fork proof"): two final blocks of
// one height, the contradicting votes of those who made it possible, the inconsistent trees that members cosigned.
// Values and pure functions; any thread.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "consensus/message.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

// More blocks between the fork and the finalization that covers it are neither looked at nor written.
inline constexpr std::size_t kForkBlocks = 1'024;
// Nor does a proof lead over more epochs than this.
inline constexpr std::size_t kForkEpochs = 1'024;

struct ForkProof {
  // Headers from the first block of a branch to one that a quorum finalized.
  struct Branch {
    std::vector<consensus::Header> headers{};  // 1 to kForkBlocks; each the next one's parent
    consensus::QuorumProof finalization{};     // of the last
  };
  // The branch whose first block has the lesser id stands first; both have the parent that their headers name.
  using Parting = std::array<Branch, 2>;
  // Two trees of which neither extends the other, as notes with the cosignatures of those who signed both and no other
  // line, in member order. The smaller tree stands first, of equal ones the lesser note.
  struct Trees {
    std::array<Bytes, 2> notes{};
    crypto::Digest prefix_root{};        // of the larger tree's first leaves, as many as the smaller has
    std::vector<crypto::Digest> path{};  // RFC 9162: from there to the larger tree's root
  };

  consensus::Scope scope{};
  std::vector<Bytes> handovers{};  // the files that opened epochs 1 to that of `scope`, from the genesis on
  std::optional<Parting> parting{};
  std::vector<consensus::Evidence> votes{};  // by member, one pair each
  std::vector<Trees> trees{};                // ascending by notes
};
// Requires headers that follow each other, in the order above, and a note's bytes in form. `members` vote in its epoch.
Bytes encode(const ForkProof& proof, std::size_t members);
// Only the one spelling that encode gives; signatures and what follows from them are not looked at. `founders` vote in
// epoch 0.
std::optional<ForkProof> decode_fork_proof(BytesView file, std::size_t founders);
std::string fork_file_name(BytesView content);  // "<hex SHA-256>.quipu-fork"

// What a checked proof proves.
struct Convicted {
  std::vector<consensus::Evidence> votes{};             // by member
  std::vector<consensus::MemberIndex> cosigned_both{};  // ascending
  std::vector<consensus::MemberIndex> all() const;      // ascending
};
// The members that vote in its epoch, from the genesis by the handovers, whose votes are checked. The error says what
// does not hold.
std::expected<Electorate, std::string> electorate_of(const ForkProof& proof, const ledger::Genesis& genesis);
// Checks every signature, hash and order. The error says what does not hold; then nobody is accused of anything.
std::expected<Convicted, std::string> check(const ForkProof& proof, const Electorate& electorate);

// Members that cosigned both of two notes that cannot belong to one log; the error says what is wrong with the pair.
std::expected<std::vector<consensus::MemberIndex>, std::string> check(const ForkProof::Trees& trees,
                                                                      const Electorate& electorate);

}  // namespace quipu::audit
