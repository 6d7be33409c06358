// SPDX-License-Identifier: Apache-2.0
#include "network.h"

#include <algorithm>
#include <cassert>

#include "consensus/limits.h"
#include "crypto/digest.h"

namespace quipu::consensus::net {

namespace {

constexpr std::int64_t kUtcStart_ms = 1'700'000'000'000;

std::int64_t time_of(const Block& block) {
  if (block.leaves.empty()) return 0;
  return std::stoll(block.leaves.back().substr(5));
}

std::string code_of(std::size_t i) { return {static_cast<char>('A' + i / 26), static_cast<char>('A' + i % 26)}; }

}  // namespace

crypto::Signature fake_sign(const crypto::PublicKey& key, BytesView message) {
  const auto tag = crypto::sha256({key.view(), message});
  crypto::Signature signature;
  std::ranges::copy(tag.bytes, signature.bytes.begin());
  std::ranges::copy(tag.bytes, signature.bytes.begin() + 32);
  return signature;
}

bool fake_verify(const crypto::PublicKey& key, BytesView message, const crypto::Signature& signature) {
  return fake_sign(key, message) == signature;
}

MemberSet fake_members(std::size_t count) {
  std::vector<MemberKeys> list;
  for (std::size_t i = 0; i < count; ++i) {
    MemberKeys keys;
    keys.code = code_of(i);
    keys.vote.bytes[0] = 1;
    keys.vote.bytes[1] = static_cast<std::uint8_t>(i);
    list.push_back(keys);
  }
  return *MemberSet::make(std::move(list));
}

Scope fake_scope() {
  const auto chain = crypto::sha256("the test chain");
  return {chain, {0}, chain};
}

Block genesis_block() {
  Block block;
  block.leaves = {"genesis", "seal|0"};
  block.header.tree_size = 2;
  return block;
}

Tip genesis_tip() {
  const Block block = genesis_block();
  return {{0}, {0}, block_id(fake_scope().chain, block.header), 2, {}};
}

Network::Network(std::size_t count, std::set<PeerId> puppets)
    : members_(fake_members(count)), scope_(fake_scope()), order_(members_.leader_order(scope_.anchor)), hosts_(count) {
  for (std::size_t i = 0; i < count; ++i) {
    Disk& disk = hosts_[i].disk;
    disk.record.chain = scope_.chain;
    disk.tip = genesis_tip();
    disk.record.tip = disk.tip;
    disk.finalized[0] = {genesis_block(), {}};
    hosts_[i].puppet = puppets.contains(static_cast<PeerId>(i));
  }
}

void Network::law(bool holds, const std::string& name) {
  if (holds || laws_broken) return;
  laws_broken = true;
  broken_law = name;
}

Instant Network::instant(PeerId id) const {
  return {now_us_, kUtcStart_ms + now_us_ / 1000 + hosts_[id].utc_offset_ms};
}

Restored Network::restored(PeerId id) const {
  const Disk& disk = hosts_[id].disk;
  Restored result{.record = disk.record, .finalized = disk.tip, .finalization = disk.finalization};
  for (const auto& proof : disk.proofs)
    if (proof.subject.view > disk.tip.view) result.proofs.push_back(proof);
  for (const auto& [block_id, block] : disk.blocks)
    if (block.header.height > disk.tip.height) result.blocks.push_back(block);
  for (const auto& [key, vote] : disk.votes) result.votes.push_back(vote);
  return result;
}

void Network::start() {
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    if (!hosts_[i].puppet) restart(static_cast<PeerId>(i));
}

void Network::restart(PeerId id) {
  Host& host = hosts_[id];
  ++host.life;
  host.overlays.clear();
  host.persisted.clear();
  host.crash_at_effect.reset();
  host.told_ready = false;
  Config config{.scope = scope_, .members = members_, .self = id};
  config.jitter_seed = 1'000 + id;
  config.verify = &fake_verify;
  host.engine = std::make_unique<Engine>(config, restored(id));
  carry_out(id, host.engine->start(instant(id)));
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (i == id || (!hosts_[i].engine && !hosts_[i].puppet)) continue;
    push(100, static_cast<PeerId>(i), PeerUp{id});
    push(100, id, PeerUp{static_cast<PeerId>(i)});
  }
  if (host.engine) refresh_work(id);
}

