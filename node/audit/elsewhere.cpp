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

Elsewhere::Elsewhere(const Context& context, const std::vector<const Bundle*>& others)
    : context_(context), others_(others) {
  for (const Bundle* bundle : others) read(*bundle);
}

void Elsewhere::read(const Bundle& bundle) {
  for (const auto& path : bundle.paths()) {
    if (path != "checkpoint" && !ledger::numbered_path("checkpoints", path)) continue;
    const std::string place = bundle.name() + "/" + path;
    const auto bytes = bundle.read(path);
    auto note = bytes ? crypto::Note::parse(*bytes) : std::nullopt;
    const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
    if (checkpoint && checkpoint->origin == context_.genesis.origin) {
      waiting_.emplace(checkpoint->size, Seen{{*std::move(note), *checkpoint}, &bundle, place});
    } else {
      pass_over(place);
    }
  }
}

void Elsewhere::pass_over(const std::string& place) const {
  context_.observe({.check = Check::kElsewhere, .what = "not a checkpoint of this log, passed over", .file = place});
}

// Finds whose quorum cosigned it; passes it over when nobody's did.
bool Elsewhere::judge(Seen& seen, const Electorates& signers) {
  for (const auto& electorate : signers) {
    seen.cosigners = cosigners_of(seen.note.note, *electorate);
    if (seen.cosigners.size() < electorate->members.quorum()) continue;
    seen.electorate = electorate;
    known_.insert(seen.bundle);
    return true;
  }
  pass_over(seen.place);
  return false;
}

void Elsewhere::block_end(std::uint64_t size, const crypto::Digest& root, std::uint64_t height,
                          const Electorates& signers) {
  while (!waiting_.empty() && waiting_.begin()->first <= size) {
    Seen seen = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    const bool lies_here = seen.note.checkpoint.size == size && seen.note.checkpoint.root == root;
    if (!judge(seen, signers)) {
      if (!lies_here) accuse(seen, signers, height);
      continue;
    }
    if (seen.note.checkpoint.size != size) {
      fork(seen, "no block of this history ends at that size", height);
    } else if (seen.note.checkpoint.root != root) {
      fork(seen, "another history: its root differs", height);
    } else {
      context_.report.passed(Check::kElsewhere);
    }
  }
}

// An honest member cosigns what it has committed, and a quorum stands behind this history.
void Elsewhere::accuse(const Seen& seen, const Electorates& signers, std::uint64_t height) const {
  std::set<std::string> codes;
  for (const auto& electorate : signers) {
    for (const MemberIndex member : cosigners_of(seen.note.note, *electorate)) {
      codes.insert(electorate->members[member].code);
    }
  }
  for (const auto& code : codes) {
    context_.report.add({.severity = Severity::kMisconduct,
                         .check = Check::kElsewhere,
                         .what = code + " cosigned a tree of " + std::to_string(seen.note.checkpoint.size) +
                                 " leaves that is not this history's",
                         .file = seen.place,
                         .height = height});
  }
}

void Elsewhere::fork(const Seen& seen, std::string what, std::optional<std::uint64_t> height) {
  forks_.push_back(seen);
  context_.broken({.check = Check::kElsewhere, .what = std::move(what), .file = seen.place, .height = height});
}

void Elsewhere::finish(std::uint64_t size, const Published& ours, const std::shared_ptr<const Electorate>& newest) {
  for (auto& [longer, seen] : waiting_) {
    if (!judge(seen, {newest})) continue;
    context_.report.add(
        {.severity = Severity::kUncheckable,
         .check = Check::kElsewhere,
         .what = "this mirror has " + std::to_string(size) + " leaves, that checkpoint " + std::to_string(longer),
         .file = seen.place});
  }
  for (const Bundle* bundle : others_) {
    if (known_.contains(bundle)) continue;
    context_.report.add({.severity = Severity::kUncheckable,
                         .check = Check::kElsewhere,
                         .what = "no checkpoint of this log to compare with",
                         .file = bundle->name()});
  }
  if (!forks_.empty()) blame(ours);
}

// Whose signature in a note of ours of a forked size verifies, too: nobody is accused on a note's word.
std::set<MemberIndex> Elsewhere::cosigned_both(const Electorate& electorate, const Published& ours) const {
  std::set<MemberIndex> both;
  for (const Seen& seen : forks_) {
    if (seen.electorate->scope != electorate.scope) continue;
    for (const auto& note : ours.of_size(seen.note.checkpoint.size)) {
      std::ranges::set_intersection(cosigners_of(note.note, electorate), seen.cosigners,
                                    std::inserter(both, both.end()));
    }
  }
  return both;
}

// By the members of the epoch in which the histories part: what follows is another history's epochs.
void Elsewhere::blame(const Published& ours) {
  const Electorate& electorate = *forks_.front().electorate;
  const auto& members = electorate.members;
  std::set<const Bundle*> bundles = {&context_.bundle};
  for (const Seen& seen : forks_) bundles.insert(seen.bundle);
  std::vector<QuorumProof> proofs;
  for (const Bundle* bundle : bundles)
    std::ranges::move(proofs_of(*bundle, members.size()), std::back_inserter(proofs));
  std::vector<const QuorumProof*> shown;
  for (const auto& proof : proofs) shown.push_back(&proof);
  for (const auto& pair : consensus::convict(shown, electorate.scope, members, &crypto::verify)) {
    context_.report.add(misconduct(pair, electorate));
  }
  for (const MemberIndex member : cosigned_both(electorate, ours)) {
    context_.report.add({.severity = Severity::kMisconduct,
                         .check = Check::kElsewhere,
                         .what = members[member].code + " cosigned two trees of one size"});
  }
}

}  // namespace quipu::audit
