// SPDX-License-Identifier: Apache-2.0
// What an audit found: one verdict, a count per check, findings with their places, and the facts of the history
// (docs/formats.md, "Audit"). Equal bundles give equal reports on every machine: nothing in it comes from a clock, a
// path or the machine. A value; one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/audit/facts.h"

namespace quipu::audit {

// The checks of docs/formats.md that this program makes; the numbers are that list's.
enum class Check : std::uint8_t {
  kGenesis = 1,
  kStructure = 2,
  kHashing = 3,
  kNotes = 4,
  kQuorum = 5,
  kMembership = 6,
  kSeals = 7,
  kSyntax = 8,
  kSignatures = 9,
  kAuthority = 10,
  kReplay = 11,
  kTime = 12,
  kSequences = 13,
  kRecords = 14,
  kEvidence = 15,
  kElsewhere = 16,
  kReceipts = 17,
  kLiveness = 18,
  kDigest = 19,
};
inline constexpr std::array kChecks = {
    Check::kGenesis,    Check::kStructure, Check::kHashing,   Check::kNotes,      Check::kQuorum,
    Check::kMembership, Check::kSeals,     Check::kSyntax,    Check::kSignatures, Check::kAuthority,
    Check::kReplay,     Check::kTime,      Check::kSequences, Check::kRecords,    Check::kEvidence,
    Check::kElsewhere,  Check::kReceipts,  Check::kLiveness,  Check::kDigest,
};
std::string_view name_of(Check check);    // "hashing"
std::string_view counts_of(Check check);  // what the check counts: "entries and nodes"

enum class Severity : std::uint8_t {
  kIntegrity,    // no honest exporter with at most f faulty members can have made this: BROKEN
  kUncheckable,  // something needed is not there or cannot be read: COULD-NOT-CHECK
  kMisconduct,   // proves that a member broke the protocol; the history still stands
  kObservation,  // worth knowing, proves nothing
};
inline constexpr std::array kSeverities = {Severity::kIntegrity, Severity::kUncheckable, Severity::kMisconduct,
                                           Severity::kObservation};
std::string_view name_of(Severity severity);

struct Finding {
  Severity severity = Severity::kIntegrity;
  Check check = Check::kStructure;
  std::string what;  // one line
  std::string file{};
  std::optional<std::uint64_t> height{};
  std::optional<std::uint64_t> leaf{};
  std::string evidence{};  // hex of an evidence file, when it is a proof by itself

  std::string text() const;  // "hashing: tile/0/000: leaf 7: hash 7 is ..."
};

enum class Verdict : std::uint8_t { kVerified, kBroken, kCouldNotCheck };

class Report {
 public:
  std::string chain_id, chain, root;  // hex
  std::uint64_t size = 0, height = 0;
  Facts facts;

  void passed(Check check, std::uint64_t times = 1) { counts_[static_cast<std::size_t>(check)] += times; }
  // Of each severity the first thousand are kept, the others only counted: no number of harmless findings hides a
  // worse.
  void add(Finding finding);
  // Findings that nobody kept.
  void drop(Check check, Severity severity, std::uint64_t times);
  std::uint64_t count(Check check) const { return counts_[static_cast<std::size_t>(check)]; }
  const std::vector<Finding>& findings() const { return findings_; }
  std::uint64_t found(Check check, Severity severity) const {
    return found_of_[static_cast<std::size_t>(check)][static_cast<std::size_t>(severity)];
  }
  bool has(Severity severity) const { return found(severity) > 0; }
  std::uint64_t found(Severity severity) const { return found_[static_cast<std::size_t>(severity)]; }

  Verdict verdict() const;
  // "VERIFIED", "BROKEN <first integrity finding>", "COULD-NOT-CHECK <why>".
  std::string verdict_line() const;
  std::string text() const;  // a summary for the terminal; ends in the digest and the verdict line
  std::string json() const;  // everything
  // SHA-256 of json(), in hex: of the JSON report as a file, `sha256sum` says the same.
  std::string digest() const;
  std::uint64_t dropped() const;  // findings that were counted and not kept

 private:
  const Finding* first(Severity severity) const;
  std::array<std::uint64_t, 32> counts_{};
  std::array<std::uint64_t, 4> found_{};  // by severity, kept or not
  std::array<std::array<std::uint64_t, 4>, 32> found_of_{};
  std::vector<Finding> findings_;  // the kept ones, as they came
};

}  // namespace quipu::audit
