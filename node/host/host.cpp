// SPDX-License-Identifier: Apache-2.0
#include "node/host/host.h"

#include <cassert>
#include <mutex>

#include "consensus/limits.h"
#include "crypto/note.h"
#include "node/host/stored_ledger.h"
#include "node/ledger/epochs.h"
#include "node/ledger/first_record.h"

namespace quipu::host {

namespace {

consensus::SafetyRecord nothing_signed(consensus::Epoch epoch, const consensus::Tip& tip) {
  consensus::SafetyRecord record;
  record.epoch = epoch;
  record.tip = tip;
  return record;
}

// Views start anew in the epoch that a handover opens.
consensus::Tip tip_in_epoch(consensus::Tip tip, bool handover) {
  if (handover) tip.view = {0};
  return tip;
}

std::expected<void, std::string> check_chain(const ledger::Genesis& genesis, storage::Database& database) {
  const auto chain = storage::BlockStore(database).chain();
  if (!chain) return std::unexpected("the database holds no ledger: run `quipud init` first");
  if (*chain != genesis.chain) return std::unexpected("the database belongs to another chain: check the genesis file");
  return {};
}

// What one answer may hold: so many blocks and bytes of leaves, and in what is left of the frame link proofs.
class AnswerSize {
 public:
  bool takes(const consensus::Block& block) {
    for (const auto& leaf : block.leaves) leaf_bytes_ += leaf.size() + 16;
    return ++blocks_ <= limits::kBlocksPerAnswer && leaf_bytes_ <= limits::kSyncFrameBytes - limits::kBlockLeafBytes;
  }
  bool takes(const std::vector<consensus::LinkProof>& links) {
    for (const auto& link : links) {
      link_bytes_ += size_of(link.step);
      for (const auto& skipped : link.skipped) link_bytes_ += size_of(skipped);
    }
    return link_bytes_ <= limits::kBlockLeafBytes / 2;
  }

 private:
  static std::size_t size_of(const consensus::QuorumProof& proof) {
    return 128 + proof.signers.size() * crypto::Signature::kSize;
  }

  std::size_t blocks_ = 0;
  std::size_t leaf_bytes_ = 0;
  std::size_t link_bytes_ = 0;
};

}  // namespace

struct Host::State {
  State(const ledger::Genesis& genesis_in, const std::string& administration_in, storage::Database& database_in,
        std::unique_ptr<storage::Signing> signer_in, crypto::SecretKey log_key_in)
      : genesis(genesis_in),
        administration(administration_in),
        membership(*ledger::genesis_membership(genesis_in)),
        database(database_in),
        blocks(database_in),
        signer(std::move(signer_in)),
        log_key(std::move(log_key_in)) {
    refresh_reader();
    enter_epoch();
  }

  // That of the newest block on disk. A database that was lost shows one that is long over for this member: it follows
  // until it is back where its safety file stands.
  void enter_epoch() {
    const auto newest = ledger::epoch_after(*reader, genesis, reader->newest());
    membership = newest.membership;
    auto tip = blocks.read().tip().value();
    tip = tip_in_epoch(tip, tip.height == newest.anchor);
    const auto scope = membership.scope(genesis.chain);
    const bool may_vote = signer->record().epoch <= scope.epoch;
    if (signer->record().epoch < scope.epoch) {
      // The slot moves on before the first block of an epoch is committed: this one is older than the database.
      if (tip.height > newest.anchor) signer->abstain(consensus::kUntilTold);
      // What consensus held above the tip is of the epoch that the slot still shows: it goes before the slot moves on.
      blocks.forget_pending();
    }
    if (may_vote) signer->enter_epoch(scope, tip, handed_over(newest.anchor));
    // A crash between the commit batch and the slot leaves the slot one step behind; the batch was durable first.
    if (may_vote && tip.height > signer->record().tip.height) signer->set_tip(tip);
    const auto index = may_vote ? own_index() : std::nullopt;
    self = index.value_or(static_cast<consensus::MemberIndex>(membership.members.size()));
  }

