// SPDX-License-Identifier: Apache-2.0
#include "node/audit/verify.h"

#include <stdexcept>

#include "node/audit/elsewhere.h"
#include "node/audit/entry_reader.h"
#include "node/audit/evidence_check.h"
#include "node/audit/link_check.h"
#include "node/audit/published.h"
#include "node/audit/replay.h"
#include "node/audit/resume.h"
#include "node/audit/side_records.h"
#include "node/audit/structure.h"
#include "node/audit/supplied.h"
#include "node/audit/tile_check.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

// Reads the log once, from the first leaf to the checkpoint's last.
class Pass {
 public:
  Pass(const Context& context, const Request& request, const Published& notes,
       const std::vector<const Bundle*>& elsewhere, Resume& resume, std::uint64_t size)
      : context_(context),
        request_(request),
        notes_(notes),
        size_(size),
        tiles_(context, size),
        resume_(resume),
        reader_(context, size, resume.checked_leaves()),
        account_(context),
        records_(context, request.records),
        replay_(context, account_, records_, reader_.likely_keys(), resume.checked_leaves()),
        electorates_({std::make_shared<const Electorate>(first_electorate(context.genesis))}),
        participation_(context, electorates_.front()),
        links_(context, participation_, resume, electorates_.front()),
        elsewhere_(context, elsewhere) {
    account_.begin_epoch(*electorates_.front(), 0);
  }

  void run() {
    while (tree_.size() < size_) {
      auto entries = reader_.next();
      if (!entries) return;
      for (Entry& entry : *entries) {
        if (!leaf(std::move(entry))) return;
      }
      if (request_.progress) request_.progress(tree_.size(), size_);
    }
    finish();
  }
  // Of as much of the log as was replayed, and whether that is all.
  const Electorates& electorates() const { return electorates_; }
  bool complete() const { return complete_; }

 private:
  bool leaf(Entry entry) {
    tree_.append(entry.hash, [this](unsigned level, std::uint64_t index, const crypto::Digest& hash) {
      tiles_.node(level, index, hash);
    });
    context_.report.passed(Check::kHashing);
    if (!tiles_.ok() || !replay_.leaf(std::move(entry), tree_)) return false;
    return !replay_.at_block_end() || block_end();
  }

  bool block_end() {
    const auto& position = replay_.position();
    const std::uint64_t height = position.height.value;
    const crypto::Digest root = tree_.root();
    context_.report.height = height;
    const auto voters = electorates_.back();
    if (position.handover) {
      electorates_.push_back(std::make_shared<const Electorate>(position.membership->scope(context_.genesis.chain),
                                                                position.membership->members, voters->origin));
    }
    elsewhere_.block_end(tree_.size(), root, height, signers(voters));
    context_.report.passed(Check::kHashing);
    if (notes_.has(height) && !check_note(height, root, signers(voters))) return false;
    if (height != 0 && !links_.block(position.height, position.block, replay_.parent(), replay_.proposer()))
      return false;
    if (position.handover && !open_epoch(*voters)) return false;
    return resume_.block_end(tree_.size(), height, root, replay_.state_root());
  }

  // Whose quorum may have cosigned the tree of the block: its voters and, of a handover, those it hands over to.
  Electorates signers(const std::shared_ptr<const Electorate>& voters) const {
    if (voters == electorates_.back()) return {voters};
    return {voters, electorates_.back()};
  }

  bool open_epoch(const Electorate& before) {
    links_.begin_epoch(electorates_.back());
    account_.begin_epoch(*electorates_.back(), replay_.position().height.value + 1);
    return check_opening(context_, replay_.header(), before, *electorates_.back());
  }

  bool check_note(std::uint64_t height, const crypto::Digest& root, const Electorates& signers) {
    const std::string path = ledger::checkpoint_path({height});
    const auto published = notes_.at(height);
    if (!published) return false;
    const auto& [note, checkpoint] = *published;
    ++notes_met_;
    if (checkpoint.size != tree_.size() || checkpoint.root != root) {
      context_.broken({.check = Check::kNotes, .what = "not the tree of this height", .file = path, .height = height});
      return false;
    }
    auto lines = lines_of(note, *signers.front());
    if (!lines && signers.size() > 1) lines = lines_of(note, *signers.back());
    if (!lines) {
      context_.broken({.check = Check::kNotes, .what = lines.error(), .file = path, .height = height});
      return false;
    }
    constexpr std::uint64_t kSkew_s = 60;
    const std::uint64_t block_time_s = replay_.position().block_time_ms / 1000;
    if (lines->first_cosigned_s + kSkew_s < block_time_s) {
      const auto who = cosigned_before(note, block_time_s - kSkew_s);
      context_.observe({.check = Check::kNotes,
                        .what = who + " cosigned it before its block's time",
                        .file = path,
                        .height = height});
    }
    participation_.note(height, lines->cosigners);
    check_signatures(context_, note, *std::move(lines), path);
    return true;
  }

