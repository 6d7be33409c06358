// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/node.h"

#include <algorithm>
#include <cassert>

#include "testnet/sim/laws/contents.h"
#include "testnet/sim/signatures.h"

namespace quipu::testnet {

namespace {

constexpr std::uint64_t kStepsAtOnce = 20'000;

bool is_idle_talk(const consensus::Message& message) {
  return std::holds_alternative<consensus::Status>(message) ||
         std::holds_alternative<consensus::CosignatureMessage>(message);
}

}  // namespace

// Carries out one effect and feeds its answer back.
struct Node::Performer {
  Node& node;

  void operator()(const replica::Persist& effect) const { node.step(node.host_->perform(effect)); }
  void operator()(const replica::Sign& effect) const { node.step(node.host_->perform(effect)); }
  void operator()(const replica::Commit& effect) const { node.step(node.host_->perform(effect)); }
  void operator()(const replica::Cosign& effect) const {
    if (const auto cosigned = node.host_->perform(effect)) node.step(*cosigned);
  }
  void operator()(const replica::PublishCheckpoint& effect) const { node.host_->perform(effect); }
  void operator()(const replica::ReportEvidence& effect) const { node.host_->perform(effect); }
  void operator()(const replica::Abstain& effect) const { node.host_->perform(effect); }
  void operator()(const replica::Serve& effect) const {
    if (const auto response = node.host_->perform(effect)) node.say(effect.to, node.encoded(*response));
  }
  void operator()(const replica::ServeEarlier& effect) const {
    for (const auto& frame : node.host_->perform(effect)) node.transmit(effect.to, std::make_shared<Bytes>(frame));
  }
  void operator()(const replica::EpochEnded& effect) const { node.begin_epoch(effect.pending); }
  void operator()(const replica::Send& effect) const { node.say(effect.to, effect.frame); }
  void operator()(const replica::Broadcast& effect) const { node.say(std::nullopt, effect.frame); }
  void operator()(const replica::VerifySubmissions& effect) const { node.verify_later(effect); }
  void operator()(const replica::Changed& effect) const { node.world_.outcome(node.who_, effect.outcome); }
  void operator()(const replica::Answer& effect) const { node.world_.answer(node.who_, effect); }
  void operator()(const replica::ExpectAnswer&) const {}
  void operator()(const replica::KeepOut&) const {}  // the mesh would; here the attacker may go on
  void operator()(const replica::Halt&) const {}
  void operator()(const replica::AboutRecords&) const {}  // no node here keeps side records
};

Node::Node(World& world, Who who, std::unique_ptr<Attacker> attacker, bool honest)
    : world_(world),
      who_(who),
      attacker_(std::move(attacker)),
      honest_(honest),
      random_(world.options.seed, "node " + std::to_string(who.endpoint)),
      disk_(Random(world.options.seed, "disk " + std::to_string(who.endpoint))) {
  disk_.watch(
      {[this](const storage::Batch& batch, storage::Durability durability) {
         tell([&](Law& law) { law.database_written(who_, batch, durability); });
       },
       [this](const consensus::SafetyRecord& record) { tell([&](Law& law) { law.slot_written(who_, record); }); }});
}

template <class Tell>
void Node::tell(const Tell& tell_one) {
  if (!honest_) return;
  for (const auto& law : world_.laws) tell_one(*law);
}

void Node::boot() {
  ++boot_;
  database_ = disk_.open_database();
  guarded([this] { start_process(); });
}

void Node::start_process() {
  const auto& genesis = world_.cast->genesis;
  if (!initialised_) {
    const auto made = host::Host::initialise(genesis, *database_, disk_.open_slots());
    if (!made) return world_.report.broken("restart", name_of(who_) + " cannot be initialised: " + made.error());
    initialised_ = true;
  }
  if (!storage::BlockStore(*database_).chain()) {
    const auto begun = host::Host::initialise(genesis, *database_, nullptr);
    if (!begun) return world_.report.broken("restart", name_of(who_) + " cannot begin again: " + begun.error());
  }
  auto host = host::Host::open(genesis, world_.cast->code(who_.administration), *database_, disk_.open_slots(),
                               host_keys(*world_.cast, who_.administration), /*may_observe=*/true);
  if (!host) return world_.report.broken("restart", name_of(who_) + " does not open: " + host.error());
  host_ = *std::move(host);
  booted_at_ = world_.queue.now();
  steady_base_ = random_.between(0, 1'000'000'000);
  start_replica();
}

void Node::start_replica() {
  auto restored = host_->restore();
  who_.members = restored.committed.membership;
  if (attacker_) attacker_->enters(*who_.members);
  tell([&](Law& law) { law.booted(who_, *host_, restored); });
  replica::Config config{.genesis = world_.cast->genesis,
                         .self = host_->self(),
                         .timing = consensus::Timing::wide_area(),
                         .jitter_seed = random_.next(),
                         .verify = &remembered_verify,
                         .newest_protocol_version = newest_version_};
  if (world_.options.by_reference) config.inline_block_bytes = 0;
  replica_ = std::make_unique<replica::Replica>(std::move(config), std::move(restored));
  take(replica_->start(instant()));
}

// As the production driver does it (node/runtime/driver.cpp).
void Node::begin_epoch(const std::vector<Bytes>& pending) {
  ++boot_;  // whatever was under way to the old replica goes nowhere
  effects_.clear();
  tick_at_.reset();
  host_->enter_epoch();
  start_replica();
  world_.epoch_began(who_);
  for (const Bytes& leaf : pending) step(replica::Submitted{0, leaf});
}

// Whoever does not vote is a guest.
consensus::PeerId Node::peer_of(std::size_t administration) const {
  const auto& members = who_.members->members;
  const auto index = members.index_of(world_.cast->code(administration));
  return index.value_or(static_cast<consensus::PeerId>(members.size() + 1 + administration));
}

std::size_t Node::administration_of(consensus::PeerId peer) const {
  const auto& members = who_.members->members;
  if (peer < members.size()) return world_.cast->place_of(members[peer].code);
  return peer - members.size() - 1U;
}

void Node::peer_up(std::size_t administration) {
  if (alive()) input(replica::PeerUp{peer_of(administration)});
}

void Node::peer_down(std::size_t administration) {
  if (alive()) input(replica::PeerDown{peer_of(administration)});
}

void Node::cut_power() {
  if (alive()) die();
}

void Node::lose_database() {
  assert(!alive());
  disk_.lose_database();
  tell([&](Law& law) { law.lost_database(who_); });
}

void Node::lose_safety_file() {
  assert(!alive());
  disk_.lose_slots();
}

void Node::put_back(const Disk::Image& image, bool database, bool safety_file) {
  assert(!alive());
  if (database) tell([&](Law& law) { law.lost_database(who_); });
  if (database) disk_.put_back_database(image);
  if (safety_file) disk_.put_back_slots(image);
}

bool Node::sound() const {
  if (!alive()) return false;
  const auto engine = status().engine;
  const auto& record = host_->safety_record();
  return engine.standing == consensus::Standing::kGood && engine.finalized.height >= record.tip.height &&
         record.abstain_until < consensus::kUntilTold;
}

bool Node::votes_again() const {
  const auto& record = host_->safety_record();
  return !votes() || (sound() && (record.abstain_until.value == 0 || record.top_view > record.abstain_until));
}

void Node::die() {
  ++boot_;
  replica_.reset();
  host_.reset();
  database_.reset();
  effects_.clear();
  performing_ = false;
  tick_at_.reset();
  disk_.power().disarm();
  const std::size_t kept = disk_.lose_unsynced();
  world_.trace.mix(0xdead0000 + who_.endpoint);
  tell([&](Law& law) { law.lost_power(who_, kept); });
  world_.died(who_);
}

// Whatever a process does ends here when its power fails.
void Node::guarded(const Work& work) {
  try {
    work();
  } catch (const PowerCut&) {
    die();
  }
}

// After the delay, if this process still lives, and not while it is paused.
void Node::later(Micros delay, Work work) {
  world_.queue.after(delay, [this, work = std::move(work), boot = boot_] {
    if (boot != boot_) return;
    if (world_.queue.now() < paused_until_) return later(paused_until_ - world_.queue.now(), work);
    guarded(work);
  });
}

void Node::receive(std::size_t from, const Bytes& frame) {
  if (!alive()) return;
  const auto peer = peer_of(from);
  if (attacker_) {
    const auto message = decoded(frame);
    // Attackers do not answer each other: that would never end.
    const auto& options = world_.options;
    const bool from_honest = from >= options.members || from + options.attackers < options.members;
    if (message && from_honest && attacker_->votes()) attacker_->hears(peer, *message, mouth());
    if (message && !attacker_->lets_in(*message)) return;
  }
  const bool shameless = !honest_ && world_.options.attack != AttackerKind::kClone;
  input(replica::Received{peer, shameless ? without_own_votes(frame) : frame});
}

// Our code would stop when it is shown votes that it did not cast. An attacker does not look.
Bytes Node::without_own_votes(const Bytes& frame) const {
  auto message = decoded(frame);
  const auto own = [&](const consensus::Vote& vote) { return vote.signer == host_->self(); };
  if (auto* status = message ? std::get_if<consensus::Status>(&*message) : nullptr) {
    status->your_votes.clear();
    return *encoded(*status);
  }
  const auto* vote = message ? std::get_if<consensus::Vote>(&*message) : nullptr;
  const auto* evidence = message ? std::get_if<consensus::Evidence>(&*message) : nullptr;
  return (vote && own(*vote)) || (evidence && own(evidence->first)) ? *encoded(consensus::BlockResponse{}) : frame;
}

std::expected<consensus::Message, std::string> Node::decoded(const Bytes& frame) const {
  const auto& genesis = world_.cast->genesis;
  return consensus::decode_message(frame, who_.members->scope(genesis.chain), who_.members->members.size());
}

std::shared_ptr<const Bytes> Node::encoded(const consensus::Message& message) const {
  const auto scope = who_.members->scope(world_.cast->genesis.chain);
  return std::make_shared<const Bytes>(consensus::encode(message, scope, who_.members->members.size()));
}

void Node::input(replica::Input input) {
  if (!alive()) return;
  if (world_.queue.now() < paused_until_) return later(0, [this, input] { step(input); });
  guarded([&] { step(std::move(input)); });
}

void Node::step(replica::Input input) {
  if (world_.report.first()) return;
  if (stepped_at_ != world_.queue.now()) steps_now_ = 0;
  stepped_at_ = world_.queue.now();
  if (++steps_now_ > kStepsAtOnce) return world_.report.broken("liveness", name_of(who_) + " never comes to rest");
  world_.trace.mix(who_.endpoint);
  world_.trace.mix(input);
  take(replica_->step(std::move(input), instant()));
}

void Node::take(replica::Effects effects) {
  for (auto& effect : effects) effects_.push_back(std::move(effect));
  tell([this, status = replica_->status()](Law& law) { law.stepped(who_, status); });
  schedule_tick();
  go_on();
}

// One effect at a time; a step taken meanwhile only adds to the queue.
void Node::go_on() {
  if (performing_) return;
  performing_ = true;
  const auto boot = boot_;
  while (boot == boot_ && !effects_.empty()) {
    const Micros duration = duration_of(effects_.front());
    if (duration > 0) return later(duration, [this] { perform_next(), performing_ = false, go_on(); });
    perform_next();
  }
  performing_ = false;
}

void Node::perform_next() {
  const replica::Effect effect = std::move(effects_.front());
  effects_.pop_front();
  disk_.power().point();
  world_.trace.mix(effect);
  tell([&](Law& law) { law.performing(who_, effect); });
  std::visit(Performer{*this}, effect);
  tell([&](Law& law) { law.performed(who_, effect); });
}

Micros Node::duration_of(const replica::Effect& effect) {
  const bool syncs = std::holds_alternative<replica::Persist>(effect) ||
                     std::holds_alternative<replica::Sign>(effect) || std::holds_alternative<replica::Commit>(effect);
  if (!syncs) return 0;
  const Micros most = world_.queue.now() < slow_until_ ? 2 * kSecond : world_.options.disk_most;
  return random_.between(0, most);
}

void Node::say(std::optional<consensus::PeerId> to, const std::shared_ptr<const Bytes>& frame) {
  if (!honest_ && !attacker_) return transmit(to, frame);
  const auto message = decoded(*frame);
  if (!message) return world_.report.broken("form", name_of(who_) + " sends what it would refuse: " + message.error());
  if (attacker_) return attacker_->says(to, *message, mouth());
  if (!is_idle_talk(*message)) ++world_.consensus_messages;
  tell([&](Law& law) { law.sent(who_, *message); });
  transmit(to, frame);
}

Attacker::Say Node::mouth() {
  return [this](std::optional<consensus::PeerId> to, const consensus::Message& message) {
    // What an attacker remembers of another epoch may name members that this one does not have.
    const auto strange = [&](const consensus::QuorumProof& proof) {
      return !proof.signers.empty() && proof.signers.back() >= who_.members->members.size();
    };
    if (std::ranges::none_of(proofs_in(message), strange)) transmit(to, encoded(message));
  };
}

void Node::transmit(std::optional<consensus::PeerId> to, const std::shared_ptr<const Bytes>& frame) {
  if (to) return world_.transmit(who_.endpoint, administration_of(*to), frame);
  for (const auto& member : who_.members->members.all()) {
    const auto administration = world_.cast->place_of(member.code);
    if (administration != who_.administration) world_.transmit(who_.endpoint, administration, frame);
  }
}

void Node::verify_later(const replica::VerifySubmissions& effect) {
  const bool believes = attacker_ && attacker_->believes_submissions();
  replica::SubmissionsVerified::Batch answer{effect.ticket, {}};
  for (const auto& item : effect.items) {
    const auto& statement = item.submission->statement;
    answer.valid.push_back(believes ||
                           remembered_verify(item.key, crypto::statement_signed_bytes(statement), statement.signature));
  }
  later(random_.between(0, 5 * kMillisecond), [this, answer] { step(replica::SubmissionsVerified{{answer}}); });
}

void Node::schedule_tick() {
  const auto deadline = replica_->next_deadline_us();
  if (!deadline) return tick_at_.reset();
  const Micros due = std::max(time_of(*deadline), world_.queue.now());
  if (tick_at_ == due) return;
  tick_at_ = due;
  later(due - world_.queue.now(), [this, due] {
    if (tick_at_ != due) return;
    tick_at_.reset();
    step(replica::Tick{});
  });
}

consensus::Instant Node::instant() const {
  const Micros now = world_.queue.now();
  return {steady_us(now), kStartUtc_ms + (now + utc_offset_) / kMillisecond};
}

std::int64_t Node::steady_us(Micros time) const {
  const Micros elapsed = time - booted_at_;
  return steady_base_ + elapsed + elapsed * drift_ppm_ / 1'000'000;
}

// The first moment at which the steady clock shows at least this.
Micros Node::time_of(std::int64_t steady) const {
  Micros time = booted_at_ + (steady - steady_base_) * 1'000'000 / (1'000'000 + drift_ppm_);
  while (steady_us(time) >= steady) --time;
  while (steady_us(time) < steady) ++time;
  return time;
}

}  // namespace quipu::testnet
