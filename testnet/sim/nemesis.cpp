// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/nemesis.h"

namespace quipu::testnet {

Nemesis::Nemesis(Cluster& cluster) : cluster_(cluster), random_(cluster.options().seed, "nemesis") {}

void Nemesis::begin() {
  const Options& options = cluster_.options();
  every(options.crash_every, [this] { crash(); });
  every(options.blackout_every, [this] { cluster_.cut_power_of_all(); });
  every(options.partition_every, [this] { partition(); });
  every(options.clog_every, [this] { clog(); });
  every(options.pause_every, [this] { pause(); });
  every(options.slow_disk_every, [this] { slow_disk(); });
  every(options.jump_every, [this] { jump_clock(); });
}

void Nemesis::every(Micros mean, const std::function<void()>& what) {
  if (mean > 0) again(mean, what);
}

void Nemesis::again(Micros mean, const std::function<void()>& what) {
  const Micros next = cluster_.now() + random_.between(1, 2 * mean);
  if (next >= cluster_.options().trouble) return;
  cluster_.queue().at(next, [this, mean, what] {
    what();
    again(mean, what);
  });
}

Endpoint Nemesis::any() { return random_.below(cluster_.endpoints()); }

// At once, or at one of the next points of what the node does.
void Nemesis::crash() {
  const Endpoint victim = any();
  if (random_.chance(300)) return cluster_.cut_power(victim);
  if (cluster_.node(victim).alive()) cluster_.node(victim).arm_power_cut(1 + random_.below(60));
}

void Nemesis::partition() {
  const Micros duration = random_.between(1, 40) * kSecond;
  const bool one_way = random_.chance(300);
  const bool isolate = random_.chance(400);
  const Endpoint alone = any();
  std::vector<bool> side(cluster_.endpoints());
  for (Endpoint each = 0; each < side.size(); ++each) side[each] = isolate ? each == alone : random_.chance(500);
  for (Endpoint from = 0; from < side.size(); ++from) {
    for (Endpoint to = 0; to < side.size(); ++to) {
      if (side[from] == side[to] || (one_way && !side[from])) continue;
      cut_for_a_while(from, to, duration);
    }
  }
}

void Nemesis::cut_for_a_while(Endpoint from, Endpoint to, Micros duration) {
  cluster_.network().cut(from, to);
  cluster_.queue().after(duration, [this, from, to] { cluster_.network().join(from, to); });
}

void Nemesis::clog() {
  const Endpoint from = any();
  const Endpoint to = any();
  if (from != to) cluster_.network().clog(from, to, cluster_.now() + random_.between(1, 15) * kSecond);
}

void Nemesis::pause() { cluster_.node(any()).pause(random_.between(1, 60'000) * kMillisecond); }

void Nemesis::slow_disk() { cluster_.node(any()).slow_disk(random_.between(1, 20) * kSecond); }

void Nemesis::jump_clock() { cluster_.node(any()).skew_clock(random_.between(-3'600, 3'600) * kSecond); }

}  // namespace quipu::testnet