  void finish() {
    const auto& position = replay_.position();
    if (!replay_.at_block_end()) {
      context_.broken({.check = Check::kSeals, .what = "the log does not end with a seal", .leaf = size_ - 1});
      return;
    }
    if (notes_met_ != notes_.count()) {
      context_.broken({.check = Check::kNotes,
                       .what = "no block has its height",
                       .file = ledger::checkpoint_path({notes_.newest_height()})});
    } else if (notes_.newest_height() != position.height.value) {
      context_.broken({.check = Check::kNotes, .what = "not the newest block's", .file = "checkpoint"});
    }
    complete_ = true;
    check_quorum_files(context_, position.height.value);
    check_epoch_files(context_, electorates_.size());
    account_.finish(position);
    records_.finish(*position.state);
    links_.finish(position.height);
    participation_.finish();
    elsewhere_.finish(size_, notes_, electorates_.back());
    check_supplied(context_, request_.supplied, electorates_);
    resume_.finish();
  }

  const Context& context_;
  const Request& request_;
  const Published& notes_;
  std::uint64_t size_;
  crypto::CompactRange tree_;
  TileCheck tiles_;
  Resume& resume_;
  EntryReader reader_;
  Account account_;
  SideRecords records_;
  Replay replay_;
  Electorates electorates_;  // the last of the block that comes next
  Participation participation_;
  LinkCheck links_;
  Elsewhere elsewhere_;
  bool complete_ = false;
  std::size_t notes_met_ = 0;
};

std::optional<ledger::Genesis> check_genesis(const Request& request, Report& report) {
  const auto add = [&](Severity severity, std::string what) {
    report.add({.severity = severity, .check = Check::kGenesis, .what = std::move(what), .file = "genesis"});
    return std::nullopt;
  };
  if (!request.bundle.has("genesis")) return add(Severity::kIntegrity, "the file is missing");
  const auto stored = request.bundle.read("genesis");
  if (!stored) return add(Severity::kUncheckable, stored.error());
  if (*stored != request.genesis) return add(Severity::kIntegrity, "not the genesis file that was given");
  auto genesis = ledger::parse_genesis(*stored);
  if (!genesis) return add(Severity::kIntegrity, genesis.error());
  report.passed(Check::kGenesis);
  report.chain_id = genesis->chain_id;
  report.chain = crypto::to_hex(genesis->chain.view());
  return *std::move(genesis);
}

void check_log(const Context& context, const Request& request) {
  const auto notes = Published::read(context);
  if (!notes) return;
  const auto& newest = notes->newest();
  context.report.size = newest.size;
  context.report.root = crypto::to_hex(newest.root.view());
  if (!check_structure(context, newest.size)) return;
  const auto receipts = checkpoints_of(request.supplied);
  std::vector<const Bundle*> elsewhere = request.elsewhere;
  for (const auto& each : receipts) elsewhere.push_back(each.get());
  Resume resume(context, request.position, request.save);
  if (!resume.fits(newest.size)) return;
  Pass pass(context, request, *notes, elsewhere, resume, newest.size);
  try {
    pass.run();
  } catch (const std::runtime_error& error) {  // scratch space
    context.report.add({.severity = Severity::kUncheckable, .check = Check::kReplay, .what = error.what()});
  }
  check_evidence(context, pass.electorates(), pass.complete());
}

}  // namespace

Report verify(const Request& request) {
  Report report;
  const auto genesis = check_genesis(request, report);
  if (!genesis) return report;
  SignaturePool pool(request.threads);
  const Context context{request.bundle, *genesis, report, pool};
  check_log(context, request);
  pool.finish(report);
  report.passed(Check::kDigest);
  return report;
}

}  // namespace quipu::audit
