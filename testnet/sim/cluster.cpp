// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/cluster.h"

#include <algorithm>

#include "testnet/sim/government.h"
#include "testnet/sim/nemesis.h"
#include "testnet/sim/signatures.h"

namespace quipu::testnet {

namespace {

// (f + 2) timeouts at their cap, and time to fetch what was missed.
constexpr Micros kConvergence = 900 * kSecond;
constexpr Micros kSettling = 20 * kSecond;  // late frames of the time of trouble are up to 13 s under way
constexpr Micros kSilence = 120 * kSecond;
constexpr std::uint64_t kMostEvents = 100'000'000;

}  // namespace

Cluster::Cluster(const Options& options) : random_(options.seed, "cluster") {
  forget_signatures();
  world_.options = options;
  world_.cast = options.codes.empty() ? cast_of(options.members, options.candidates, options.training)
                                      : cast_of(options.codes, options.members, options.training);
  add_nodes();
  connect();
  workload_ = std::make_unique<Workload>(options, world_.cast, world_.queue, clients_access());
}

Cluster::~Cluster() = default;

// Attackers are the last members; a twin is a second process of its member.
void Cluster::add_nodes() {
  const Options& options = world_.options;
  const std::size_t honest = options.members - options.attackers;
  std::vector<bool> is_honest(options.members + options.candidates, true);
  for (std::size_t member = 0; member < options.members; ++member) is_honest[member] = member < honest;
  world_.laws = all_laws({world_.cast, is_honest, world_.report});
  const auto add = [&](std::size_t member) {
    const Who who{nodes_.size(), member};
    const Random random(options.seed, "attacker " + std::to_string(member));
    auto attacker = is_honest[member] ? nullptr : make_attacker(options.attack, {world_.cast, member, random});
    nodes_.push_back(std::make_unique<Node>(world_, who, std::move(attacker), is_honest[member]));
  };
  for (std::size_t member = 0; member < is_honest.size(); ++member) add(member);
  if (options.attack == AttackerKind::kTwin || options.attack == AttackerKind::kClone)
    for (std::size_t member = honest; member < options.members; ++member) add(member);
  kept_down_.assign(nodes_.size(), false);
}

void Cluster::connect() {
  const auto member = [this](Endpoint endpoint) { return nodes_[endpoint]->who().administration; };
  const auto same = [member](Endpoint a, Endpoint b) { return member(a) == member(b); };
  Network::Receiver receiver{
      [this, member](Endpoint to, Endpoint from, const Bytes& frame) { nodes_[to]->receive(member(from), frame); },
      [this, member, same](Endpoint to, Endpoint peer) {
        if (!same(to, peer)) nodes_[to]->peer_up(member(peer));
      },
      [this, member, same](Endpoint to, Endpoint peer) {
        if (!same(to, peer)) nodes_[to]->peer_down(member(peer));
      }};
  network_ = std::make_unique<Network>(world_.options, world_.queue, nodes_.size(), std::move(receiver));
  world_.epoch_began = [this](const Who& who) { network_->process_started(who.endpoint); };
  world_.transmit = [this](Endpoint from, std::size_t to, std::shared_ptr<const Bytes> frame) {
    transmit(from, to, frame);
  };
  world_.outcome = [this](const Who& who, const replica::Outcome& outcome) {
    if (nodes_[who.endpoint]->honest()) workload_->outcome(outcome);
  };
  world_.answer = [](const Who&, const replica::Answer&) {};
  world_.died = [this](const Who& who) { died(who); };
}

// To every process of the member; what a twin says reaches only some.
void Cluster::transmit(Endpoint from, std::size_t to, const std::shared_ptr<const Bytes>& frame) {
  const bool selective = world_.options.attack == AttackerKind::kTwin && !nodes_[from]->honest();
  if (selective && random_.chance(300)) return;
  if (filter_ && !filter_(from, to, *frame)) return;
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint)
    if (nodes_[endpoint]->who().administration == to) network_->send(from, endpoint, frame);
}

