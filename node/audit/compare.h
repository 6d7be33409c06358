// SPDX-License-Identifier: Apache-2.0
// Two histories of one chain side by side: is one the beginning of the other, or did they fork, and whose signatures
// made that possible? Offline; a side is a mirror, or one checkpoint note. Reads only through Bundle; one thread.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "consensus/accountability.h"
#include "node/audit/bundle.h"
#include "node/audit/fork_proof.h"

namespace quipu::audit {

struct Source {
  std::string name;
  const Bundle* bundle = nullptr;  // a mirror; else
  Bytes note{};                    // a checkpoint, as published or copied from anywhere
};

enum class Relation : std::uint8_t {
  kSame,
  kPrefix,
  kFork,           // a quorum stands for each of two histories of which neither is the beginning of the other
  kContradiction,  // members signed for both of two such histories, one of which no quorum stands for
};

struct Comparison {
  struct Side {
    std::string name;
    std::uint64_t size = 0;
    crypto::Digest root{};
    std::optional<std::uint64_t> height{};  // of a mirror
    std::size_t cosigners = 0;              // members whose cosignature of that size and root verifies
    std::size_t voters = 0;                 // of so many, and a quorum of these is
    std::size_t quorum = 0;
    std::size_t proofs = 0;  // quorum proofs checked for the newest block
  };
  Relation relation = Relation::kSame;
  std::array<Side, 2> sides{};                 // in the order asked
  std::size_t shorter = 0;                     // kPrefix: which side is the beginning of the other
  std::shared_ptr<const Electorate> voters{};  // of the epoch in which they part; else of either tip's

  // A fork or contradiction. Of two mirrors: the first height at which they differ, the leaves that they have in
  // common, and what follows from the votes.
  std::optional<consensus::Height> height{};
  std::uint64_t common = 0;
  std::optional<consensus::Judgement> judgement{};  // its branches are numbered as the sides are
  ForkProof proof{};                                // passes check()
  Convicted convicted{};                            // what it proves
};

// The error is one line that says what to do next: nothing can be concluded.
std::expected<Comparison, std::string> compare(const Source& first, const Source& second,
                                               const ledger::Genesis& genesis);

// "the second history has no valid finalization ...", and whom to ask.
std::string words_of(const consensus::Gap& gap, const Comparison& comparison, const consensus::MemberSet& members);

}  // namespace quipu::audit
