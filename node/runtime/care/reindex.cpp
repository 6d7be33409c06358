// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/reindex.h"

#include <fmt/format.h>

#include "consensus/limits.h"
#include "crypto/signature.h"
#include "node/follow/block_check.h"
#include "node/host/calendar.h"
#include "node/host/stored_ledger.h"
#include "node/ledger/mirror.h"
#include "node/runtime/data_directory.h"
#include "storage/directory_sync.h"
#include "storage/record_codec.h"
#include "storage/rocks_open.h"
#include "storage/whole_file.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

namespace {

using Done = std::expected<void, std::string>;
using storage::Family;

constexpr std::size_t kCopiedAtOnce = 1'000;

std::unexpected<std::string> damaged(const std::string& what) {
  return std::unexpected(
      what +
      ": what cannot be derived is damaged too; move the ledger away and start the node, the other members refill it");
}

class Deriving {
 public:
  Deriving(const ledger::Genesis& genesis, const storage::Snapshot& from, storage::Database& to)
      : genesis_(genesis), from_(from), to_(to), store_(to) {}

  std::expected<Reindexed, std::string> run() {
    if (auto read = read_tip(); !read) return std::unexpected(read.error());
    const auto founding = ledger::genesis_block(genesis_);
    store_.initialise(genesis_.chain, host::stored_form(founding, {}, calendar_));
    at_ = founding.after;
    next_leaf_ = at_.tree.size();
    while (at_.height < tip_.height) {
      if (auto done = take_block(); !done) return std::unexpected(done.error());
    }
    if (auto done = commit_rest(); !done) return std::unexpected(done.error());
    if (at_.block != tip_.block || at_.tree.root() != tip_.tree_root)
      return damaged(fmt::format("what the leaves give at height {} is not what was final", at_.height.value));
    copy_what_is_not_derived();
    return Reindexed{at_.height.value, at_.tree.size(), {}};
  }

 private:
  // Where the ledger ended, and what proves it. The chain, too: another's leaves would be told apart only later.
  Done read_tip() {
    const auto chain = from_.get(Family::kMeta, storage::kChainKey);
    if (!chain || *chain != Bytes(genesis_.chain.view()))
      return std::unexpected("the ledger is of another chain than the genesis file");
    const auto tip = from_.get(Family::kMeta, storage::kTipKey);
    const auto decoded = tip ? storage::decode_tip(*tip) : std::nullopt;
    if (!decoded) return damaged("the ledger does not say where it ends");
    tip_ = *decoded;
    const auto proof = from_.get(Family::kMeta, storage::kFinalizationKey);
    auto finalization = proof ? storage::decode_quorum_proof(*proof) : std::nullopt;
    if (tip_.height.value > 0 && !finalization) return damaged("the ledger has no proof of its newest block");
    if (finalization) tip_proof_ = *std::move(finalization);
    return {};
  }

  std::expected<std::vector<Bytes>, std::string> block_leaves() {
    std::vector<Bytes> leaves;
    while (leaves.size() <= limits::kBlockSubmissions) {
      auto leaf = from_.get(Family::kLeaves, storage::number_key(next_leaf_));
      if (!leaf) return damaged(fmt::format("leaf {} is missing", next_leaf_));
      ++next_leaf_;
      leaves.push_back(*std::move(leaf));
      if (ledger::is_seal_leaf(leaves.back())) return leaves;
    }
    return damaged(fmt::format("a block without an end at leaf {}", next_leaf_));
  }

  std::expected<std::vector<consensus::LinkProof>, std::string> links_of(const ledger::ExecutedBlock& block) const {
    const auto height = block.block.header.height;
    const auto stored = from_.get(Family::kLinks, storage::number_key(height.value));
    if (!stored) return std::vector<consensus::LinkProof>{};
    const auto links = storage::decode_links(*stored);
    if (!links || links->empty()) return damaged(fmt::format("the votes of height {} do not decode", height.value));
    const auto file = ledger::encode_links(*links, voters_->members.size());
    auto checked = follow::check_links(file, genesis_, *voters_, block);
    if (!checked) return damaged(checked.error());
    return checked;
  }

  Done take_block() {
    if (auto why = ledger::outgrown(*at_.membership, genesis_); !why.empty()) return std::unexpected(std::move(why));
    const auto leaves = block_leaves();
    if (!leaves) return std::unexpected(leaves.error());
    auto block = follow::check_block(genesis_, at_, *leaves);
    if (!block) return damaged(block.error());
    voters_ = at_.membership;
    auto links = links_of(*block);
    if (!links) return std::unexpected(links.error());
    const auto* found = consensus::finalization_in(*links, block->after.block);
    const auto finalization = found != nullptr ? std::optional(*found) : std::nullopt;
    at_ = block->after;
    waiting_.push_back(host::stored_form(*block, *std::move(links), calendar_));
    return finalization ? commit(*finalization) : Done();
  }