void Network::crash(PeerId id, bool tell_others) {
  hosts_[id].engine.reset();
  ++hosts_[id].life;
  hosts_[id].pool.clear();
  for (std::size_t i = 0; i < hosts_.size() && tell_others; ++i)
    if (i != id) push(2'000'000, static_cast<PeerId>(i), PeerDown{id});
}

void Network::lose_database(PeerId id) {
  Disk& disk = hosts_[id].disk;
  const SafetyRecord record = disk.record;
  disk = {};
  disk.record = record;
  disk.tip = genesis_tip();
  disk.finalized[0] = {genesis_block(), {}};
}

void Network::become_puppet(PeerId id) {
  hosts_[id].engine.reset();
  ++hosts_[id].life;
  hosts_[id].puppet = true;
}

void Network::push(std::int64_t delay_us, PeerId to, Input input) {
  events_[{now_us_ + delay_us, sequence_++}] = {to, hosts_[to].life, std::move(input)};
}

void Network::input(PeerId to, Input input, std::int64_t delay_us) { push(delay_us, to, std::move(input)); }

void Network::deliver(PeerId from, PeerId to, Message message, std::int64_t delay_us) {
  if (hosts_[to].puppet) {
    hosts_[to].inbox.emplace_back(from, std::move(message));
    return;
  }
  const Bytes frame = encode(message, scope_, members_.size());
  auto decoded = decode_message(frame, scope_, members_.size());
  law(decoded.has_value(), "what a node sends can be read");
  if (decoded) push(delay_us, to, Received{from, std::move(*decoded)});
}

void Network::submit(const std::string& payload) {
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    if (hosts_[i].engine) submit_to(static_cast<PeerId>(i), payload);
}

void Network::submit_to(PeerId id, const std::string& payload) {
  hosts_[id].pool.insert(payload);
  refresh_work(id);
}

void Network::spread_pools() {
  std::set<std::string> all;
  for (const auto& host : hosts_) all.insert(host.pool.begin(), host.pool.end());
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    for (const auto& payload : all)
      if (hosts_[i].engine && !has(static_cast<PeerId>(i), payload)) submit_to(static_cast<PeerId>(i), payload);
}

Vote Network::vote(VoteKind kind, const Subject& subject, PeerId signer) const {
  return {kind, subject, signer, fake_sign(members_[signer].vote, vote_bytes(scope_, kind, subject))};
}

QuorumProof Network::proof(VoteKind kind, const Subject& subject, const std::vector<MemberIndex>& signers) const {
  QuorumProof result{.kind = kind, .subject = subject, .signers = {}, .signatures = {}};
  for (const auto signer : signers) {
    result.signers.push_back(signer);
    result.signatures.push_back(vote(kind, subject, signer).signature);
  }
  return result;
}

crypto::Digest Network::root_of(const Block& parent, const std::vector<Bytes>& leaves) {
  return crypto::sha256({parent.header.tree_root.view(), leaves.front(), leaves.back()});
}

Block Network::make_block(const Block& parent, const std::string& payload, std::int64_t time_ms) const {
  Block block;
  block.header.height = parent.header.height.next();
  block.header.parent_id = block_id(scope_.chain, parent.header);
  block.header.tree_size = parent.header.tree_size + 2;
  if (time_ms == 0) time_ms = std::max(time_of(parent) + 1, kUtcStart_ms + now_us_ / 1000);
  block.leaves = {payload, "seal|" + std::to_string(time_ms)};
  block.header.tree_root = root_of(parent, block.leaves);
  return block;
}

const Block* Network::find_block(PeerId id, const BlockId& block) const {
  const Host& host = hosts_[id];
  if (const auto at = host.overlays.find(block); at != host.overlays.end()) return &at->second;
  if (block == host.disk.tip.block) return &host.disk.finalized.at(host.disk.tip.height.value).block;
  return nullptr;
}

std::set<std::string> Network::payloads_above_tip(PeerId id, const BlockId& tip) const {
  std::set<std::string> payloads;
  const Block* block = find_block(id, tip);
  while (block != nullptr && block->header.height > hosts_[id].disk.tip.height) {
    payloads.insert(block->leaves.begin(), block->leaves.end() - 1);
    block = find_block(id, block->header.parent_id);
  }
  return payloads;
}

