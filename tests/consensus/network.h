// SPDX-License-Identifier: Apache-2.0
// A tiny network of engines for tests: virtual time, one host per member with a disk that outlives crashes, links that
// a test may cut, and laws that are checked at every step (agreement; no honest key contradicts itself; Persist before
// Sign).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "consensus/engine.h"
#include "consensus/guard.h"
#include "consensus/message.h"
#include "consensus/votes.h"

namespace quipu::consensus::net {

// Signatures without cryptography: fast, and anybody who knows the key can make one.
crypto::Signature fake_sign(const crypto::PublicKey& key, BytesView message);
bool fake_verify(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature);

MemberSet fake_members(std::size_t count);
Scope fake_scope();
Block genesis_block();
Tip genesis_tip();

// What survives a crash.
struct Disk {
  SafetyRecord record;
  Tip tip;
  std::optional<QuorumProof> finalization;
  std::map<std::uint64_t, FinalBlock> finalized;  // by height
  std::map<std::uint64_t, QuorumProof> commits;   // F by the height it names
  std::map<BlockId, Block> blocks;
  std::vector<QuorumProof> proofs;
  std::map<std::pair<MemberIndex, VoteKind>, Vote> votes;  // each member's highest
};

// A message that a link carried.
struct Delivery {
  std::int64_t at_us = 0;
  PeerId from = 0;
  PeerId to = 0;
  Message message;
};

struct Host {
  std::unique_ptr<Engine> engine;  // none while crashed, or for a puppet that the test plays itself
  Disk disk;
  bool puppet = false;
  std::uint64_t life = 0;  // inputs of an earlier life are void
  std::set<std::string> pool;
  bool told_ready = false;
  BlockId told_tip{};
  std::map<BlockId, Block> overlays;              // verified or built
  std::vector<std::pair<PeerId, Message>> inbox;  // of a puppet
  std::vector<Evidence> evidence;
  std::map<PeerId, std::size_t> blamed;  // checks in vain
  std::vector<std::string> halts;
  std::vector<Vote> signed_votes;
  std::set<Ticket> persisted;
  std::int64_t utc_offset_ms = 0;
  std::size_t effects = 0;
  std::size_t sent = 0;
  std::size_t status_sent = 0;
  std::size_t verifies = 0;
  std::optional<std::size_t> crash_at_effect;
  bool hold_verdicts = false;
};

class Network {
 public:
  using Filter = std::function<bool(PeerId from, PeerId to, const Message& message)>;

  explicit Network(std::size_t count, std::set<PeerId> puppets = {});

  Host& host(PeerId id) { return hosts_[id]; }
  std::size_t size() const { return hosts_.size(); }
  Engine& engine(PeerId id) { return *hosts_[id].engine; }
  PeerId leader(std::uint64_t view) const { return order_[(view - 1) % order_.size()]; }
  const MemberSet& members() const { return members_; }
  const Scope& scope() const { return scope_; }
  std::int64_t now_us() const { return now_us_; }

  void start();
  void submit(const std::string& payload);  // to every living host
  void submit_to(PeerId id, const std::string& payload);
  void spread_pools();  // what the replica does with offers: every host gets what any holds and has not seen final
  void crash(PeerId id, bool tell_others = true);
  void restart(PeerId id);
  void lose_database(PeerId id);  // of a crashed one; its safety record stays
  void become_puppet(PeerId id);
  // Delivers a message to one host as if `from` had sent it.
  void deliver(PeerId from, PeerId to, Message message, std::int64_t delay_us = 0);
  void input(PeerId to, Input input, std::int64_t delay_us = 0);
  Vote vote(VoteKind kind, const Subject& subject, PeerId signer) const;
  QuorumProof proof(VoteKind kind, const Subject& subject, const std::vector<MemberIndex>& signers) const;
  static crypto::Digest root_of(const Block& parent, const std::vector<Bytes>& leaves);
  Block make_block(const Block& parent, const std::string& payload, std::int64_t time_ms = 0) const;

  // Runs until the predicate holds; false when the virtual time is up first.
  bool run_until(const std::function<bool()>& predicate, std::int64_t limit_ms = 60'000);
  void run_for(std::int64_t ms);
  // Finalizes one payload a view until this one is current everywhere.
  void advance_to(std::uint64_t view);
  // The kinds of proof that this engine shows for a view above its finalized one.
  std::vector<VoteKind> proofs_held(PeerId id, std::uint64_t view);
  const Block& tip_block(PeerId id) const;
  // Every living host has finalized every payload.
  bool all_have(const std::string& payload) const;
  bool has(PeerId id, const std::string& payload) const;
  std::size_t living() const;
  // One line per host, for a test that fails.
  std::string describe() const;

  Filter pass = [](PeerId, PeerId, const Message&) { return true; };
  std::int64_t link_us = 1'000;
  bool recording = false;  // into `wire`
  std::vector<Delivery> wire;
  bool laws_broken = false;
  std::string broken_law;

 private:
  struct Event {
    PeerId to = 0;
    std::uint64_t life = 0;
    Input input;
  };
  struct Executor;

  void push(std::int64_t delay_us, PeerId to, Input input);
  void step(PeerId id, Input input);
  void carry_out(PeerId id, Effects effects);
  void refresh_work(PeerId id);
  void check_commit(PeerId id, const Commit& commit);
  void check_signed(PeerId id, const Vote& vote);
  bool fire_next_event(std::int64_t limit_us);
  Instant instant(PeerId id) const;
  Restored restored(PeerId id) const;
  std::set<std::string> payloads_above_tip(PeerId id, const BlockId& tip) const;
  const Block* find_block(PeerId id, const BlockId& block) const;
  void law(bool holds, const std::string& name);

  MemberSet members_;
  Scope scope_;
  std::vector<MemberIndex> order_;
  std::vector<Host> hosts_;
  std::map<std::pair<std::int64_t, std::uint64_t>, Event> events_;
  std::uint64_t sequence_ = 0;
  std::int64_t now_us_ = 0;
  std::map<std::uint64_t, BlockId> agreed_;
};

}  // namespace quipu::consensus::net
