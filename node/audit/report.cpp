// SPDX-License-Identifier: Apache-2.0
#include "node/audit/report.h"

#include <algorithm>
#include <boost/json.hpp>
#include <numeric>

namespace quipu::audit {
namespace {

constexpr std::uint64_t kKeptOfEach = 1'000;

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
    case Check::kEvidence:
      return "evidence";
    case Check::kElsewhere:
      return "elsewhere";
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
    case Check::kEvidence:
      return "pairs of contradicting votes";
    case Check::kElsewhere:
      return "checkpoints seen elsewhere";
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
  if (!file.empty()) out += file + ": ";
  if (height) out += "height " + std::to_string(*height) + ": ";
  if (leaf) out += "leaf " + std::to_string(*leaf) + ": ";
  return out + what;
}

void Report::add(Finding finding) {
  if (found_[static_cast<std::size_t>(finding.severity)]++ < kKeptOfEach) findings_.push_back(std::move(finding));
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
  return out + verdict_line() + "\n";
}

std::string Report::json() const {
  namespace json = boost::json;
  json::object out{{"chain_id", chain_id}, {"chain", chain}, {"size", size}, {"height", height}, {"root", root}};
  json::array checks, list;
  for (const Check check : kChecks) {
    checks.push_back(json::object{{"check", static_cast<int>(check)},
                                  {"name", std::string(name_of(check))},
                                  {"passed", count(check)},
                                  {"what", std::string(counts_of(check))}});
  }
  for (const Finding& finding : findings_) {
    json::object entry{{"severity", std::string(name_of(finding.severity))},
                       {"check", std::string(name_of(finding.check))},
                       {"what", finding.what}};
    if (!finding.file.empty()) entry["file"] = finding.file;
    if (finding.height) entry["height"] = *finding.height;
    if (finding.leaf) entry["leaf"] = *finding.leaf;
    if (!finding.evidence.empty()) entry["evidence"] = finding.evidence;
    list.push_back(std::move(entry));
  }
  out["checks"] = std::move(checks);
  out["findings"] = std::move(list);
  out["findings_dropped"] = dropped();
  const std::string line = verdict_line();
  out["verdict"] = line.substr(0, line.find(' '));
  out["verdict_line"] = line;
  return json::serialize(out) + "\n";
}

}  // namespace quipu::audit
