// SPDX-License-Identifier: Apache-2.0
// One simulated process: the production replica over the production host, on a simulated disk, clock and network.
// Effects are carried out one after the other, each taking its time, while inputs go on arriving; the power may fail at
// any point.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/host/host.h"
#include "node/replica/replica.h"
#include "testnet/sim/attackers/attacker.h"
#include "testnet/sim/disk.h"
#include "testnet/sim/event_queue.h"
#include "testnet/sim/laws/law.h"
#include "testnet/sim/trace.h"

namespace quipu::testnet {

// What nodes share; it outlives them.
struct World {
  Options options;
  std::shared_ptr<const Cast> cast;
  EventQueue queue;
  Trace trace;
  Report report;
  std::vector<std::unique_ptr<Law>> laws;
  // To every process of that administration.
  std::function<void(Endpoint from, std::size_t to, std::shared_ptr<const Bytes> frame)> transmit;
  std::function<void(const Who&)> epoch_began;  // its connections are made anew
  std::function<void(const Who&, const replica::Outcome&)> outcome;
  std::function<void(const Who&, const replica::Answer&)> answer;
  std::function<void(const Who&)> died;
  std::uint64_t consensus_messages = 0;  // by honest nodes: all but Status and cosignatures
};

class Node {
 public:
  Node(World& world, Who who, std::unique_ptr<Attacker> attacker, bool honest);

  // Starts the process on what its disk holds; makes the disk of a new member first.
  void boot();
  // Now. Nothing when it is off already.
  void cut_power();
  // While it is off: its database is gone, its safety file is not.
  void lose_database();
  // While it is off: its safety file is gone, its database is not.
  void lose_safety_file();
  // While it is off: what an older image of its disk holds is there again.
  void put_back(const Disk::Image& image, bool database, bool safety_file);
  const Disk& disk() const { return disk_; }
  // Nothing is missing on its disk any more, and it may vote as far as that goes.
  bool sound() const;
  // It has, too, since it had to abstain.
  bool votes_again() const;
  // At a later point of whatever it does (disk.h).
  void arm_power_cut(std::uint64_t points) { disk_.power().arm(points); }
  // In the middle of the next write of its safety file.
  void arm_torn_slot() { disk_.tear_next_slot(); }
  void disarm_power_cut() { disk_.power().disarm(); }
  std::uint64_t points_passed() { return disk_.power().passed(); }

  bool alive() const { return replica_ != nullptr; }
  bool honest() const { return honest_; }
  const Who& who() const { return who_; }
  replica::Status status() const { return replica_->status(); }
  std::shared_ptr<const ledger::LedgerReader> ledger() const { return host_->reader(); }
  std::optional<storage::LeafPlace> place_of(const crypto::Digest& id) const { return host_->place_of(id); }

  void receive(std::size_t from, const Bytes& frame);
  void peer_up(std::size_t administration);
  void peer_down(std::size_t administration);
  void input(replica::Input input);  // dropped when off
  // It votes in the epoch that it is in.
  bool votes() const { return host_->self() < host_->membership().members.size(); }
  const ledger::Membership& membership() const { return *who_.members; }
  // Never shorter than it stands still already: what waits for its end was told when that is.
  void pause(Micros duration) { paused_until_ = std::max(paused_until_, world_.queue.now() + duration); }
  bool paused() const { return world_.queue.now() < paused_until_; }
  void slow_disk(Micros duration) { slow_until_ = world_.queue.now() + duration; }
  void skew_clock(Micros offset) { utc_offset_ = offset; }
  // From its next start on its program knows versions of the protocol up to this one.
  void install(std::uint32_t newest_protocol_version) {
    newest_version_ = newest_protocol_version;
    who_.older = true;
  }
  void set_drift(std::int64_t ppm) { drift_ppm_ = ppm; }

 private:
  struct Performer;
  using Work = std::function<void()>;

  void start_process();
  void start_replica();
  void begin_epoch(const std::vector<Bytes>& pending);
  consensus::PeerId peer_of(std::size_t administration) const;
  std::size_t administration_of(consensus::PeerId peer) const;
  void step(replica::Input input);
  void take(replica::Effects effects);
  void go_on();
  void perform_next();
  void finish(const replica::Effect& effect);
  Micros duration_of(const replica::Effect& effect);
  void say(std::optional<consensus::PeerId> to, const std::shared_ptr<const Bytes>& frame);
  void transmit(std::optional<consensus::PeerId> to, const std::shared_ptr<const Bytes>& frame);
  Bytes without_own_votes(const Bytes& frame) const;
  std::expected<consensus::Message, std::string> decoded(const Bytes& frame) const;
  std::shared_ptr<const Bytes> encoded(const consensus::Message& message) const;
  Attacker::Say mouth();
  void verify_later(const replica::VerifySubmissions& effect);
  void schedule_tick();
  void later(Micros delay, Work work);
  void guarded(const Work& work);
  void die();
  consensus::Instant instant() const;
  std::int64_t steady_us(Micros time) const;
  Micros time_of(std::int64_t steady) const;
  template <class Tell>
  void tell(const Tell& tell_one);

  World& world_;
  Who who_;
  std::unique_ptr<Attacker> attacker_;
  bool honest_;
  Random random_;
  Disk disk_;
  bool initialised_ = false;
  std::uint32_t newest_version_ = UINT32_MAX;

  std::uint64_t boot_ = 0;
  Micros booted_at_ = 0;
  std::int64_t steady_base_ = 0;
  std::int64_t drift_ppm_ = 0;
  Micros utc_offset_ = 0;
  Micros paused_until_ = 0;
  Micros slow_until_ = 0;
  std::uint64_t steps_now_ = 0;  // at one instant: a node that never comes to rest is found by it
  Micros stepped_at_ = -1;

  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<host::Host> host_;
  std::unique_ptr<replica::Replica> replica_;
  std::deque<replica::Effect> effects_;
  bool performing_ = false;
  std::optional<Micros> tick_at_;
};

}  // namespace quipu::testnet
