// SPDX-License-Identifier: Apache-2.0
#include "node/follow/pursuit.h"

#include <algorithm>

#include "consensus/limits.h"
#include "crypto/note.h"
#include "node/follow/block_check.h"
#include "node/host/stored_ledger.h"
#include "node/ledger/epochs.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"

namespace quipu::follow {

using consensus::Height;

namespace {

// Of one file, and of what waits for its finalization.
constexpr std::size_t kNoteBytes = 256 << 10;
constexpr std::size_t kBundleBytes = ledger::kTileWidth * (limits::kLeafBytes + 1'024);
constexpr std::size_t kQuorumBytes = 16 << 20;
constexpr std::size_t kWaitingBlocks = 256;
constexpr std::size_t kWaitingBytes = 64 << 20;

std::unexpected<Fault> fault(Fault::Kind kind, std::string why) { return std::unexpected(Fault{kind, std::move(why)}); }
std::unexpected<Fault> lies(std::string why) { return fault(Fault::Kind::kLies, std::move(why)); }

// Of a file that an honest mirror of this size has.
std::expected<Bytes, Fault> must_get(Source& source, const std::string& path, std::size_t most) {
  auto file = source.get(path, most);
  if (!file) return fault(Fault::Kind::kAway, file.error());
  if (!*file) return lies(path + " is missing");
  return *std::move(*file);
}

// The leaves of a log from one of them on, as the source tells them.
class Leaves {
 public:
  Leaves(Source& source, std::uint64_t first, std::uint64_t size) : source_(source), next_(first), size_(size) {}

  // The next block's, its seal last.
  std::expected<std::vector<Bytes>, Fault> block() {
    std::vector<Bytes> leaves;
    std::size_t bytes = 0;
    while (next_ < size_) {
      if (auto filled = fill(); !filled) return std::unexpected(filled.error());
      leaves.push_back(std::move(bundle_[next_++ % ledger::kTileWidth]));
      if (ledger::is_seal_leaf(leaves.back())) return leaves;
      bytes += leaves.back().size();
      if (leaves.size() > limits::kBlockSubmissions || bytes > limits::kBlockLeafBytes)
        return lies("a block without an end at leaf " + std::to_string(next_));
    }
    return lies("the log does not end with a seal");
  }

 private:
  std::expected<void, Fault> fill() {
    const auto index = next_ / ledger::kTileWidth;
    if (!bundle_.empty() && index == index_) return {};
    const ledger::TileName name{std::nullopt, index, ledger::tile_width(std::nullopt, index, size_)};
    const auto file = must_get(source_, name.path(), kBundleBytes);
    if (!file) return std::unexpected(file.error());
    auto entries = ledger::decode_entries(*file, name.width);
    if (!entries) return lies(name.path() + " is not a bundle of " + std::to_string(name.width) + " entries");
    bundle_ = *std::move(entries);
    index_ = index;
    return {};
  }

  Source& source_;
  std::uint64_t next_;
  std::uint64_t size_;
  std::uint64_t index_ = 0;
  std::vector<Bytes> bundle_;
};

// Taken apart, believed in nothing.
struct Published {
  Bytes note;
  crypto::Checkpoint checkpoint;
};

std::expected<Published, Fault> newest_of(Source& source, const std::string& origin) {
  auto file = source.get("checkpoint", kNoteBytes);
  if (!file) return fault(Fault::Kind::kAway, file.error());
  if (!*file) return fault(Fault::Kind::kBehind, "it has published no checkpoint");
  const auto note = crypto::Note::parse(**file);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint || checkpoint->origin != origin || checkpoint->size == 0)
    return lies("its checkpoint is not in form or of another log");
  return Published{*std::move(*file), *checkpoint};
}

// Cosigned by a quorum of these members, by their keys.
bool cosigned_by(const Published& published, const ledger::Membership& members) {
  const auto& origin = published.checkpoint.origin;
  const auto policy = ledger::TrustPolicy::parse(ledger::policy_file(origin, members.members));
  return policy && policy->check(published.note).has_value();
}

// When the q-th newest of these members' cosignatures, which were checked, was given.
std::uint64_t cosigned_s(const Published& published, const ledger::Membership& members) {
  std::vector<std::uint64_t> times;
  const auto note = crypto::Note::parse(published.note).value();
  for (const auto& member : members.members.all()) {
    const crypto::NoteVerifier verifier{published.checkpoint.origin + "/" + member.code,
                                        crypto::NoteKeyType::kCosignature, member.cosigner};
    const auto is_theirs = [&](const auto& line) { return line.name == verifier.name && line.id == verifier.id(); };
    const auto line = std::ranges::find_if(note.lines, is_theirs);
    if (line != note.lines.end()) times.push_back(crypto::cosignature_time_s(*line).value_or(0));
  }
  std::ranges::sort(times, std::greater());
  const auto quorum = members.members.quorum();
  return times.size() < quorum ? 0 : times[quorum - 1];
}

}  // namespace

struct Pursuit::State {
  State(ledger::Genesis genesis_in, storage::Database& database_in)
      : genesis(std::move(genesis_in)), database(database_in), store(database_in) {
    refresh_reader();
    const auto newest = reader->newest();
    auto next = ledger::epoch_after(*reader, genesis, newest).membership;
    tip = host::stored_position(database.snapshot(), std::make_shared<const ledger::Membership>(std::move(next)));
  }