void Cluster::died(const Who& who) {
  ++crashes_;
  network_->process_died(who.endpoint);
  const Micros rest = random_.between(10 * kMillisecond, world_.options.restart_most);
  world_.queue.after(rest, [this, endpoint = who.endpoint] {
    // Now and then it fails again while it starts.
    if (!healed_ && world_.options.crash_every > 0 && random_.chance(150))
      nodes_[endpoint]->arm_power_cut(1 + random_.below(12));
    boot(endpoint);
  });
}

void Cluster::boot(Endpoint endpoint) {
  if (kept_down_[endpoint] || nodes_[endpoint]->alive() || violation()) return;
  nodes_[endpoint]->boot();
  if (nodes_[endpoint]->alive()) network_->process_started(endpoint);
}

void Cluster::boot_all() {
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint) {
    const Micros most = world_.options.skew_most / kMillisecond;
    nodes_[endpoint]->skew_clock(random_.between(-most, most) * kMillisecond);
    nodes_[endpoint]->set_drift(random_.between(-world_.options.drift_ppm, world_.options.drift_ppm));
    boot(endpoint);
  }
}

void Cluster::run_for(Micros duration) {
  const Micros end = now() + duration;
  while (!violation() && world_.queue.run_next(end))
    if (world_.queue.events() > kMostEvents) world_.report.broken("liveness", "the network never comes to rest");
}

void Cluster::cut_power(Endpoint endpoint) { nodes_[endpoint]->cut_power(); }

void Cluster::cut_power_of_all() {
  for (const auto& node : nodes_) node->cut_power();
}

void Cluster::keep_down(Endpoint endpoint) {
  kept_down_[endpoint] = true;
  nodes_[endpoint]->cut_power();
}

void Cluster::let_boot(Endpoint endpoint) {
  kept_down_[endpoint] = false;
  boot(endpoint);
}

void Cluster::heal(bool core_only) {
  healed_ = true;
  network_->heal();
  std::size_t core = 0;
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint) {
    Node& node = *nodes_[endpoint];
    node.disarm_power_cut();
    node.skew_clock(random_.between(-1'000, 1'000) * kMillisecond);
    node.slow_disk(0);
    const bool stays = !core_only || !node.honest() || core++ < quorum();
    stays ? let_boot(endpoint) : keep_down(endpoint);
  }
}

const ledger::Membership& Cluster::newest_members() const {
  const auto newest = std::ranges::max_element(nodes_, {}, [](const auto& node) {
    return node->honest() && node->who().members ? node->membership().epoch.value : 0;
  });
  return (*newest)->membership();
}

bool Cluster::healthy(Endpoint endpoint) const { return nodes_[endpoint]->honest() && !kept_down_[endpoint]; }

std::vector<Endpoint> Cluster::answering() {
  std::vector<Endpoint> out;
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint)
    if (healthy(endpoint) && nodes_[endpoint]->alive()) out.push_back(endpoint);
  return out;
}

Workload::Access Cluster::clients_access() {
  const auto some = [this]() -> Node* {
    const auto up = answering();
    return up.empty() ? nullptr : nodes_[up[random_.below(up.size())]].get();
  };
  return {[this, some](const Bytes& leaf) {
            Node* node = some();
            if (node) node->input(replica::Submitted{++requests_, leaf});
            return node != nullptr;
          },
          [this](const Bytes& leaf) {
            for (const auto& node : nodes_)
              if (!node->honest()) node->input(replica::Submitted{++requests_, leaf});
          },
          [some](const crypto::Digest& id) {
            Node* node = some();
            return node && node->place_of(id).has_value();
          },
          [this](BytesView leaf, bool valid) {
            for (const auto& law : world_.laws) law->submitted(leaf, valid);
          },
          [this, some](const Bytes& frame) {
            Node* node = some();
            const auto peer = random_.below(world_.cast->members());
            if (node && peer != node->who().administration) node->receive(peer, frame);
          }};
}

bool Cluster::final_everywhere(const crypto::Digest& id) const {
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint)
    if (healthy(endpoint) && (!nodes_[endpoint]->alive() || !nodes_[endpoint]->place_of(id))) return false;
  return true;
}

bool Cluster::final_somewhere(const crypto::Digest& id) const {
  return std::ranges::any_of(
      nodes_, [&](const auto& node) { return node->honest() && node->alive() && node->place_of(id).has_value(); });
}

bool Cluster::at_rest() const { return unrest().empty(); }

