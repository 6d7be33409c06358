// SPDX-License-Identifier: Apache-2.0
// Everything a run depends on. A seed and a size decide all of it; tests may then change single values. Plain values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "testnet/sim/event_queue.h"

namespace quipu::testnet {

enum class AttackerKind : std::uint8_t {
  kNone,
  kTwin,
  kEquivocatingLeader,
  kNullifyAlways,
  kReplayer,
  kForger,
  kDeafLeader,
  kCredulous,
  kClone,       // a twin that heeds what it is shown of its votes; not in the swarm
  kLeafForger,  // not in the swarm: which attacker a seed gets stays as it was
  kWithholder,  // neither
};
std::string_view to_string(AttackerKind kind);

struct Options {
  std::uint64_t seed = 0;
  std::size_t members = 4;
  std::size_t candidates = 0;        // nodes beyond the members of the genesis, who follow until they are let in
  bool by_reference = false;         // all proposals name their submissions, as those of large networks do
  std::vector<std::string> codes{};  // of all these, members first and ascending; empty: the usual ones
  bool training = false;             // a chain on which upgrades are rehearsed
  Micros trouble = 120 * kSecond;    // how long faults happen, before a core of q members is healed

  // network
  Micros delay_least = 1 * kMillisecond;
  Micros delay_most = 100 * kMillisecond;
  std::uint64_t late_per_mille = 0;  // frames that take up to 50 times as long
  std::uint64_t lost_per_mille = 0;
  std::uint64_t repeated_per_mille = 0;
  Micros partition_every = 0;  // mean; 0 = never, as everywhere below
  Micros clog_every = 0;

  // nodes
  Micros crash_every = 0;
  Micros restart_most = 20 * kSecond;
  Micros blackout_every = 0;  // all nodes at once
  Micros pause_every = 0;     // one process stands still for up to 60 s
  Micros disk_most = 2 * kMillisecond;
  Micros slow_disk_every = 0;
  Micros skew_most = 0;   // offset of each UTC clock
  Micros jump_every = 0;  // one node's UTC clock jumps by up to an hour
  std::int64_t drift_ppm = 0;
  Micros disk_harm_every = 0;  // a safety file is lost, an older one or an older database put back, or both

  // clients
  std::size_t submissions = 24;
  std::uint64_t wrong_per_mille = 100;   // submissions nobody may take
  std::uint64_t garbage_per_mille = 20;  // frames that are not in form, beside each client's action

  // Clients' administrations: where members come and go, two that stay.
  std::size_t authors() const { return candidates > 0 ? std::min<std::size_t>(members, 2) : members; }

  std::size_t attackers = 0;  // at most f
  AttackerKind attack = AttackerKind::kNone;
  bool lonely_core = false;  // what is beyond q members stays down after the trouble

  friend bool operator==(const Options&, const Options&) = default;
};

// No faults: 1..20 ms links, quick disks, exact clocks.
Options calm_options(std::uint64_t seed, std::size_t members);
// Each kind of fault is there or not, and as strong, as the seed says.
Options swarm_options(std::uint64_t seed, std::size_t members);
// One line, for people.
// As often as that, where attackers leave room for it.
void harm_disks(Options& options, Micros every);
std::string describe(const Options& options);

}  // namespace quipu::testnet