  void refresh_reader() {
    auto fresh = host::stored_ledger(database.snapshot());
    const std::lock_guard lock(mutex);
    reader = std::move(fresh);
  }

  // A block that was replayed, and the view steps that led to it.
  struct Waiting {
    ledger::ExecutedBlock block;
    std::vector<consensus::LinkProof> links;
  };

  std::expected<std::vector<consensus::LinkProof>, Fault> links_of(Source& source, const ledger::ExecutedBlock& block,
                                                                   const ledger::Membership& voters) const {
    const auto file = source.get(ledger::quorum_path(block.block.header.height), kQuorumBytes);
    if (!file) return fault(Fault::Kind::kAway, file.error());
    if (!*file) return std::vector<consensus::LinkProof>{};  // final by a descendant's, if at all
    auto links = check_links(**file, genesis, voters, block);
    if (!links) return lies(links.error());
    return *std::move(links);
  }

  void commit(const std::vector<Waiting>& blocks, const consensus::QuorumProof& finalization) {
    std::vector<storage::CommitBlock> stored;
    host::CalendarWriter calendar(host::stored_state(database.snapshot(), std::nullopt));
    for (const auto& waiting : blocks) stored.push_back(host::stored_form(waiting.block, waiting.links, calendar));
    auto after = blocks.back().block.after;
    store.commit(stored, finalization,
                 {finalization.subject.view, after.height, after.block, after.tree.size(), after.tree.root()});
    refresh_reader();
    after.state = reader->state(std::nullopt);
    const std::lock_guard lock(mutex);
    tip = std::move(after);
  }

  // Nobody lies who serves what is to be judged by rules that this program does not know.
  std::optional<Fault> outgrown_at(const ledger::Position& parent) const {
    auto why = ledger::outgrown(*parent.membership, genesis);
    return why.empty() ? std::nullopt : std::optional(Fault{Fault::Kind::kNewer, std::move(why)});
  }

  // Where the source's log ends; as far as it is final, it is the tip.
  std::expected<ledger::Position, Fault> catch_up(Source& source, std::uint64_t size, const std::atomic<bool>& stop) {
    ledger::Position at = tip;
    Leaves leaves(source, at.tree.size(), size);
    std::vector<Waiting> waiting;
    std::size_t bytes = 0;
    while (at.tree.size() < size && !stop) {
      auto told = leaves.block();
      if (!told) return std::unexpected(told.error());
      for (const auto& leaf : *told) bytes += leaf.size();
      if (auto newer = outgrown_at(at)) return std::unexpected(*std::move(newer));
      auto block = check_block(genesis, at, *told);
      if (!block) return lies(block.error());
      auto links = links_of(source, *block, *at.membership);
      if (!links) return std::unexpected(links.error());
      const auto* found = consensus::finalization_in(*links, block->after.block);
      const auto finalization = found != nullptr ? std::optional(*found) : std::nullopt;
      at = block->after;
      waiting.push_back({*std::move(block), *std::move(links)});
      if (finalization) {
        commit(std::exchange(waiting, {}), *finalization);
        at = tip;
        bytes = 0;
      } else if (at.handover || waiting.size() > kWaitingBlocks || bytes > kWaitingBytes) {
        return fault(Fault::Kind::kBehind,
                     "it does not hold the votes that finalize height " + std::to_string(at.height.value));
      }
    }
    return at;
  }