  // The lowest view in which the block of this height was notarized, as far as its link proofs are here; else 0.
  consensus::View handed_over(consensus::Height height) const {
    const auto log = blocks.read();
    const auto record = log.block(height);
    for (const auto& link : log.links(height))
      if (record && link.step.subject.block == record->id) return link.step.subject.view;
    return {0};
  }

  // Nothing when the administration does not vote, or with other keys.
  std::optional<consensus::MemberIndex> own_index() const {
    const auto index = membership.members.index_of(administration);
    if (!index) return std::nullopt;
    const auto& member = membership.members[*index];
    const bool own = signer->vote_key() == member.vote && signer->cosigner_key() == member.cosigner &&
                     log_key.public_key() == member.log;
    return own ? index : std::nullopt;
  }

  void keep(const ledger::Position& position) { keep_map(maps, position, reader->newest_note()); }

  void refresh_reader() {
    auto fresh = stored_ledger(database.snapshot(), maps);
    const std::lock_guard lock(reader_mutex);
    reader = std::move(fresh);
  }

  // Nothing is ever cosigned that does not stand on this disk, byte for byte.
  bool disk_agrees(const consensus::Tip& tip) const {
    const auto log = blocks.read();
    const auto record = log.block(tip.height);
    if (!record || record->header.tree_size != tip.tree_size) return false;
    auto tree = log.range_at(record->first_index);
    for (const auto& leaf : log.leaves(record->first_index, tip.tree_size)) tree.append(crypto::leaf_hash(leaf));
    return tree.size() == tip.tree_size && tree.root() == tip.tree_root;
  }

  // Pending, or the finalized one of that height.
  std::optional<consensus::Block> block_by_id(const consensus::BlockId& id, consensus::Height height) const {
    if (auto block = blocks.pending_block(id)) return block;
    const auto log = blocks.read();
    const auto record = log.block(height);
    if (height.value == 0 || !record || record->id != id) return std::nullopt;
    return log.full_block(height);
  }

  bool observing() const { return self >= membership.members.size(); }

  // Ascending blocks of one epoch up to one that its own finalization proves, and with it all before: if need be beyond
  // `last`, as a block may be final by a descendant's. Where there is no more room for leaves, headers alone lead up to
  // it.
  void serve_heights(consensus::Epoch epoch, consensus::Height first, consensus::Height last, AnswerSize& size,
                     consensus::BlockResponse& response) const {
    const auto log = blocks.read();
    std::size_t proven = 0;
    bool room = true;
    for (auto height = first; height <= last || proven < response.finalized.size(); height = height.next()) {
      const auto record = log.block(height);
      if (!record || record->header.epoch != epoch) break;
      if (response.finalized.size() == limits::kBlocksPerAnswer) break;
      auto block = room ? log.full_block(height) : std::nullopt;
      room = block && size.takes(*block);
      if (!room && proven > 0) break;
      auto links = log.links(height);
      std::optional<consensus::QuorumProof> proof;
      if (const auto* own = consensus::finalization_in(links, record->id)) proof = *own;
      if (!room || !size.takes(links)) links.clear();
      response.finalized.push_back({room ? std::move(*block) : consensus::Block{record->header, {}}, std::move(links)});
      if (!proof) continue;
      response.finalization = std::move(proof);
      proven = response.finalized.size();
    }
    response.finalized.resize(proven);
  }

