// SPDX-License-Identifier: Apache-2.0
#include "node/audit/compare.h"

#include <algorithm>
#include <set>

#include "crypto/signature.h"
#include "node/audit/branch_links.h"
#include "node/audit/history.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

using consensus::Height;
using consensus::MemberIndex;
using Failure = std::unexpected<std::string>;
using Checked = std::expected<void, std::string>;

// Beyond these few after a fork, and the newest, further notes would name the same members again.
constexpr std::size_t kNotesLookedAt = 64;

struct SeenNote {
  Bytes bytes;
  crypto::Note note;
  crypto::Checkpoint checkpoint;
};

std::optional<SeenNote> read_note(Bytes bytes, const std::string& origin) {
  auto note = crypto::Note::parse(bytes);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint || checkpoint->origin != origin || checkpoint->size == 0) return std::nullopt;
  Bytes in_form = note->format();
  return SeenNote{std::move(in_form), *std::move(note), *checkpoint};
}

// One of the two, as far as it is read.
struct Side {
  const Source& source;
  SeenNote newest;
  std::vector<SeenNote> notes{};             // all published, ascending by size
  std::optional<History> history{};          // of a mirror
  std::vector<consensus::Header> headers{};  // from the fork on

  std::uint64_t size() const { return newest.checkpoint.size; }
  const crypto::Digest& root() const { return newest.checkpoint.root; }
};

class Comparing {
 public:
  Comparing(const ledger::Genesis& genesis, std::array<Side, 2> sides) : genesis_(genesis), sides_(std::move(sides)) {
    out_.voters = std::make_shared<Electorate>(first_electorate(genesis));
    for (const Side& side : sides_) {
      wanted_.insert(side.size());
      for (const auto& note : side.notes) wanted_.insert(note.checkpoint.size);
    }
  }

  std::expected<Comparison, std::string> run() {
    for (std::size_t i : {0u, 1u}) {
      out_.sides[i] = {.name = sides_[i].source.name, .size = sides_[i].size(), .root = sides_[i].root()};
    }
    const Checked done = sides_[0].history && sides_[1].history   ? mirrors()
                         : sides_[0].history || sides_[1].history ? mirror_and_note()
                                                                  : notes();
    if (!done) return Failure(done.error());
    for (std::size_t i : {0u, 1u}) count_cosigners(i);
    const Checked vouched = out_.relation == Relation::kFork ? conclude_fork() : conclude_prefix();
    if (!vouched) return Failure(vouched.error());
    return std::move(out_);
  }

 private:
  // --- Which of the two is longer

  Checked notes() {
    if (sides_[0].size() != sides_[1].size()) {
      return Failure("two notes of different sizes cannot be compared without a log; give a mirror of the larger one");
    }
    if (sides_[0].root() != sides_[1].root()) out_.relation = Relation::kFork;
    return {};
  }

  Checked mirror_and_note() {
    const std::size_t mirror = sides_[0].history ? 0 : 1;
    Side &log = sides_[mirror], &note = sides_[1 - mirror];
    if (note.size() > log.size()) {
      return Failure(log.source.name + " ends before the checkpoint's " + std::to_string(note.size()) +
                     " leaves; give a newer mirror");
    }
    if (auto read = to_the_end(log); !read) return read;
    const auto& at = log.history->passed().at(note.size());
    out_.voters = at.signers.front();
    if (at.root != note.root()) {
      out_.relation = Relation::kFork;
      out_.proof.handovers = log.history->handovers(out_.voters->scope.epoch);
    } else if (note.size() != log.size()) {
      is_prefix(1 - mirror);
    }
    return {};
  }

  Checked mirrors() {
    for (;;) {
      auto first = sides_[0].history->next(), second = sides_[1].history->next();
      if (!first) return Failure(first.error());
      if (!second) return Failure(second.error());
      const auto to_one = sides_[0].history->next_members(), to_other = sides_[1].history->next_members();
      if (*first == *second && to_one.has_value() != to_other.has_value()) {
        return Failure(sides_[to_one ? 1 : 0].source.name + ": a handover is missing; export it again");
      }
      out_.voters = sides_[0].history->voters();
      if (*first != *second || to_one != to_other) return part(*first, *second);
      if (first->empty()) break;
      for (Side& side : sides_) {
        if (auto taken = side.history->take(*first, wanted_); !taken) return taken;
      }
    }
    return both_end();
  }