void Network::refresh_work(PeerId id) {
  Host& host = hosts_[id];
  const BlockId tip = host.engine->notarized_tip();
  const auto taken = payloads_above_tip(id, tip);
  const bool ready = std::ranges::any_of(host.pool, [&](const auto& item) { return !taken.contains(item); });
  if (ready == host.told_ready && tip == host.told_tip) return;
  host.told_ready = ready;
  host.told_tip = tip;
  push(0, id, WorkChanged{ready});
}

void Network::step(PeerId id, Input input) {
  Host& host = hosts_[id];
  carry_out(id, host.engine->step(std::move(input), instant(id)));
  if (host.engine) refresh_work(id);
}

void Network::check_commit(PeerId id, const Commit& commit) {
  const Disk& disk = hosts_[id].disk;
  std::uint64_t height = disk.tip.height.value;
  BlockId parent = disk.tip.block;
  law(!commit.blocks.empty(), "a commit brings blocks");
  for (const auto& item : commit.blocks) {
    law(item.block.header.height.value == ++height, "commits ascend without gaps");
    law(item.block.header.parent_id == parent, "commits are linked");
    parent = block_id(scope_.chain, item.block.header);
    const auto [at, fresh] = agreed_.emplace(height, parent);
    law(at->second == parent, "I1: finalized blocks agree");
  }
  law(parent == commit.finalization.subject.block, "the finalization names the last block");
  law(verify(commit.finalization, scope_, members_, &fake_verify), "the finalization verifies");
}

void Network::check_signed(PeerId id, const Vote& vote) {
  for (const auto& earlier : hosts_[id].signed_votes)
    law(!contradict(earlier, vote), "I3: no honest key contradicts itself");
  hosts_[id].signed_votes.push_back(vote);
}

struct Network::Executor {
  Network& net;
  PeerId id;
  Host& host;

