// SPDX-License-Identifier: Apache-2.0
// A scenario as read: who plays, and what happens step after step. Says nothing about the world it happens in. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quipu::scenario {

using Micros = std::int64_t;
inline constexpr Micros kMillisecond = 1'000;
inline constexpr Micros kSecond = 1'000'000;
// Written `bound`: how long a submission may take while at most f members fail, (f + 2) time-outs (Plan::bound).
inline constexpr Micros kBound = -1;

enum class Verb : std::uint8_t {
  // who plays
  kScenario,
  kMembers,
  kMembersCount,
  kCandidates,
  kByzantine,
  kSeed,
  kRegion,
  kDistance,
  // what clients do
  kSubmit,
  kSubmitAhead,
  kSubmitInvalid,
  kSubmitRivals,
  kLoad,
  kGarbage,
  // time passes
  kRun,
  kWaitFinal,
  kWaitFinalAt,
  kWaitFinalExcept,
  kWaitRest,
  kWaitLeads,
  // machines
  kKill,
  kStart,
  kRestart,
  kPause,
  kCrashSigning,
  kCrashTorn,
  kLoseDatabase,
  kKeepImage,
  kPutBackImage,
  kSlowDisk,
  kClockAhead,
  kClockBehind,
  // links
  kCutFrom,
  kCutTo,
  kJoin,
  kDelay,
  kLosePercent,
  kLoseMessages,
  kLoseNothing,
  kReset,
  kCorrupt,
  kSplitTwins,
  kHealLinks,
  kHeal,
  // members
  kAdmit,
  kDismiss,
  // when
  kLet,
  kIn,
  kWhenLeads,
  kRepeat,
  kEnd,
  // what must be so
  kExpectSilence,
  kExpectNoProgress,
  kExpectHeight,
  kExpectHeightAtLeast,
  kExpectNullified,
  kExpectEvidence,
  kExpectNoEvidence,
  kExpectEpoch,
  kExpectMembers,
  kExpectFork,
  kMeasure,
};

// What a line says; which fields count depends on the verb (grammar.cpp).
struct Step {
  Verb verb = Verb::kRun;
  int line = 0;
  std::string text;                 // as written, without its comment
  std::vector<std::string> nodes;   // codes, `all`, `leader` or names given by `let`
  std::vector<std::string> others;  // of a second group
  std::uint64_t number = 0;
  Micros time = 0;
  std::string word;
  std::vector<Step> body;  // of `repeat`, `in`, `when`
};

struct Region {
  std::string name;
  std::size_t members = 0;  // in the order of their codes
};
struct Distance {
  std::string one;
  std::string other;
  Micros one_way = 0;
};

struct Plan {
  std::string title;
  std::vector<std::string> members;  // ascending; at most limits::kMembers
  std::vector<std::string> candidates;
  std::vector<std::string> byzantine;
  std::string attack;
  std::uint64_t seed = 1;
  std::vector<Region> regions;
  std::vector<Distance> distances;
  std::vector<Step> steps;

  std::size_t faulty() const { return (members.size() - 1) / 3; }
  // At the usual time-outs of 3 s: one for each of f failing leaders, one to find out, one second for the rest.
  Micros bound() const { return static_cast<Micros>(faulty() + 2) * 3 * kSecond + kSecond; }
  Micros length(Micros time) const { return time == kBound ? bound() : time; }
};

}  // namespace quipu::scenario
