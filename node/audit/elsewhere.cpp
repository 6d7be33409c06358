// SPDX-License-Identifier: Apache-2.0
#include "node/audit/elsewhere.h"

#include <algorithm>

#include "consensus/accountability.h"
#include "crypto/signature.h"
#include "node/audit/electorate.h"
#include "node/audit/evidence_check.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::MemberIndex;
using consensus::QuorumProof;

// Every quorum proof of a mirror; files that cannot be read or parsed are passed over.
std::vector<QuorumProof> proofs_of(const Bundle& bundle, std::size_t members) {
  std::vector<QuorumProof> out;
  for (const auto& path : bundle.paths()) {
    const auto bytes = ledger::numbered_path("quorum", path) ? bundle.read(path) : std::unexpected(std::string());
    auto links = bytes ? ledger::decode_links(*bytes, members) : std::nullopt;
    if (!links) continue;
    for (auto& link : *links) {
      out.push_back(std::move(link.step));
      std::ranges::move(link.skipped, std::back_inserter(out));
    }
  }
  return out;
}

}  // namespace

Elsewhere::Elsewhere(const Context& context, const std::vector<const Bundle*>& others) : context_(context) {
  for (const Bundle* bundle : others) read(*bundle);
}

void Elsewhere::read(const Bundle& bundle) {
  bool any = false;
  for (const auto& path : bundle.paths()) {
    if (path != "checkpoint" && !ledger::numbered_path("checkpoints", path)) continue;
    const std::string place = bundle.name() + "/" + path;
    const auto bytes = bundle.read(path);
    const auto note = bytes ? crypto::Note::parse(*bytes) : std::nullopt;
    const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
    auto cosigners = note ? cosigners_of(*note, first_electorate(context_.genesis)) : std::vector<MemberIndex>();
    if (!checkpoint || checkpoint->origin != context_.genesis.origin ||
        cosigners.size() < context_.genesis.members.quorum()) {
      context_.observe(
          {.check = Check::kElsewhere, .what = "not a checkpoint of this log, passed over", .file = place});
      continue;
    }
    any = true;
    waiting_.emplace(checkpoint->size, Seen{{*checkpoint, std::move(cosigners), 0}, &bundle, place});
  }
  if (any) return;
  context_.report.add({.severity = Severity::kUncheckable,
                       .check = Check::kElsewhere,
                       .what = "no checkpoint of this log to compare with",
                       .file = bundle.name()});
}

void Elsewhere::block_end(std::uint64_t size, const crypto::Digest& root, std::uint64_t height) {
  while (!waiting_.empty() && waiting_.begin()->first <= size) {
    const Seen seen = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    if (seen.note.checkpoint.size != size) {
      fork(seen, "no block of this history ends at that size", height);
    } else if (seen.note.checkpoint.root != root) {
      fork(seen, "another history: its root differs", height);
    } else {
      context_.report.passed(Check::kElsewhere);
    }
  }
}

void Elsewhere::fork(const Seen& seen, std::string what, std::optional<std::uint64_t> height) {
  forks_.push_back(seen);
  context_.broken({.check = Check::kElsewhere, .what = std::move(what), .file = seen.place, .height = height});
}

void Elsewhere::finish(std::uint64_t size, const std::map<std::uint64_t, PublishedNote>& ours) {
  for (const auto& [longer, seen] : waiting_) {
    context_.report.add(
        {.severity = Severity::kUncheckable,
         .check = Check::kElsewhere,
         .what = "this mirror has " + std::to_string(size) + " leaves, that checkpoint " + std::to_string(longer),
         .file = seen.place});
  }
  if (!forks_.empty()) blame(ours);
}

// Whose signature in a note of ours of that size verifies: nobody is accused on a note's word.
std::vector<MemberIndex> Elsewhere::our_cosigners(std::uint64_t size,
                                                  const std::map<std::uint64_t, PublishedNote>& ours) const {
  for (const auto& [height, note] : ours) {
    if (note.checkpoint.size != size) continue;
    const auto bytes = context_.bundle.read(ledger::checkpoint_path({height}));
    const auto parsed = bytes ? crypto::Note::parse(*bytes) : std::nullopt;
    if (parsed) return cosigners_of(*parsed, first_electorate(context_.genesis));
  }
  return {};
}

void Elsewhere::blame(const std::map<std::uint64_t, PublishedNote>& ours) {
  const ledger::Genesis& genesis = context_.genesis;
  std::set<const Bundle*> bundles = {&context_.bundle};
  std::set<MemberIndex> cosigned_both;
  for (const Seen& seen : forks_) {
    bundles.insert(seen.bundle);
    std::ranges::set_intersection(our_cosigners(seen.note.checkpoint.size, ours), seen.note.cosigners,
                                  std::inserter(cosigned_both, cosigned_both.end()));
  }
  std::vector<QuorumProof> proofs;
  for (const Bundle* bundle : bundles)
    std::ranges::move(proofs_of(*bundle, genesis.members.size()), std::back_inserter(proofs));
  std::vector<const QuorumProof*> shown;
  for (const auto& proof : proofs) shown.push_back(&proof);
  for (const auto& pair : consensus::convict(shown, genesis.scope(), genesis.members, &crypto::verify)) {
    context_.report.add(misconduct(pair, genesis));
  }
  for (const MemberIndex member : cosigned_both) {
    context_.report.add({.severity = Severity::kMisconduct,
                         .check = Check::kElsewhere,
                         .what = genesis.members[member].code + " cosigned two trees of one size"});
  }
}

}  // namespace quipu::audit