  void operator()(Persist& effect) {
    for (auto& block : effect.blocks) {
      const auto block_key = block_id(net.scope_.chain, block.header);
      host.disk.blocks[block_key] = block;
    }
    for (auto& proof : effect.proofs) host.disk.proofs.push_back(proof);
    keep(effect.votes);
    host.persisted.insert(effect.ticket);
    net.push(100, id, Persisted{effect.ticket});
  }
  void keep(const std::vector<Vote>& votes) {
    for (const auto& vote : votes) host.disk.votes[{vote.signer, vote.kind}] = vote;
  }
  void operator()(Abstain& effect) { host.disk.record = abstaining(host.disk.record, effect.until); }
  void operator()(Sign& effect) {
    auto next = guard(host.disk.record, effect.slot, effect.subject);
    if (!next) {
      net.law(false, "the engine asks for nothing that the guard refuses: " + std::string(to_string(next.error())));
      return net.push(0, id, Refused{effect.slot, effect.subject, std::string(to_string(next.error()))});
    }
    if (effect.slot.kind != VoteKind::kNullify && effect.subject.block != host.disk.tip.block)
      net.law(host.disk.blocks.contains(effect.subject.block), "I4: the block is durable before its vote");
    host.disk.record = *next;
    const Vote vote = net.vote(effect.slot.kind, effect.subject, id);
    net.check_signed(id, vote);
    net.push(50, id, Signed{effect.slot, effect.subject, vote.signature});
  }
  void transmit(PeerId to, const Message& message) {
    ++host.sent;
    if (std::holds_alternative<Status>(message)) ++host.status_sent;
    if (net.hosts_[to].engine == nullptr && !net.hosts_[to].puppet) return;
    if (!net.pass(id, to, message)) return;
    if (net.recording) net.wire.push_back({net.now_us_, id, to, message});
    net.deliver(id, to, message, net.link_us);
  }
  void operator()(Send& effect) { transmit(effect.to, effect.message); }
  void operator()(Broadcast& effect) {
    for (std::size_t i = 0; i < net.hosts_.size(); ++i)
      if (i != id) transmit(static_cast<PeerId>(i), effect.message);
  }
  void operator()(RequestBuild& effect) {
    const Block* parent = net.find_block(id, effect.parent);
    net.law(parent != nullptr, "a build has a known parent");
    const auto taken = net.payloads_above_tip(id, effect.parent);
    for (const auto& payload : host.pool) {
      if (taken.contains(payload)) continue;
      Block block = net.make_block(*parent, payload);
      host.overlays[block_id(net.scope_.chain, block.header)] = block;
      return net.push(50, id, Built{effect.view, block, 0});
    }
    net.push(50, id, BuiltNone{effect.view});
  }
  void operator()(RequestVerify& effect) {
    ++host.verifies;
    const BlockId block = block_id(net.scope_.chain, effect.block.header);
    net.law(net.find_block(id, effect.block.header.parent_id) != nullptr, "a block is verified after its parent");
    Verdict verdict = Verdict::kValid;
    const std::int64_t time_ms = time_of(effect.block);
    const std::int64_t utc_ms = net.instant(id).utc_ms;
    if (effect.check_clock && time_ms < utc_ms - limits::kBlockTimeBehind_ms) verdict = Verdict::kInvalid;
    if (effect.check_clock && time_ms > utc_ms + limits::kBlockTimeAhead_ms) verdict = Verdict::kLater;
    if (effect.block.leaves.front() == "invalid") verdict = Verdict::kInvalid;
    const Block* parent = net.find_block(id, effect.block.header.parent_id);
    if (parent != nullptr && root_of(*parent, effect.block.leaves) != effect.block.header.tree_root)
      verdict = Verdict::kForged;
    if (verdict == Verdict::kValid) host.overlays[block] = effect.block;
    if (!host.hold_verdicts) net.push(50, id, BlockVerdict{block, verdict, time_ms});
  }
  void operator()(Serve& effect) {
    BlockResponse answer;
    const auto& disk = host.disk;
    for (const auto& wanted : effect.request.ids) {
      if (const auto at = disk.blocks.find(wanted); at != disk.blocks.end()) answer.blocks.push_back(at->second);
      for (const auto& [height, final] : disk.finalized)
        if (block_id(net.scope_.chain, final.block.header) == wanted) answer.blocks.push_back(final.block);
    }
    if (effect.request.ids.empty()) {
      std::uint64_t last = 0;
      for (auto at = disk.finalized.lower_bound(effect.request.first.value);
           at != disk.finalized.end() && at->first <= effect.request.last.value; ++at)
        if (disk.commits.contains(at->first)) last = at->first;
      for (std::uint64_t h = effect.request.first.value; h <= last; ++h)
        answer.finalized.push_back({disk.finalized.at(h).block, disk.finalized.at(h).links});
      if (last > 0) answer.finalization = disk.commits.at(last);
    }
    transmit(effect.to, answer);
  }
  void operator()(Commit& effect) {
    net.check_commit(id, effect);
    keep(effect.votes);
    Disk& disk = host.disk;
    for (auto& item : effect.blocks) {
      for (const auto& leaf : item.block.leaves) host.pool.erase(leaf);
      disk.blocks.erase(block_id(net.scope_.chain, item.block.header));
      disk.finalized[item.block.header.height.value] = item;
    }
    disk.commits[effect.tip.height.value] = effect.finalization;
    disk.finalization = effect.finalization;
    disk.tip = effect.tip;
    std::erase_if(disk.proofs, [&](const auto& proof) { return proof.subject.view <= effect.tip.view; });
    disk.record = with_tip(disk.record, effect.tip);
    net.push(100, id, Committed{effect.tip.height});
  }
  void operator()(Forget& effect) {
    for (const auto& block : effect.blocks) host.overlays.erase(block);
  }
  void operator()(ReportEvidence& effect) { host.evidence.push_back(effect.evidence); }
  void operator()(Blame& effect) { host.blamed[effect.peer] += effect.checks; }
  void operator()(Halt& effect) { host.halts.push_back(effect.reason); }
};

void Network::carry_out(PeerId id, Effects effects) {
  Host& host = hosts_[id];
  for (auto& effect : effects) {
    if (host.crash_at_effect == host.effects++) return crash(id);
    std::visit(Executor{*this, id, host}, effect);
  }
}

