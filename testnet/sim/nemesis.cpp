// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/nemesis.h"

#include <algorithm>

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
  every(options.disk_harm_every / 4, [this] { take_image(); });
  every(options.disk_harm_every, [this] { harm_disk(); });
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

void Nemesis::take_image() {
  const Endpoint of = any();
  if (cluster_.node(of).honest()) images_.insert_or_assign(of, cluster_.node(of).disk().image());
}

// While its power is off, which fails now, or soon and in the midst of what it does.
void Nemesis::harm_disk() {
  const Endpoint victim = any();
  if (harming_ || !can_bear(victim)) return;
  harming_ = true;
  const bool soon = random_.chance(700);
  if (soon && cluster_.node(victim).alive()) cluster_.node(victim).arm_power_cut(1 + random_.below(30));
  harm_when_down(victim, cluster_.now() + (soon ? 10 * kSecond : 0));
}

void Nemesis::harm_when_down(Endpoint victim, Micros at_last) {
  if (cluster_.now() >= cluster_.options().trouble) return;  // what was not harmed by now is well
  if (cluster_.now() >= at_last) cluster_.cut_power(victim);
  if (cluster_.node(victim).alive())  // it is down for at least ten milliseconds
    return cluster_.queue().after(5 * kMillisecond, [=, this] { harm_when_down(victim, at_last); });
  harming_ = false;
  harm(victim);
}

// The safety file is lost, or put back from an older image, or the database is, or both.
void Nemesis::harm(Endpoint victim) {
  const auto what = random_.below(4);
  const auto image = images_.find(victim);
  if (what > 0 && (image == images_.end() || (what != 2 && !noticed(victim, image->second)))) return;
  const auto record = cluster_.node(victim).disk().record();
  harmed_[victim] = record ? record->top_view : consensus::View{};
  cluster_.count_restore();
  if (what == 0) return cluster_.node(victim).lose_safety_file();
  cluster_.node(victim).put_back(image->second, what >= 2, what != 2);
}

// What it lost may have been the only copy of what let it into its view; what it got back since, another power cut
// takes unless it voted on it.
bool Nemesis::recovered(Endpoint endpoint, consensus::View voted_until) const {
  const auto& node = cluster_.node(endpoint);
  const auto record = node.disk().record();
  return node.sound() && node.votes_again() && record && std::max(record->top_view, record->tip.view) > voted_until;
}

// A member that does not know what it signed is one of the f, until it votes again.
bool Nemesis::can_bear(Endpoint victim) {
  std::erase_if(harmed_, [&](const auto& each) { return recovered(each.first, each.second); });
  const auto& node = cluster_.node(victim);
  if (!node.honest() || !node.who().members) return false;
  const std::size_t others = harmed_.size() - harmed_.count(victim);
  return cluster_.options().attackers + others + 1 <= cluster_.newest_members().members.faulty();
}

// A safety file that is older than votes which nobody saw is not to be told from the newest one: the protocol asks that
// f + 1 honest others hold a vote that it does not show, or that there is none.
bool Nemesis::noticed(Endpoint victim, const Disk::Image& image) {
  const auto& node = cluster_.node(victim);
  const auto then = Disk::record_in(image.slots);
  const auto now = node.disk().record();
  if (!then || !now) return false;
  const auto& members = node.membership().members;
  const auto index = members.index_of(cluster_.cast().code(node.who().administration));
  std::size_t holders = 0;
  for (Endpoint each = 0; index && each < cluster_.endpoints(); ++each) {
    const auto& other = cluster_.node(each);
    if (each == victim || !other.honest() || !other.who().members || other.membership().epoch != now->epoch) continue;
    holders += std::ranges::any_of(other.disk().votes_held(*index), [&](const consensus::Vote& vote) {
      if (then->epoch < now->epoch) return true;
      // What it forgot once and has abstained for is no news to it.
      return vote.subject.view > then->abstain_until && !consensus::shows(*then, vote.kind, vote.subject);
    });
  }
  return holders > members.faulty();
}

void Nemesis::slow_disk() { cluster_.node(any()).slow_disk(random_.between(1, 20) * kSecond); }

void Nemesis::jump_clock() { cluster_.node(any()).skew_clock(random_.between(-3'600, 3'600) * kSecond); }

}  // namespace quipu::testnet