std::string Cluster::unrest() const {
  std::optional<consensus::Tip> tip;
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint) {
    if (!healthy(endpoint)) continue;
    const std::string name = name_of(nodes_[endpoint]->who());
    if (!nodes_[endpoint]->alive()) return name + " is down";
    if (nodes_[endpoint]->paused()) return name + " is paused";
    const auto engine = nodes_[endpoint]->status().engine;
    const std::string where = name + " in view " + std::to_string(engine.current.value) + ", final height " +
                              std::to_string(engine.finalized.height.value);
    if (engine.awake) return where + ", is awake";
    if (engine.syncing) return where + ", is syncing";
    // Repeats of a block move the view of its finalization on: only who votes must know the last one.
    auto known = engine.finalized;
    if (!nodes_[endpoint]->votes()) known.view = tip ? tip->view : known.view;
    if (tip && *tip != known) return where + ", has another tip than height " + std::to_string(tip->height.value);
    tip = known;
  }
  for (const auto& id : workload_->valid_ids())
    if (!final_everywhere(id)) return "not everywhere final: " + crypto::to_hex(id.view());
  return {};
}

consensus::EngineStatus Cluster::furthest() const {
  consensus::EngineStatus best;
  for (Endpoint endpoint = 0; endpoint < nodes_.size(); ++endpoint) {
    if (!healthy(endpoint) || !nodes_[endpoint]->alive()) continue;
    const auto engine = nodes_[endpoint]->status().engine;
    if (engine.finalized.height >= best.finalized.height) best = engine;
  }
  return best;
}

std::optional<Violation> Cluster::run() {
  Nemesis nemesis(*this);
  boot_all();
  workload_->begin();
  nemesis.begin();
  world_.options.candidates > 0 ? govern() : run_for(world_.options.trouble);
  // Where members come and go, who will be the last ones' core is not known when the trouble ends.
  if (!violation()) heal(world_.options.lonely_core && world_.options.candidates == 0);
  if (!violation()) check_convergence();
  if (!violation() && restores_ > 0) check_votes_again();
  if (!violation() && world_.options.attackers == 0) check_silence();
  return violation();
}

// Members come and go in the time of trouble, but for those whose statements must go through, and never so many that
// the attackers would be more than f.
void Cluster::govern() {
  Government government(*this);
  const std::size_t least = std::max<std::size_t>(4, 3 * world_.options.attackers + 1);
  while (!violation() && now() < world_.options.trouble) {
    const std::size_t stay = world_.options.authors();
    const std::size_t who = stay + random_.below(world_.cast->codes.size() - stay);
    const auto& members = government.members();
    const bool votes = members.index_of(world_.cast->code(who)).has_value();
    const Micros rest = world_.options.trouble - now();
    if (!votes) government.admit(who, rest);
    if (votes && members.size() > least) government.dismiss(who, rest);
    run_for(kSecond);
  }
}

void Cluster::check_convergence() {
  if (run_until(kConvergence, [this] { return at_rest(); }) || violation()) return;
  world_.report.broken("liveness",
                       "no rest " + std::to_string(kConvergence / kSecond) + " s after healing: " + unrest());
}

// Whoever had lost its sign state votes again once there is something to vote for.
void Cluster::check_votes_again() {
  const auto mute = [&](const auto& node) { return node->honest() && node->alive() && !node->votes_again(); };
  for (std::size_t i = 0; i < 40 && std::ranges::any_of(nodes_, mute); ++i) {
    submit(i % world_.options.authors());
    run_for(kSecond);
    if (!run_until(kConvergence, [this] { return at_rest(); })) break;
  }
  if (violation() || std::ranges::none_of(nodes_, mute)) return;
  world_.report.broken("liveness", name_of((*std::ranges::find_if(nodes_, mute))->who()) + " does not vote again");
}

// At rest only Status and cosignatures are sent.
void Cluster::check_silence() {
  run_for(kSettling);
  const std::uint64_t before = world_.consensus_messages;
  run_for(kSilence);
  if (!violation() && world_.consensus_messages != before)
    world_.report.broken("silence",
                         std::to_string(world_.consensus_messages - before) + " messages while nothing is to do");
}

}  // namespace quipu::testnet