// The next event or deadline, whichever is first. False when there is none before the limit.
bool Network::fire_next_event(std::int64_t limit_us) {
  std::optional<PeerId> due;
  std::int64_t first_us = events_.empty() ? limit_us + 1 : events_.begin()->first.first;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (!hosts_[i].engine) continue;
    const auto next = hosts_[i].engine->next_deadline_us();
    if (next && *next < first_us) {
      first_us = std::max(*next, now_us_);
      due = static_cast<PeerId>(i);
    }
  }
  if (first_us > limit_us) return false;
  now_us_ = first_us;
  if (due) {
    step(*due, Tick{});
    return true;
  }
  auto event = std::move(events_.extract(events_.begin()).mapped());
  const auto* down = std::get_if<PeerDown>(&event.input);
  if (down != nullptr && hosts_[down->peer].engine) return true;  // it is back already
  if (hosts_[event.to].engine && hosts_[event.to].life == event.life) step(event.to, std::move(event.input));
  return true;
}

bool Network::run_until(const std::function<bool()>& predicate, std::int64_t limit_ms) {
  const std::int64_t limit_us = now_us_ + limit_ms * 1000;
  while (!predicate()) {
    if (!fire_next_event(limit_us)) return now_us_ = limit_us, predicate();
  }
  return true;
}

void Network::run_for(std::int64_t ms) {
  run_until([] { return false; }, ms);
}

void Network::advance_to(std::uint64_t view) {
  const auto reached = [&] {
    return std::ranges::any_of(
        hosts_, [&](const Host& host) { return host.engine && host.engine->status().current.value >= view; });
  };
  for (int i = 0; i < 1'000 && !reached(); ++i) {
    const std::string payload = "on the way " + std::to_string(now_us_) + " " + std::to_string(i);
    submit(payload);
    run_until([&] { return all_have(payload); }, 10'000);
    run_for(5);
  }
}

std::vector<VoteKind> Network::proofs_held(PeerId id, std::uint64_t view) {
  PeerId asker = id;
  for (std::size_t i = 0; i < size() && asker == id; ++i)
    if (i != id && (hosts_[i].engine || hosts_[i].puppet)) asker = static_cast<PeerId>(i);
  std::vector<VoteKind> kinds;
  for (const auto& effect : hosts_[id].engine->step(Received{asker, ProofRequest{{view}, {view}}}, instant(id))) {
    const auto* answer = std::get_if<Send>(&effect);
    if (answer == nullptr || !std::holds_alternative<ProofResponse>(answer->message)) continue;
    for (const auto& proof : std::get<ProofResponse>(answer->message).proofs)
      if (proof.subject.view.value == view) kinds.push_back(proof.kind);
  }
  return kinds;
}

const Block& Network::tip_block(PeerId id) const {
  const Disk& disk = hosts_[id].disk;
  return disk.finalized.at(disk.tip.height.value).block;
}

bool Network::has(PeerId id, const std::string& payload) const {
  return std::ranges::any_of(hosts_[id].disk.finalized, [&](const auto& item) {
    return std::ranges::find(item.second.block.leaves, payload) != item.second.block.leaves.end();
  });
}

bool Network::all_have(const std::string& payload) const {
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    if (hosts_[i].engine && !has(static_cast<PeerId>(i), payload)) return false;
  return true;
}

std::string Network::describe() const {
  std::string text = "at " + std::to_string(now_us_ / 1000) + " ms";
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    text += "\n  member " + std::to_string(i);
    if (!hosts_[i].engine) {
      text += " down";
      continue;
    }
    const auto status = hosts_[i].engine->status();
    text += " view " + std::to_string(status.current.value) + " leader " + std::to_string(status.leader);
    text +=
        " final " + std::to_string(status.finalized.height.value) + "/" + std::to_string(status.finalized.view.value);
    text += std::string(status.awake ? " awake" : "") + (status.syncing ? " syncing" : "");
    text += std::string(status.halted ? " halted" : "") + (hosts_[i].told_ready ? " ready" : "");
    const auto& record = hosts_[i].disk.record;
    text += " top " + std::to_string(record.top_view.value) + (record.top_notarized ? "N" : "") +
            (record.top_nullified ? "X" : "") + (record.top_finalized ? "F" : "");
    text += " next " + std::to_string(hosts_[i].engine->next_deadline_us().value_or(0) / 1000);
  }
  return text;
}

std::size_t Network::living() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(hosts_, [](const Host& host) { return host.engine != nullptr; }));
}

}  // namespace quipu::consensus::net
