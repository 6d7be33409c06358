// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/network.h"

#include <utility>

namespace quipu::testnet {

namespace {
// A powered-off host closes no socket: its peers notice when its pings stop.
constexpr Micros kSilent = 15 * kSecond;
}  // namespace

Network::Network(const Options& options, EventQueue& queue, std::size_t endpoints, Receiver receiver)
    : options_(options),
      queue_(queue),
      random_(options.seed, "network"),
      receiver_(std::move(receiver)),
      links_(endpoints * endpoints),
      boots_(endpoints),
      alive_(endpoints) {}

Micros Network::delay() {
  const Micros usual = random_.between(options_.delay_least, options_.delay_most);
  return random_.chance(options_.late_per_mille) ? usual * random_.between(2, 50) : usual;
}

void Network::send(Endpoint from, Endpoint to, std::shared_ptr<const Bytes> frame) {
  ++sent_;
  bytes_ += frame->size();
  const Link& there = link(from, to);
  if (there.told_boot == 0 || there.cut || random_.chance(options_.lost_per_mille)) return;
  carry(from, to, frame);
  if (random_.chance(options_.repeated_per_mille)) carry(from, to, frame);
}

// What is under way to a process dies with it.
void Network::carry(Endpoint from, Endpoint to, const std::shared_ptr<const Bytes>& frame) {
  const Link& there = link(from, to);
  const Micros when = std::max(queue_.now(), there.clogged_until) + there.more + delay();
  queue_.at(when, [this, from, to, frame, boot = boots_[to], session = there.sessions] {
    const Link& here = link(from, to);
    if (!alive(to) || boots_[to] != boot || here.cut || here.sessions != session) return;
    if (here.corrupt_per_mille > 0 && random_.chance(here.corrupt_per_mille)) return reset(from, to);
    receiver_.frame(to, from, *frame);
  });
}

void Network::process_started(Endpoint endpoint) {
  alive_[endpoint] = true;
  ++boots_[endpoint];
  for (Endpoint peer = 0; peer < boots_.size(); ++peer) {
    link(endpoint, peer).told_boot = 0;
    if (peer != endpoint) refresh_later(endpoint, peer, random_.between(1, 500) * kMillisecond);
  }
}

void Network::process_died(Endpoint endpoint) {
  alive_[endpoint] = false;
  const bool silently = random_.chance(200);
  for (Endpoint peer = 0; peer < boots_.size(); ++peer) {
    link(endpoint, peer).told_boot = 0;
    if (peer != endpoint) refresh_later(endpoint, peer, silently ? kSilent : random_.between(1, 2500) * kMillisecond);
  }
}

void Network::cut(Endpoint from, Endpoint to) {
  link(from, to).cut = true;
  refresh_later(from, to, kSilent);
}

void Network::join(Endpoint from, Endpoint to) {
  link(from, to).cut = false;
  refresh_later(from, to, random_.between(100, 2'000) * kMillisecond);
}

void Network::clog(Endpoint from, Endpoint to, Micros until) { link(from, to).clogged_until = until; }

void Network::corrupt(Endpoint one, Endpoint other, std::uint64_t per_mille) {
  link(one, other).corrupt_per_mille = link(other, one).corrupt_per_mille = per_mille;
}

void Network::reset(Endpoint one, Endpoint other) {
  for (const auto& [near, far] : {std::pair(one, other), std::pair(other, one)}) {
    ++link(near, far).sessions;
    if (link(near, far).told_boot != 0) tell_down(near, far);
  }
  refresh_later(one, other, random_.between(100, 500) * kMillisecond);
}

void Network::heal() {
  options_.late_per_mille = options_.lost_per_mille = options_.repeated_per_mille = 0;
  for (Link& each : links_) each.clogged_until = 0, each.more = 0, each.corrupt_per_mille = 0;
  for (Endpoint from = 0; from < boots_.size(); ++from)
    for (Endpoint to = 0; to < boots_.size(); ++to)
      if (from != to) join(from, to);
}

bool Network::possible(Endpoint a, Endpoint b) { return alive(a) && alive(b) && !link(a, b).cut && !link(b, a).cut; }

void Network::refresh_later(Endpoint a, Endpoint b, Micros delay_us) {
  queue_.after(delay_us, [this, a, b] { refresh(a, b); });
}

// Brings what both ends were told in line with what is so.
void Network::refresh(Endpoint a, Endpoint b) {
  const bool up = possible(a, b);
  for (const auto& [near, far] : {std::pair(a, b), std::pair(b, a)}) {
    const std::uint64_t told = link(near, far).told_boot;
    if (told != 0 && (!up || told != boots_[far])) tell_down(near, far);
  }
  if (!up) return;
  for (const auto& [near, far] : {std::pair(a, b), std::pair(b, a)})
    if (link(near, far).told_boot == 0) tell_up(near, far);
}

void Network::tell_up(Endpoint to, Endpoint peer) {
  link(to, peer).told_boot = boots_[peer];
  receiver_.peer_up(to, peer);
}

void Network::tell_down(Endpoint to, Endpoint peer) {
  link(to, peer).told_boot = 0;
  if (alive(to)) receiver_.peer_down(to, peer);
}

}  // namespace quipu::testnet