  // Whose quorum may have cosigned the tree that ends at this block: its voters and, of a handover, the next ones.
  std::vector<ledger::Membership> cosigners_at(Height height) const {
    std::vector<ledger::Membership> out{ledger::voters_on(*reader, genesis, height)};
    const auto block = reader->block(height).value();
    if (block.handover) out.push_back(ledger::epoch_after(*reader, genesis, block).membership);
    return out;
  }

  // The block that ends the log of this size, which is at most the tip's.
  Height height_at(std::uint64_t size) const {
    return reader->find(crypto::leaf_hash(reader->leaf(size - 1).value())).value().height;
  }

  // A tree that is here too, or ought to be.
  std::expected<void, Fault> compare(const Published& published, const crypto::Digest& root, Height height) {
    const bool same = published.checkpoint.root == root;
    for (const auto& members : cosigners_at(height)) {
      if (!cosigned_by(published, members)) continue;
      if (same) return remember(published, members, height), std::expected<void, Fault>();
      return fault(Fault::Kind::kForked, "a quorum of members has cosigned another history of size " +
                                             std::to_string(published.checkpoint.size) +
                                             " than the one that a quorum finalized");
    }
    return lies(same ? "its checkpoint is not cosigned by a quorum" : "its checkpoint is of another history");
  }

  void remember(const Published& published, const ledger::Membership& members, Height height) {
    if (reader->newest().tree_size != published.checkpoint.size) return;
    if (reader->note(height) != published.note) {
      store.put_note(height, published.note);
      refresh_reader();
    }
    fresh_s = std::max(fresh_s.load(), follow::cosigned_s(published, members));
  }

  std::expected<bool, Fault> follow(Source& source, const std::atomic<bool>& stop) {
    const auto published = newest_of(source, genesis.origin);
    if (!published) return std::unexpected(published.error());
    const auto before = tip.tree.size();
    const auto size = published->checkpoint.size;
    if (size > before) {
      const auto end = catch_up(source, size, stop);
      if (!end) return std::unexpected(end.error());
      if (stop) return tip.tree.size() > before;
      if (end->tree.size() != size) return lies("its checkpoint ends within a block");
      // What is not final yet cannot be compared by height; the root can.
      if (end->height > tip.height) {
        if (end->tree.root() != published->checkpoint.root) return lies("its entries do not hash to its checkpoint");
        if (tip.tree.size() > before) return true;
        return fault(Fault::Kind::kBehind,
                     "the votes that finalize height " + std::to_string(end->height.value) + " are not there yet");
      }
    }
    const auto node = [this](unsigned level, std::uint64_t index) { return reader->node(level, index); };
    const auto compared = compare(*published, crypto::root_at(size, node), height_at(size));
    if (!compared) return std::unexpected(compared.error());
    if (size < before) return fault(Fault::Kind::kBehind, std::to_string(before - size) + " leaves behind");
    return tip.tree.size() > before;
  }

  const ledger::Genesis genesis;
  storage::Database& database;
  storage::BlockStore store;
  std::atomic<std::uint64_t> fresh_s{0};
  mutable std::mutex mutex;
  std::shared_ptr<const ledger::LedgerReader> reader;
  ledger::Position tip;
};

Pursuit::Pursuit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pursuit::~Pursuit() = default;

std::expected<std::unique_ptr<Pursuit>, std::string> Pursuit::open(ledger::Genesis genesis,
                                                                   storage::Database& database) {
  storage::BlockStore store(database);
  if (const auto chain = store.chain(); chain && *chain != genesis.chain)
    return std::unexpected("the database belongs to another chain: check the genesis file");
  host::CalendarWriter calendar(ledger::empty_state());
  if (!store.chain()) store.initialise(genesis.chain, host::stored_form(ledger::genesis_block(genesis), {}, calendar));
  host::build_calendar(database);
  return std::unique_ptr<Pursuit>(new Pursuit(std::make_unique<State>(std::move(genesis), database)));
}

std::expected<bool, Fault> Pursuit::follow(Source& source, const std::atomic<bool>& stop) {
  return state_->follow(source, stop);
}

const ledger::Genesis& Pursuit::genesis() const { return state_->genesis; }

std::shared_ptr<const ledger::LedgerReader> Pursuit::reader() const {
  const std::lock_guard lock(state_->mutex);
  return state_->reader;
}

std::uint64_t Pursuit::cosigned_s() const { return state_->fresh_s; }

std::shared_ptr<const ledger::Membership> Pursuit::membership() const {
  const std::lock_guard lock(state_->mutex);
  return state_->tip.membership;
}

}  // namespace quipu::follow