  // The first difference: one of them ends here, or they fork.
  Checked part(const std::vector<Bytes>& first, const std::vector<Bytes>& second) {
    const Place& place = sides_[0].history->place();
    const std::array<const std::vector<Bytes>*, 2> leaves = {&first, &second};
    const bool forked = !first.empty() && !second.empty();
    if (forked) {
      out_.relation = Relation::kFork;
      out_.height = place.header.height.next();
      out_.common = place.tree.size();
      first_height_ = sides_[0].history->first_height();
      out_.proof.handovers = sides_[0].history->handovers(out_.voters->scope.epoch);
    } else {
      is_prefix(first.empty() ? 0 : 1);
    }
    for (std::size_t i : {0u, 1u}) {
      if (!leaves[i]->empty()) {
        if (auto taken = go_over(sides_[i], *leaves[i]); !taken) return taken;
      }
      if (auto read = to_the_end(sides_[i]); !read) return read;
    }
    return {};
  }

  Checked both_end() {
    for (Side& side : sides_) {
      if (auto fits = fits_its_note(side); !fits) return fits;
    }
    return {};
  }

  void is_prefix(std::size_t shorter) {
    out_.relation = Relation::kPrefix;
    out_.shorter = shorter;
  }

  // --- One history

  Checked go_over(Side& side, const std::vector<Bytes>& leaves) {
    auto taken = side.history->take(leaves, wanted_);
    const auto& header = side.history->place().header;
    const bool in_branch = out_.height && side.headers.size() < kForkBlocks;
    if (taken && in_branch && header.epoch == out_.voters->scope.epoch) side.headers.push_back(header);
    return taken;
  }

  Checked to_the_end(Side& side) {
    for (;;) {
      const auto leaves = side.history->next();
      if (!leaves) return Failure(leaves.error());
      if (leaves->empty()) return fits_its_note(side);
      if (auto taken = go_over(side, *leaves); !taken) return taken;
    }
  }

  static Checked fits_its_note(const Side& side) {
    const auto& tree = side.history->place().tree;
    if (tree.size() == side.size() && tree.root() == side.root()) return {};
    return Failure(side.source.name + ": the log is not that of its checkpoint; run quipu-audit verify on it");
  }

  // Whose quorum may have cosigned the newest tree of a side: as its own log says it, else the other's.
  Electorates signers(std::size_t i) const {
    for (const Side* side : {&sides_[i], &sides_[1 - i]}) {
      if (!side->history) continue;
      const auto at = side->history->passed().find(sides_[i].size());
      if (at != side->history->passed().end()) return at->second.signers;
    }
    return {out_.voters};
  }

  void count_cosigners(std::size_t i) {
    auto& side = out_.sides[i];
    for (const auto& electorate : signers(i)) {
      const std::size_t count = cosigners_of(sides_[i].newest.note, *electorate).size();
      if (side.voters != 0 && count < electorate->members.quorum()) continue;
      side.cosigners = count;
      side.voters = electorate->members.size();
      side.quorum = electorate->members.quorum();
    }
  }

  // --- No fork

  Checked conclude_prefix() {
    for (std::size_t i : {0u, 1u}) {
      const auto& [name, side] = std::pair(sides_[i].source.name, out_.sides[i]);
      if (side.cosigners < side.quorum) {
        return Failure(name + ": its checkpoint has valid cosignatures of " + std::to_string(side.cosigners) +
                       " members, a quorum is " + std::to_string(side.quorum) + "; take a published one");
      }
      if (auto checked = check_tip(i); !checked) return checked;
    }
    return {};
  }

  Checked check_tip(std::size_t i) {
    if (!sides_[i].history) return {};
    const Place& place = sides_[i].history->place();
    out_.sides[i].height = place.header.height.value;
    if (place.header.height.value == 0) return {};
    out_.sides[i].proofs =
        count_tip_proofs(*sides_[i].source.bundle, place.header.height, place.block, *signers(i).front());
    if (out_.sides[i].proofs > 0) return {};
    return Failure(sides_[i].source.name + ": " + ledger::quorum_path(place.header.height) +
                   " does not prove the newest block; export it again, from another node if that does not help");
  }

  // --- A fork

  Checked conclude_fork() {
    out_.proof.scope = out_.voters->scope;
    if (out_.height) judge_branches();
    find_trees();
    if (auto found = find_relation(); !found) return found;
    auto convicted = check(out_.proof, *out_.voters);
    if (!convicted) return Failure("the proof of the fork does not hold: " + convicted.error() + "; report this");
    out_.convicted = *std::move(convicted);
    return {};
  }