  Done commit(const consensus::QuorumProof& finalization) {
    if (finalization.subject.height != at_.height || finalization.subject.block != at_.block)
      return damaged(fmt::format("nothing proves height {}", at_.height.value));
    store_.commit(std::exchange(waiting_, {}), finalization,
                  {finalization.subject.view, at_.height, at_.block, at_.tree.size(), at_.tree.root()});
    at_.state = host::stored_state(to_.snapshot(), std::nullopt);
    calendar_ = host::CalendarWriter(at_.state);
    return {};
  }

  // Blocks whose finalization is no link of theirs, which can only be the newest ones.
  Done commit_rest() {
    if (waiting_.empty()) return {};
    const auto scope = voters_->scope(genesis_.chain);
    if (!consensus::verify(tip_proof_, scope, voters_->members, &crypto::verify))
      return damaged(fmt::format("the votes that finalize height {} do not verify", at_.height.value));
    return commit(tip_proof_);
  }

  // Published checkpoints, what consensus holds above the tip, and evidence: small, and checked by whoever reads them.
  void copy_what_is_not_derived() {
    storage::Batch batch;
    const auto copy = [&](Family family, BytesView prefix) {
      from_.scan(family, prefix, prefix, [&](BytesView key, BytesView value) {
        batch.put(family, Bytes(key), Bytes(value));
        if (batch.writes().size() >= kCopiedAtOnce) to_.write(std::exchange(batch, {}), storage::Durability::kUnsynced);
        return true;
      });
    };
    copy(Family::kNotes, {});
    copy(Family::kPending, {});
    copy(Family::kMeta, storage::kEvidencePrefix);
    batch.put(Family::kMeta, Bytes(storage::kTipKey), storage::encode(tip_));
    if (tip_.height.value > 0) batch.put(Family::kMeta, Bytes(storage::kFinalizationKey), storage::encode(tip_proof_));
    to_.write(batch, storage::Durability::kSynced);
  }

  const ledger::Genesis& genesis_;
  const storage::Snapshot& from_;
  storage::Database& to_;
  storage::BlockStore store_;
  consensus::Tip tip_{};
  consensus::QuorumProof tip_proof_{};
  ledger::Position at_;
  std::shared_ptr<const ledger::Membership> voters_;  // on the newest block taken
  std::uint64_t next_leaf_ = 0;
  std::vector<storage::CommitBlock> waiting_;
  host::CalendarWriter calendar_{ledger::empty_state()};
};

std::string open_words(const fs::path& path, const storage::OpenError& error) {
  if (error.fault == storage::OpenFault::kLocked) return path.string() + " is in use: stop the node first";
  return fmt::format("cannot open {}: {}", path.string(), error.detail);
}

// ledger.before-reindex, or with a number when earlier ones are still there.
fs::path free_name(const fs::path& path) {
  fs::path name = path.string() + ".before-reindex";
  for (int number = 2; fs::exists(name); ++number) name = fmt::format("{}.before-reindex-{}", path.string(), number);
  return name;
}

// Both are whole, and stay so under every name they have on the way. The new one gets the name that the old one is to
// have before they change places: an old one is never called what the next run clears away. Its lock is held, else a
// node that starts in that moment goes on in a folder whose name has gone. Returns where the old one is.
std::expected<fs::path, std::string> change_places(const fs::path& made, const fs::path& path) {
  const auto lock = storage::RocksLock::take(path);
  if (!lock) return std::unexpected(open_words(path, lock.error()));
  const auto set_aside = free_name(path);
  std::error_code error;
  fs::rename(made, set_aside, error);
  if (error) return std::unexpected("cannot rename " + made.string() + ": " + error.message());
  if (!storage::sync_directory(path.parent_path()))
    return std::unexpected("cannot sync " + path.parent_path().string() + ": look at the disk");
  if (auto changed = storage::exchange(set_aside, path); !changed) {
    fs::rename(set_aside, made, error);
    return std::unexpected(changed.error());
  }
  return set_aside;
}

}  // namespace

std::expected<Reindexed, std::string> derive_again(const ledger::Genesis& genesis, const storage::Snapshot& from,
                                                   storage::Database& to) {
  return Deriving(genesis, from, to).run();
}

std::expected<Reindexed, std::string> reindex(const NodeConfig& config) {
  const auto genesis = read_genesis(config.resolve(config.genesis));
  if (!genesis) return std::unexpected(genesis.error());
  const auto path = config.resolve(config.ledger);
  if (!fs::exists(path)) return std::unexpected(path.string() + " is not there: there is nothing to reindex");
  const fs::path making = path.string() + ".reindexing";
  std::expected<Reindexed, std::string> done;
  {
    const auto from = storage::RocksDatabase::open(path);
    if (!from) return std::unexpected(open_words(path, from.error()));
    // What an earlier run left, which is no other's: that one would hold the lock.
    std::error_code error;
    fs::remove_all(making, error);
    if (error) return std::unexpected("cannot make " + making.string() + ": " + error.message());
    auto to = storage::RocksDatabase::open(making);
    if (!to) return std::unexpected(open_words(making, to.error()));
    done = derive_again(*genesis, *(*from)->snapshot(), **to);
  }
  if (!done) return done;
  const auto set_aside = change_places(making, path);
  if (!set_aside) return std::unexpected(set_aside.error());
  done->set_aside = *set_aside;
  return done;
}

}  // namespace quipu::runtime