  ledger::Genesis genesis;
  std::string administration;
  ledger::Membership membership;
  consensus::MemberIndex self = 0;
  storage::Database& database;
  storage::BlockStore blocks;
  std::unique_ptr<storage::Signing> signer;
  crypto::SecretKey log_key;
  mutable std::mutex reader_mutex;
  StatusMaps maps;
  std::shared_ptr<const ledger::LedgerReader> reader;
};

Host::Host(std::unique_ptr<State> state) : state_(std::move(state)) {}
Host::~Host() = default;

std::expected<void, std::string> Host::initialise(const ledger::Genesis& genesis, storage::Database& database,
                                                  std::unique_ptr<storage::SlotDevice> slots) {
  storage::BlockStore blocks(database);
  if (blocks.chain()) return std::unexpected("the database already holds a ledger");
  if (slots) {
    auto file = storage::SafetyFile::initialise(std::move(slots), ledger::first_record(genesis));
    if (!file) return std::unexpected(file.error());
  }
  CalendarWriter calendar(ledger::empty_state());
  blocks.initialise(genesis.chain, stored_form(ledger::genesis_block(genesis), {}, calendar));
  return {};
}

std::expected<std::unique_ptr<Host>, std::string> Host::open(const ledger::Genesis& genesis,
                                                             const std::string& administration,
                                                             storage::Database& database,
                                                             std::unique_ptr<storage::SlotDevice> slots, HostKeys keys,
                                                             bool may_observe) {
  if (auto known = check_chain(genesis, database); !known) return std::unexpected(known.error());
  auto signing = storage::sign_here(std::move(slots), ledger::first_record(genesis), genesis.origin,
                                    std::move(keys.vote), std::move(keys.cosigner));
  if (!signing) return std::unexpected(signing.error());
  return open(genesis, administration, database, std::move(*signing), std::move(keys.log), may_observe);
}

std::expected<std::unique_ptr<Host>, std::string> Host::open(const ledger::Genesis& genesis,
                                                             const std::string& administration,
                                                             storage::Database& database,
                                                             std::unique_ptr<storage::Signing> signing,
                                                             crypto::SecretKey log, bool may_observe) {
  if (auto known = check_chain(genesis, database); !known) return std::unexpected(known.error());
  build_calendar(database);
  auto state = std::make_unique<State>(genesis, administration, database, std::move(signing), std::move(log));
  if (state->observing() && state->signer->record().epoch.value == 0 && !may_observe) {
    return std::unexpected(
        "the node's keys are not those of " + administration +
        " in the genesis file: put this network's genesis file in its place, or those keys; keys that the "
        "members have taken since then want role = \"follower\" until the node has caught up");
  }
  return std::unique_ptr<Host>(new Host(std::move(state)));
}

void Host::enter_epoch() { state_->enter_epoch(); }
const ledger::Membership& Host::membership() const { return state_->membership; }
consensus::MemberIndex Host::self() const { return state_->self; }

replica::Restored Host::restore() const {
  const auto snapshot = state_->database.snapshot();
  const storage::LogReader log(snapshot);
  const bool handover = log.block(log.tip()->height)->header.is_handover();
  const auto tip = tip_in_epoch(log.tip().value(), handover);
  auto pending = state_->blocks.pending();
  replica::Restored out;
  // What proves a handover is of the epoch that it ended.
  out.consensus = {state_->signer->record(),
                   tip,
                   handover ? std::nullopt : log.finalization(),
                   std::move(pending.proofs),
                   std::move(pending.blocks),
                   std::move(pending.votes)};
  if (state_->observing()) out.consensus.record = nothing_signed(state_->membership.epoch, tip);
  out.committed = stored_position(snapshot, std::make_shared<const ledger::Membership>(state_->membership));
  state_->keep(out.committed);
  state_->refresh_reader();
  return out;
}

replica::Persisted Host::perform(const replica::Persist& effect) {
  state_->blocks.persist({effect});
  return {effect.ticket};
}

replica::Input Host::perform(const replica::Sign& effect) {
  const auto signature = state_->signer->sign(effect.slot, effect.subject);
  if (signature) return replica::Signed{effect.slot, effect.subject, *signature};
  return replica::Refused{effect.slot, effect.subject, std::string(to_string(signature.error()))};
}

replica::Committed Host::perform(const replica::Commit& effect) {
  std::vector<storage::CommitBlock> blocks;
  CalendarWriter calendar(stored_state(state_->database.snapshot(), std::nullopt));
  for (const auto& block : effect.blocks) blocks.push_back(stored_form(*block.executed, block.links, calendar));
  state_->blocks.commit(blocks, effect.finalization, effect.tip, effect.votes);
  if (state_->signer->record().epoch == state_->membership.epoch) state_->signer->set_tip(effect.tip);
  for (const auto& block : effect.blocks) state_->keep(block.executed->after);
  state_->refresh_reader();
  // Not the reader's, which askers share behind a lock.
  return {effect.tip.height, stored_state(state_->database.snapshot(), std::nullopt)};
}

std::optional<replica::Cosigned> Host::perform(const replica::Cosign& effect) {
  const auto& tip = state_->signer->record().tip;
  if (effect.size != tip.tree_size || effect.root != tip.tree_root || !state_->disk_agrees(tip)) return std::nullopt;
  const auto signature = state_->signer->cosign(effect.size, effect.root, effect.time_s);
  if (!signature) return std::nullopt;
  return replica::Cosigned{effect.size, effect.root, effect.time_s, *signature};
}

void Host::perform(const replica::PublishCheckpoint& effect) {
  const crypto::Checkpoint checkpoint{state_->genesis.origin, effect.size, effect.root};
  crypto::Note note{checkpoint.text(), {}};
  note.lines.push_back(crypto::sign_note(note.text, state_->genesis.origin, state_->log_key));
  for (const auto& line : effect.lines) {
    const auto& member = state_->membership.members[line.member];
    const crypto::NoteVerifier verifier{state_->genesis.origin + "/" + member.code, crypto::NoteKeyType::kCosignature,
                                        member.cosigner};
    note.lines.push_back(crypto::cosignature_line(verifier, line.time_s, line.signature));
  }
  state_->blocks.put_note(effect.height, note.format());
  state_->refresh_reader();
}

void Host::perform(const replica::ReportEvidence& effect) {
  state_->blocks.put_evidence({state_->membership.epoch, state_->membership.anchor, effect.evidence});
}

void Host::perform(const replica::Abstain& effect) { state_->signer->abstain(effect.until); }

std::optional<consensus::BlockResponse> Host::perform(const replica::Serve& effect) const {
  consensus::BlockResponse response;
  AnswerSize size;
  for (const auto& id : effect.request.ids) {
    auto block = state_->block_by_id(id, effect.request.first);
    if (block && size.takes(*block)) response.blocks.push_back(std::move(*block));
  }
  if (effect.request.ids.empty() && effect.request.first.value > 0) {
    state_->serve_heights(state_->membership.epoch, effect.request.first, effect.request.last, size, response);
  }
  if (response.blocks.empty() && response.finalized.empty()) return std::nullopt;
  return response;
}

std::vector<Bytes> Host::perform(const replica::ServeEarlier& effect) const {
  const auto span = ledger::epoch_span(*reader(), state_->genesis, effect.epoch);
  if (!span || !span->last) return {};
  const auto frame = [&](const consensus::Message& message) {
    return consensus::encode(message, span->membership.scope(state_->genesis.chain), span->membership.members.size());
  };
  if (effect.request) {
    consensus::BlockResponse response;
    AnswerSize size;
    const auto last = std::min(effect.request->last, *span->last);
    state_->serve_heights(effect.epoch, effect.request->first, last, size, response);
    return {frame(response)};
  }
  const auto log = state_->blocks.read();
  const auto links = log.links(*span->last);
  const auto* proof = consensus::finalization_in(links, log.block(*span->last)->id);
  return proof ? std::vector{frame(*proof)} : std::vector<Bytes>{};
}

std::shared_ptr<const ledger::LedgerReader> Host::reader() const {
  const std::lock_guard lock(state_->reader_mutex);
  return state_->reader;
}

std::optional<storage::LeafPlace> Host::place_of(const crypto::Digest& leaf_hash) const {
  return state_->blocks.read().place_of(leaf_hash);
}

const consensus::SafetyRecord& Host::safety_record() const { return state_->signer->record(); }
std::uint64_t Host::slot_syncs() const { return state_->signer->syncs(); }

}  // namespace quipu::host