  void judge_branches() {
    consensus::Fork fork{.height = *out_.height};
    std::array<const Bundle*, 2> mirrors{};
    for (std::size_t i : {0u, 1u}) {
      for (const auto& header : sides_[i].headers) {
        fork.branches[i].blocks.push_back(consensus::block_id(genesis_.chain, header));
      }
      mirrors[i] = sides_[i].source.bundle;
      out_.sides[i].height = sides_[i].history->place().header.height.value;
    }
    read_links(fork, mirrors, *out_.voters, first_height_);
    out_.judgement = judge(fork, out_.voters->scope, out_.voters->members, &crypto::verify);
    out_.proof.votes = out_.judgement->guilty;
    write_parting(fork);
  }

  void write_parting(const consensus::Fork& fork) {
    const auto& finalized = out_.judgement->finalized;
    if (!finalized[0] || !finalized[1]) return;
    out_.proof.parting.emplace();
    const std::size_t lesser = fork.branches[0].blocks[0] < fork.branches[1].blocks[0] ? 0 : 1;
    for (std::size_t i : {0u, 1u}) {
      auto& branch = (*out_.proof.parting)[i == lesser ? 0 : 1];
      const std::uint64_t count = finalized[i]->subject.height.value - fork.height.value + 1;
      branch.headers.assign(sides_[i].headers.begin(), sides_[i].headers.begin() + static_cast<std::ptrdiff_t>(count));
      branch.finalization = *finalized[i];
    }
  }

  // A history counts when a quorum of votes or of cosignatures stands for it; anybody can write down another.
  bool is_vouched_for(std::size_t i) const {
    return (out_.judgement && out_.judgement->finalized[i]) || out_.sides[i].cosigners >= out_.sides[i].quorum;
  }

  Checked find_relation() {
    for (std::size_t i : {0u, 1u}) {
      if (is_vouched_for(i)) continue;
      if (out_.proof.trees.empty() && out_.proof.votes.empty()) {
        return Failure(sides_[i].source.name +
                       " differs, but no quorum stands for it, nor anybody who signed the other side; get its votes "
                       "or a published checkpoint from its exporter");
      }
      out_.relation = Relation::kContradiction;
    }
    return {};
  }

  // --- Trees

  static std::vector<const SeenNote*> notes_beyond(const Side& side, std::uint64_t common) {
    std::vector<const SeenNote*> out;
    for (const auto& note : side.notes) {
      if (note.checkpoint.size > common && out.size() < kNotesLookedAt) out.push_back(&note);
    }
    out.push_back(&side.newest);
    return out;
  }

  // The two notes with the lines of those who signed both, if the larger one's log shows that the smaller is no part of
  // it.
  std::optional<ForkProof::Trees> inconsistent(const SeenNote& first, const SeenNote& second) {
    Bytes one = only_lines_of(first, second), two = only_lines_of(second, first);
    const bool in_order =
        first.checkpoint.size != second.checkpoint.size ? first.checkpoint.size < second.checkpoint.size : one < two;
    if (!in_order) std::swap(one, two);
    const auto &small = in_order ? first.checkpoint : second.checkpoint,
               &large = in_order ? second.checkpoint : first.checkpoint;
    ForkProof::Trees trees{{std::move(one), std::move(two)}, large.root, {}};
    if (small.size != large.size && !link_sizes(sides_[in_order ? 1 : 0], small.size, large.size, trees)) {
      return std::nullopt;
    }
    return check(trees, *out_.voters) ? std::optional(std::move(trees)) : std::nullopt;
  }

  Bytes only_lines_of(const SeenNote& note, const SeenNote& other) {
    crypto::Note out{note.note.text, {}};
    for (const auto& [member, line] : cosignatures(note)) {
      if (cosignatures(other).contains(member)) out.lines.push_back(line);
    }
    return out.format();
  }

  static bool link_sizes(const Side& log, std::uint64_t small, std::uint64_t large, ForkProof::Trees& trees) {
    if (!log.history) return false;
    const auto at = log.history->passed().find(small);
    if (at == log.history->passed().end()) return false;
    auto path = log.history->consistency(small, large);
    if (!path) return false;
    trees.prefix_root = at->second.root;
    trees.path = *std::move(path);
    return true;
  }

  void find_trees() {
    std::set<MemberIndex> named;
    const auto firsts = notes_beyond(sides_[0], out_.common), seconds = notes_beyond(sides_[1], out_.common);
    for (const SeenNote* first : firsts) {
      for (const SeenNote* second : seconds) name_cosigners(*first, *second, named);
    }
    std::ranges::sort(out_.proof.trees, {}, &ForkProof::Trees::notes);
  }

