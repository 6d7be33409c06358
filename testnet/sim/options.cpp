// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/options.h"

#include <algorithm>
#include <sstream>

#include "consensus/members.h"
#include "testnet/sim/random.h"

namespace quipu::testnet {

namespace {

// With probability 1/2 nothing, else in [least, most].
std::int64_t perhaps(Random& random, std::int64_t least, std::int64_t most) {
  const std::int64_t value = random.between(least, most);
  return random.chance(500) ? value : 0;
}

void choose_network(Options& options, Random& random) {
  options.delay_most = random.between(2, 250) * kMillisecond;
  options.late_per_mille = static_cast<std::uint64_t>(perhaps(random, 1, 50));
  options.lost_per_mille = static_cast<std::uint64_t>(perhaps(random, 1, 200));
  options.repeated_per_mille = static_cast<std::uint64_t>(perhaps(random, 1, 100));
  options.partition_every = perhaps(random, 8, 60) * kSecond;
  options.clog_every = perhaps(random, 5, 40) * kSecond;
}

void choose_nodes(Options& options, Random& random) {
  options.crash_every = perhaps(random, 3, 40) * kSecond;
  options.restart_most = random.between(1, 30) * kSecond;
  options.blackout_every = perhaps(random, 20, 90) * kSecond;
  options.pause_every = perhaps(random, 15, 60) * kSecond;
  options.disk_most = random.between(0, 10) * kMillisecond;
  options.slow_disk_every = perhaps(random, 15, 60) * kSecond;
  options.skew_most = perhaps(random, 0, 4'000) * kMillisecond;
  options.jump_every = perhaps(random, 20, 90) * kSecond;
  options.drift_ppm = perhaps(random, 0, 10'000);
}

void choose_attackers(Options& options, Random& random) {
  const std::size_t most = consensus::max_faulty(options.members);
  constexpr AttackerKind kinds[] = {
      AttackerKind::kTwin,   AttackerKind::kEquivocatingLeader, AttackerKind::kNullifyAlways, AttackerKind::kReplayer,
      AttackerKind::kForger, AttackerKind::kDeafLeader,         AttackerKind::kCredulous};
  const bool attacked = random.chance(500);
  const auto kind = kinds[random.below(std::size(kinds))];
  const std::size_t count = 1 + random.below(std::max<std::size_t>(most, 1));
  if (!attacked || most == 0) return;
  options.attack = kind;
  options.attackers = count;
}

// From a stream of its own: what else a seed decides stays as it was. A member that lost its safety file needs a quorum
// of others.
void choose_harm(Options& options) {
  Random random(options.seed * 1000 + options.members, "harm");
  const Micros every = random.between(10, 60) * kSecond;
  if (random.chance(400)) harm_disks(options, every);
}

}  // namespace

void harm_disks(Options& options, Micros every) {
  if (options.attackers >= consensus::max_faulty(options.members)) return;
  options.disk_harm_every = every;
  options.lonely_core = false;
}

std::string_view to_string(AttackerKind kind) {
  switch (kind) {
    case AttackerKind::kNone:
      return "none";
    case AttackerKind::kTwin:
      return "twin";
    case AttackerKind::kEquivocatingLeader:
      return "equivocating leader";
    case AttackerKind::kNullifyAlways:
      return "nullify always";
    case AttackerKind::kReplayer:
      return "replayer";
    case AttackerKind::kForger:
      return "forger";
    case AttackerKind::kDeafLeader:
      return "deaf leader";
    case AttackerKind::kCredulous:
      return "credulous";
    case AttackerKind::kClone:
      return "clone";
    case AttackerKind::kLeafForger:
      return "leaf forger";
    case AttackerKind::kWithholder:
      return "withholder";
  }
  return "?";
}

Options calm_options(std::uint64_t seed, std::size_t members) {
  Options options;
  options.seed = seed;
  options.members = members;
  options.trouble = 20 * kSecond;
  options.delay_most = 20 * kMillisecond;
  options.disk_most = 1 * kMillisecond;
  options.submissions = 6;
  options.wrong_per_mille = 0;
  options.garbage_per_mille = 0;
  return options;
}

Options swarm_options(std::uint64_t seed, std::size_t members) {
  Random random(seed * 1000 + members, "options");
  Options options;
  options.seed = seed;
  options.members = members;
  choose_network(options, random);
  choose_nodes(options, random);
  choose_attackers(options, random);
  options.submissions = 8 + random.below(40);
  options.lonely_core = random.chance(500);
  choose_harm(options);
  return options;
}

std::string describe(const Options& o) {
  std::ostringstream out;
  const auto seconds = [](Micros time) { return static_cast<double>(time) / kSecond; };
  out << "members " << o.members << ", delay <= " << o.delay_most / kMillisecond << " ms, late " << o.late_per_mille
      << "/1000, lost " << o.lost_per_mille << "/1000, repeated " << o.repeated_per_mille << "/1000, partition every "
      << seconds(o.partition_every) << " s, clog every " << seconds(o.clog_every) << " s, crash every "
      << seconds(o.crash_every) << " s, blackout every " << seconds(o.blackout_every) << " s, pause every "
      << seconds(o.pause_every) << " s, disk <= " << o.disk_most / kMillisecond << " ms, slow disk every "
      << seconds(o.slow_disk_every) << " s, clock skew <= " << o.skew_most / kMillisecond << " ms, jump every "
      << seconds(o.jump_every) << " s, drift " << o.drift_ppm << " ppm, disk harm every " << seconds(o.disk_harm_every)
      << " s, submissions " << o.submissions << ", attackers " << o.attackers << " (" << to_string(o.attack)
      << "), core " << (o.lonely_core ? "q" : "all");
  return out.str();
}

}  // namespace quipu::testnet
