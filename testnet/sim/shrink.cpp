// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/shrink.h"

#include <algorithm>

namespace quipu::testnet {

namespace {

// Shorter runs and fewer submissions by halves, down to these.
constexpr Micros kShortest = 10 * kSecond;
constexpr std::size_t kFewest = 1;

class Shrinker {
 public:
  Shrinker(const Options& options, const std::function<bool(const Options&)>& breaks, std::size_t most)
      : breaks_(breaks), most_(most), shrunk_{options, {}, 0} {}

  Shrunk run() {
    for (const auto& each : switches()) switch_off(each);
    while (halve_trouble()) {
    }
    while (halve_submissions()) {
    }
    return shrunk_;
  }

 private:
  void switch_off(const Switch& each) {
    Options smaller = shrunk_.options;
    each.off(smaller);
    if (smaller != shrunk_.options && take(smaller)) shrunk_.without.emplace_back(each.name);
  }
  // In whole seconds, as the command line has it.
  bool halve_trouble() {
    Options smaller = shrunk_.options;
    smaller.trouble = smaller.trouble / 2 / kSecond * kSecond;
    return smaller.trouble >= kShortest && take(smaller);
  }
  bool halve_submissions() {
    Options smaller = shrunk_.options;
    smaller.submissions /= 2;
    return smaller.submissions >= kFewest && take(smaller);
  }
  bool take(const Options& smaller) {
    if (shrunk_.runs == most_) return false;
    ++shrunk_.runs;
    if (!breaks_(smaller)) return false;
    shrunk_.options = smaller;
    return true;
  }

  const std::function<bool(const Options&)>& breaks_;
  std::size_t most_;
  Shrunk shrunk_;
};

}  // namespace

const std::vector<Switch>& switches() {
  static const std::vector<Switch> all = {
      {"attackers", [](Options& o) { o.attackers = 0, o.attack = AttackerKind::kNone; }},
      {"lonely-core", [](Options& o) { o.lonely_core = false; }},
      {"blackouts", [](Options& o) { o.blackout_every = 0; }},
      {"crashes", [](Options& o) { o.crash_every = 0; }},
      {"partitions", [](Options& o) { o.partition_every = 0; }},
      {"clogs", [](Options& o) { o.clog_every = 0; }},
      {"pauses", [](Options& o) { o.pause_every = 0; }},
      {"disk-harm", [](Options& o) { o.disk_harm_every = 0; }},
      {"slow-disks", [](Options& o) { o.slow_disk_every = 0; }},
      {"clock-jumps", [](Options& o) { o.jump_every = 0; }},
      {"skew", [](Options& o) { o.skew_most = 0; }},
      {"drift", [](Options& o) { o.drift_ppm = 0; }},
      {"losses", [](Options& o) { o.lost_per_mille = 0; }},
      {"lateness", [](Options& o) { o.late_per_mille = 0; }},
      {"repeats", [](Options& o) { o.repeated_per_mille = 0; }},
      {"wrong-statements", [](Options& o) { o.wrong_per_mille = 0; }},
      {"garbage", [](Options& o) { o.garbage_per_mille = 0; }},
  };
  return all;
}

bool switch_off(Options& options, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto found = std::ranges::find(switches(), name, &Switch::name);
    if (found == switches().end()) return false;
    found->off(options);
  }
  return true;
}

Shrunk shrink(const Options& options, const std::function<bool(const Options&)>& breaks, std::size_t most) {
  return Shrinker(options, breaks, most).run();
}

}  // namespace quipu::testnet