  void name_cosigners(const SeenNote& first, const SeenNote& second, std::set<MemberIndex>& named) {
    std::set<MemberIndex> fresh;
    for (const auto& [member, line] : cosignatures(first)) {
      if (cosignatures(second).contains(member) && !named.contains(member)) fresh.insert(member);
    }
    auto trees = fresh.empty() ? std::nullopt : inconsistent(first, second);
    if (!trees) return;
    named.merge(fresh);
    out_.proof.trees.push_back(*std::move(trees));
  }

  using Cosignatures = std::map<MemberIndex, crypto::NoteLine>;
  const Cosignatures& cosignatures(const SeenNote& note) {
    const auto [at, fresh] = cosignatures_.try_emplace(&note);
    if (fresh) at->second = cosignatures_of(note.note, *out_.voters);
    return at->second;
  }

  const ledger::Genesis& genesis_;
  std::array<Side, 2> sides_;
  std::set<std::uint64_t> wanted_;     // sizes of all notes
  consensus::Height first_height_{1};  // of the epoch in which two mirrors part
  std::map<const SeenNote*, Cosignatures> cosignatures_;
  Comparison out_;
};

std::expected<Side, std::string> open_note(const Source& source, const ledger::Genesis& genesis) {
  auto note = read_note(source.note, genesis.origin);
  if (!note) {
    return Failure(source.name + " is no checkpoint of " + genesis.origin +
                   "; give the directory of a mirror or a checkpoint note of this log");
  }
  Side side{.source = source, .newest = *note};
  side.notes.push_back(*std::move(note));
  return side;
}

std::expected<Side, std::string> open_mirror(const Source& source, const ledger::Genesis& genesis) {
  const Bundle& bundle = *source.bundle;
  for (const char* path : {"genesis", "checkpoint"}) {
    if (!bundle.has(path))
      return Failure(source.name + ": no file " + path + "; give a directory made by quipu export");
  }
  const auto stored = bundle.read("genesis");
  const auto current = bundle.read("checkpoint");
  if (!stored || !current) return Failure(stored ? current.error() : stored.error());
  if (*stored != genesis.file) {
    return Failure(source.name + ": it has another genesis than the one given; compare exports of one chain");
  }
  auto newest = read_note(*current, genesis.origin);
  if (!newest) return Failure(source.name + ": its checkpoint is not in form; run quipu-audit verify on it");
  Side side{.source = source, .newest = *std::move(newest)};
  for (const auto& path : bundle.paths()) {
    const auto bytes = ledger::numbered_path("checkpoints", path) ? bundle.read(path) : Failure("");
    auto note = bytes ? read_note(*bytes, genesis.origin) : std::nullopt;
    if (note) side.notes.push_back(*std::move(note));
  }
  std::ranges::sort(side.notes, {}, [](const SeenNote& note) { return note.checkpoint.size; });
  side.history.emplace(bundle, genesis, side.size());
  if (auto opened = side.history->open(); !opened) return Failure(opened.error());
  return side;
}

std::string names_of(const std::vector<MemberIndex>& who, const consensus::MemberSet& members) {
  std::string out;
  for (const MemberIndex member : who) out += (out.empty() ? "" : ", ") + members[member].code;
  return out;
}

}  // namespace

std::expected<Comparison, std::string> compare(const Source& first, const Source& second,
                                               const ledger::Genesis& genesis) {
  const auto open = [&](const Source& source) {
    return source.bundle ? open_mirror(source, genesis) : open_note(source, genesis);
  };
  auto one = open(first);
  if (!one) return Failure(one.error());
  auto two = open(second);
  if (!two) return Failure(two.error());
  return Comparing(genesis, {*std::move(one), *std::move(two)}).run();
}

std::string words_of(const consensus::Gap& gap, const Comparison& comparison, const consensus::MemberSet& members) {
  const std::string name = comparison.sides[gap.branch].name;
  const std::string view = std::to_string(gap.view.value);
  switch (gap.what) {
    case consensus::Gap::What::kFinalization:
      return name + " shows no valid finalization of a block of its branch; ask its exporter for its quorum files";
    case consensus::Gap::What::kStep:
      return name + " does not show its step in view " + view + ", which view " + std::to_string(gap.above.value) +
             " builds on; ask its exporter for it";
    case consensus::Gap::What::kNullification:
      return name + " skipped view " + view + " without its nullification; " + names_of(gap.signers, members) +
             ", who voted in view " + std::to_string(gap.above.value) + ", must have held it: ask them";
  }
  return "";
}

}  // namespace quipu::audit
