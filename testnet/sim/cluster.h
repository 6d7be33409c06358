// SPDX-License-Identifier: Apache-2.0
// A whole simulated network under virtual time: nodes, mesh, clients and laws. One run has a time of trouble, then a
// core of q members is healed and must converge, then nothing may be said any more. Scenario tests drive it by hand.
// One thread.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "testnet/sim/narrator.h"
#include "testnet/sim/network.h"
#include "testnet/sim/node.h"
#include "testnet/sim/workload.h"

namespace quipu::testnet {

class Cluster {
 public:
  explicit Cluster(const Options& options);
  ~Cluster();
  Cluster(const Cluster&) = delete;

  // The whole of it; the first broken law, if any.
  std::optional<Violation> run();

  // One line per thing that happens, from here on.
  void narrate(std::ostream& out) { world_.laws.push_back(narrator(world_.queue, out)); }

  // ---- by hand
  void boot_all();
  void run_for(Micros duration);  // ends early when a law is broken
  // False when it did not become true within the time.
  template <class Condition>
  bool run_until(Micros within, const Condition& condition) {
    const Micros end = now() + within;
    while (!violation() && now() < end) {
      if (condition()) return true;
      run_for(100 * kMillisecond);
    }
    return condition();
  }
  crypto::Digest submit(std::size_t member) { return workload_->submit_valid(member); }
  Bytes statement(std::size_t member, std::uint64_t sequence, const std::string& subject, Micros issued_in = 0) {
    return workload_->statement(member, sequence, subject, issued_in);
  }
  // Hands these bytes to one node, as a client does.
  void submit_to(Endpoint endpoint, const Bytes& leaf) {
    nodes_[endpoint]->input(replica::Submitted{++requests_, leaf});
  }
  // One more that watches.
  void watch(std::unique_ptr<Law> law) { world_.laws.push_back(std::move(law)); }
  // Asked about every frame before it is sent; false: it is lost.
  using Filter = std::function<bool(Endpoint from, std::size_t to, const Bytes& frame)>;
  void filter(Filter filter) { filter_ = std::move(filter); }
  // Said by a client: it may be taken.
  void announce(BytesView leaf) {
    for (const auto& law : world_.laws) law->submitted(leaf, true);
  }
  bool final_somewhere(const crypto::Digest& id) const;
  // Every healthy node has it.
  bool final_everywhere(const crypto::Digest& id) const;
  // Everything valid is final on all healthy nodes, their tips are equal, and none is awake.
  bool at_rest() const;
  std::string unrest() const;  // why not, for people

  // A node that goes down comes back after a random time, unless told to stay down.
  void cut_power(Endpoint endpoint);
  void cut_power_of_all();
  void keep_down(Endpoint endpoint);
  void let_boot(Endpoint endpoint);
  void count_restore() { ++restores_; }
  // Of one that is kept down.
  void lose_database(Endpoint endpoint) { nodes_[endpoint]->lose_database(); }
  // All links good, all clocks near, nothing armed. `core`: only q honest nodes stay up.
  void heal(bool core_only);

  Micros now() const { return world_.queue.now(); }
  Node& node(Endpoint endpoint) { return *nodes_[endpoint]; }
  const Node& node(Endpoint endpoint) const { return *nodes_[endpoint]; }
  Network& network() { return *network_; }
  const Options& options() const { return world_.options; }
  std::size_t endpoints() const { return nodes_.size(); }
  // Of the newest epoch that an honest node has come to.
  const ledger::Membership& newest_members() const;
  std::size_t quorum() const { return newest_members().members.quorum(); }
  EventQueue& queue() { return world_.queue; }
  const Cast& cast() const { return *world_.cast; }
  const std::optional<Violation>& violation() const { return world_.report.first(); }
  std::uint64_t trace() const { return world_.trace.hash(); }
  std::uint64_t crashes() const { return crashes_; }
  std::uint64_t restores() const { return restores_; }
  std::uint64_t consensus_messages() const { return world_.consensus_messages; }
  // Of the highest finalized block on any healthy node.
  consensus::EngineStatus furthest() const;

 private:
  void add_nodes();
  void connect();
  void transmit(Endpoint from, std::size_t to, const std::shared_ptr<const Bytes>& frame);
  void died(const Who& who);
  void boot(Endpoint endpoint);
  bool healthy(Endpoint endpoint) const;
  std::vector<Endpoint> answering();
  Workload::Access clients_access();
  void govern();
  void check_convergence();
  void check_votes_again();
  void check_silence();

  World world_;
  Random random_;
  std::unique_ptr<Network> network_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<bool> kept_down_;
  std::unique_ptr<Workload> workload_;
  Filter filter_;
  std::uint64_t requests_ = 0;
  std::uint64_t crashes_ = 0;
  std::uint64_t restores_ = 0;  // disks that lost something, or got back what they had
  bool healed_ = false;
};

}  // namespace quipu::testnet
