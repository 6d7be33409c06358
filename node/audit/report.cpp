// SPDX-License-Identifier: Apache-2.0
#include "node/audit/report.h"

#include <algorithm>
#include <numeric>

#include "crypto/digest.h"

namespace quipu::audit {
namespace {

constexpr std::uint64_t kKeptOfEach = 1'000;

// Whoever names a file of a mirror must not write lines of ours, the verdict least of all.
std::string printable(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}  // namespace

std::string_view name_of(Check check) {
  switch (check) {
    case Check::kGenesis:
      return "genesis";
    case Check::kStructure:
      return "structure";
    case Check::kHashing:
      return "hashing";
    case Check::kNotes:
      return "notes";
    case Check::kQuorum:
      return "quorum";
    case Check::kMembership:
      return "membership";
    case Check::kSeals:
      return "seals";
    case Check::kSyntax:
      return "syntax";
    case Check::kSignatures:
      return "signatures";
    case Check::kAuthority:
      return "authority";
    case Check::kReplay:
      return "replay";
    case Check::kTime:
      return "time";
    case Check::kSequences:
      return "sequences";
    case Check::kRecords:
      return "records";
    case Check::kEvidence:
      return "evidence";
    case Check::kElsewhere:
      return "elsewhere";
    case Check::kReceipts:
      return "receipts";
    case Check::kLiveness:
      return "liveness";
    case Check::kDigest:
      return "digest";
  }
  return "";
}

std::string_view counts_of(Check check) {
  switch (check) {
    case Check::kGenesis:
      return "parts of block 0 and policies recomputed";
    case Check::kStructure:
      return "files named and sized as the checkpoint implies";
    case Check::kHashing:
      return "entries and tree nodes rehashed, roots at block ends";
    case Check::kNotes:
      return "published checkpoints with their signatures";
    case Check::kQuorum:
      return "quorum proofs of view steps";
    case Check::kMembership:
      return "epochs opened by those before, with the members that the state names";
    case Check::kSeals:
      return "seals recomputed";
    case Check::kSyntax:
      return "submissions in canonical form";
    case Check::kSignatures:
      return "signatures of authors";
    case Check::kAuthority:
      return "authors with a key in force and of the right purpose";
    case Check::kReplay:
      return "events replayed, state roots at every height";
    case Check::kTime:
      return "submissions issued within their block's time";
    case Check::kSequences:
      return "submissions next in their key's sequence";
    case Check::kRecords:
      return "side records that open a commitment of the log";
    case Check::kEvidence:
      return "pairs of contradicting votes";
    case Check::kElsewhere:
      return "checkpoints seen elsewhere";
    case Check::kReceipts:
      return "receipts and status proofs of this history";
    case Check::kLiveness:
      return "voters counted in proofs, views and checkpoints";
    case Check::kDigest:
      return "digest over this report, equal wherever it is made";
  }
  return "";
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kIntegrity:
      return "integrity";
    case Severity::kUncheckable:
      return "uncheckable";
    case Severity::kMisconduct:
      return "misconduct";
    case Severity::kObservation:
      return "observation";
  }
  return "";
}

std::string Finding::text() const {
  std::string out = std::string(name_of(check)) + ": ";
  if (!file.empty()) out += printable(file) + ": ";
  if (height) out += "height " + std::to_string(*height) + ": ";
  if (leaf) out += "leaf " + std::to_string(*leaf) + ": ";
  return out + printable(what);
}

void Report::add(Finding finding) {
  ++found_of_[static_cast<std::size_t>(finding.check)][static_cast<std::size_t>(finding.severity)];
  if (found_[static_cast<std::size_t>(finding.severity)]++ < kKeptOfEach) findings_.push_back(std::move(finding));
}

void Report::drop(Check check, Severity severity, std::uint64_t times) {
  found_of_[static_cast<std::size_t>(check)][static_cast<std::size_t>(severity)] += times;
  found_[static_cast<std::size_t>(severity)] += times;
}

std::uint64_t Report::dropped() const {
  return std::accumulate(found_.begin(), found_.end(), std::uint64_t{0}) - findings_.size();
}

const Finding* Report::first(Severity severity) const {
  const auto at = std::ranges::find(findings_, severity, &Finding::severity);
  return at == findings_.end() ? nullptr : &*at;
}

Verdict Report::verdict() const {
  if (has(Severity::kIntegrity)) return Verdict::kBroken;
  return has(Severity::kUncheckable) ? Verdict::kCouldNotCheck : Verdict::kVerified;
}

std::string Report::verdict_line() const {
  switch (verdict()) {
    case Verdict::kVerified:
      return "VERIFIED";
    case Verdict::kBroken:
      return "BROKEN " + first(Severity::kIntegrity)->text();
    case Verdict::kCouldNotCheck:
      return "COULD-NOT-CHECK " + first(Severity::kUncheckable)->text();
  }
  return "";
}

std::string Report::digest() const { return crypto::to_hex(crypto::sha256(json()).view()); }

std::string Report::text() const {
  std::string out = "chain   " + chain_id + " " + chain + "\n";
  out += "log     " + std::to_string(size) + " leaves, height " + std::to_string(height) + ", root " + root + "\n";
  for (const Check check : kChecks) {
    out += padded(std::string(name_of(check)), 12) + padded(std::to_string(count(check)), 10) +
           std::string(counts_of(check)) + "\n";
  }
  for (const Finding& finding : findings_) {
    out += padded(std::string(name_of(finding.severity)), 12) + finding.text() + "\n";
    if (!finding.evidence.empty()) out += "            proof " + finding.evidence + "\n";
  }
  if (dropped() > 0) out += "and " + std::to_string(dropped()) + " more findings\n";
  return out + "report " + digest() + "\n" + verdict_line() + "\n";
}

}  // namespace quipu::audit
