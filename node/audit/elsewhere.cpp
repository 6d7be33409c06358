// SPDX-License-Identifier: Apache-2.0
#include "node/audit/elsewhere.h"

#include <algorithm>

#include "node/audit/evidence_check.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::MemberIndex;
using consensus::QuorumProof;
using consensus::Vote;

// Members whose cosignature in a note of any lines verifies.
std::vector<MemberIndex> cosigners_of(const crypto::Note& note, const ledger::Genesis& genesis) {
  std::vector<MemberIndex> found;
  for (MemberIndex i = 0; i < genesis.members.size(); ++i) {
    const auto verifier = cosigner_verifier(genesis, i);
    const auto is_theirs = [&](const auto& line) { return crypto::verify_line(note.text, line, verifier); };
    if (std::ranges::any_of(note.lines, is_theirs)) found.push_back(i);
  }
  return found;
}

// Every quorum proof of a mirror by view; files that cannot be read or parsed are passed over.
std::multimap<consensus::View, QuorumProof> proofs_of(const Bundle& bundle, std::size_t members) {
  std::multimap<consensus::View, QuorumProof> out;
  for (const auto& path : bundle.paths()) {
    const auto bytes = ledger::numbered_path("quorum", path) ? bundle.read(path) : std::unexpected(std::string());
    const auto links = bytes ? ledger::decode_links(*bytes, members) : std::nullopt;
    if (!links) continue;
    for (const auto& link : *links) {
      out.emplace(link.step.subject.view, link.step);
      for (const auto& skip : link.skipped) out.emplace(skip.subject.view, skip);
    }
  }
  return out;
}

std::vector<Vote> votes_of(const QuorumProof& proof) {
  std::vector<Vote> votes;
  for (std::size_t i = 0; i < proof.signers.size(); ++i) {
    votes.push_back({proof.kind, proof.subject, proof.signers[i], proof.signatures[i]});
  }
  return votes;
}

// One pair for each member that two proofs of one view convict.
void convict(const QuorumProof& ours, const QuorumProof& theirs, const ledger::Genesis& genesis,
             std::map<MemberIndex, consensus::Evidence>& guilty) {
  for (const Vote& a : votes_of(ours)) {
    for (const Vote& b : votes_of(theirs)) {
      if (a.signer != b.signer || guilty.contains(a.signer)) continue;
      if (proves_guilt({a, b}, genesis)) guilty.emplace(a.signer, consensus::Evidence{a, b});
    }
  }
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
    auto cosigners = note ? cosigners_of(*note, context_.genesis) : std::vector<MemberIndex>();
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

void Elsewhere::blame(const std::map<std::uint64_t, PublishedNote>& ours) {
  const ledger::Genesis& genesis = context_.genesis;
  std::map<MemberIndex, consensus::Evidence> guilty;
  const auto our_proofs = proofs_of(context_.bundle, genesis.members.size());
  std::set<const Bundle*> bundles;
  std::set<MemberIndex> cosigned_both;
  for (const Seen& seen : forks_) {
    bundles.insert(seen.bundle);
    for (const auto& [height, note] : ours) {
      if (note.checkpoint.size != seen.note.checkpoint.size) continue;
      std::ranges::set_intersection(note.cosigners, seen.note.cosigners,
                                    std::inserter(cosigned_both, cosigned_both.end()));
    }
  }
  for (const Bundle* bundle : bundles) {
    for (const auto& [view, theirs] : proofs_of(*bundle, genesis.members.size())) {
      const auto [from, to] = our_proofs.equal_range(view);
      for (auto at = from; at != to; ++at) convict(at->second, theirs, genesis, guilty);
    }
  }
  for (const auto& [member, pair] : guilty) context_.report.add(misconduct(pair, genesis));
  for (const MemberIndex member : cosigned_both) {
    context_.report.add({.severity = Severity::kMisconduct,
                         .check = Check::kElsewhere,
                         .what = genesis.members[member].code + " cosigned two trees of one size"});
  }
}

}  // namespace quipu::audit
