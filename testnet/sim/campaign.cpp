// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/campaign.h"

#include <sstream>

#include "testnet/sim/cluster.h"
#include "testnet/sim/shrink.h"

namespace quipu::testnet {

namespace {

void tell(const Options& options, const RunResult& result, std::ostream& out) {
  out << "seed " << options.seed << ": epoch " << result.epoch.value << ", height " << result.height.value << " in "
      << result.view.value << " views, " << result.crashes << " crashes, " << result.restores << " disks harmed, "
      << result.events << " events, " << result.simulated / kSecond << " s of virtual time, trace " << std::hex
      << result.trace << std::dec << "; " << describe(options) << "\n";
}

// Tells the smaller run that breaks the same law.
void make_small(const Campaign& campaign, const Options& options, const std::string& law, std::ostream& out) {
  out << "making it small: " << std::flush;
  const auto breaks = [&](const Options& smaller) {
    out << "." << std::flush;
    const auto result = run_once(smaller);
    return result.violation && result.violation->law == law;
  };
  auto small = shrink(options, breaks);
  small.without.insert(small.without.begin(), campaign.without.begin(), campaign.without.end());
  const auto result = run_once(small.options);
  out << " " << small.runs << " runs\n";
  tell(small.options, result, out);
  out << "BROKEN: " << result.violation->law << ": " << result.violation->what
      << "\nreplay: " << replay_command(small.options, {small.without, small.options.submissions}) << "\n";
}

}  // namespace

RunResult run_once(const Options& options, std::ostream* story) {
  Cluster cluster(options);
  if (story) cluster.narrate(*story);
  RunResult result;
  result.violation = cluster.run();
  result.trace = cluster.trace();
  result.events = cluster.queue().events();
  result.crashes = cluster.crashes();
  result.restores = cluster.restores();
  result.simulated = cluster.now();
  const auto furthest = cluster.furthest();
  result.epoch = cluster.newest_members().epoch;
  result.view = furthest.current;
  result.height = furthest.finalized.height;
  return result;
}

std::string replay_command(const Options& options, const Reduction& reduction) {
  const Micros harm = options.disk_harm_every;
  const bool by_seed = harm == 0 || harm == swarm_options(options.seed, options.members).disk_harm_every;
  const std::string seed = std::to_string(options.seed);
  std::ostringstream trouble;
  // Half a second more: the command line rounds down to seconds.
  if (options.trouble != Campaign{}.trouble)
    trouble << " --hours " << (static_cast<double>(options.trouble / kSecond) + 0.5) / 3600;
  for (const auto& name : reduction.without)
    trouble << (&name == &reduction.without.front() ? " --without " : ",") << name;
  if (reduction.submissions) trouble << " --submissions " << *reduction.submissions;
  return "quipu-testnet simulate --seeds " + seed + ".." + seed + " --members " + std::to_string(options.members) +
         (options.candidates > 0 ? " --candidates " + std::to_string(options.candidates) : "") +
         (options.by_reference ? " --by-reference" : "") +
         (by_seed ? "" : " --disk-harm " + std::to_string(harm / kSecond)) + trouble.str();
}

int simulate(const Campaign& campaign, std::ostream& out) {
  std::uint64_t runs = 0;
  std::uint64_t broken = 0;
  std::uint64_t restores = 0;
  Micros simulated = 0;
  for (const std::size_t members : campaign.members) {
    for (std::uint64_t seed = campaign.first_seed; seed <= campaign.last_seed; ++seed) {
      Options options = swarm_options(seed, members);
      options.candidates = campaign.candidates;
      options.by_reference = campaign.by_reference;
      options.trouble = campaign.trouble;
      if (campaign.disk_harm_every > 0) harm_disks(options, campaign.disk_harm_every);
      switch_off(options, campaign.without);
      options.submissions = campaign.submissions.value_or(options.submissions);
      const RunResult result = run_once(options, campaign.narrate ? &out : nullptr);
      ++runs;
      simulated += result.simulated;
      restores += result.restores;
      if (campaign.verbose || result.violation) tell(options, result, out);
      if (!result.violation) continue;
      out << "BROKEN: " << result.violation->law << ": " << result.violation->what
          << "\nreplay: " << replay_command(options, {campaign.without, campaign.submissions}) << "\n";
      if (campaign.shrink) make_small(campaign, options, result.violation->law, out);
      ++broken;
      if (!campaign.keep_going) return 1;
    }
  }
  out << runs << " runs, " << simulated / (60 * kSecond) << " virtual minutes, " << restores << " disks harmed, "
      << (broken == 0 ? "every law held" : std::to_string(broken) + " runs broke a law") << "\n";
  return broken == 0 ? 0 : 1;
}

}  // namespace quipu::testnet
