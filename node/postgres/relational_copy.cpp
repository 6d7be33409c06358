// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/relational_copy.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "crypto/note.h"
#include "node/follow/pursuit.h"
#include "node/follow/source.h"
#include "node/ledger/mirror.h"
#include "node/postgres/derivation.h"
#include "node/postgres/tables.h"
#include "storage/rocks_database.h"

namespace quipu::postgres {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGenesisBytes = 16 << 20;

std::unexpected<Fault> fault(std::string why, bool final = false) {
  return std::unexpected(Fault{.final = final, .why = std::move(why)});
}

// Tells how far the log was read: from the checkpoint's size and the bundles that are asked for.
class Watched final : public follow::Source {
 public:
  Watched(std::unique_ptr<follow::Source> source, std::function<void(std::size_t, std::size_t)> tell)
      : source_(std::move(source)), tell_(std::move(tell)) {}
  const std::string& name() const override { return source_->name(); }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    auto file = source_->get(path, most_bytes);
    if (path == "checkpoint" && file && *file) read_size(**file);
    const auto tile = ledger::TileName::parse(path);
    if (tile && !tile->level && tell_) tell_(tile->index * ledger::kTileWidth, size_);
    return file;
  }

 private:
  void read_size(BytesView file) {
    const auto note = crypto::Note::parse(file);
    const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
    if (checkpoint) size_ = checkpoint->size;
  }
  std::unique_ptr<follow::Source> source_;
  std::function<void(std::size_t, std::size_t)> tell_;
  std::size_t size_ = 0;
};

std::expected<std::unique_ptr<follow::Source>, std::string> open_source(const CopyPlan& plan) {
  if (plan.source.find("://") == std::string::npos) return follow::directory_source(plan.source);
  return follow::http_source(plan.source, plan.token, plan.trust);
}

std::expected<Bytes, std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Bytes content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in && !in.eof()) return std::unexpected("cannot read " + path.string());
  if (content.empty()) return std::unexpected(path.string() + " is missing or empty: check the path");
  return content;
}

Done write_file(const fs::path& path, BytesView content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.flush();
  if (!out) return std::unexpected("cannot write " + path.string() + ": check the folder's permissions");
  return {};
}

std::expected<ledger::Genesis, std::string> parse_genesis(const std::string& name, const Bytes& file) {
  auto genesis = ledger::parse_genesis(file);
  if (!genesis) return std::unexpected(name + ": " + genesis.error());
  return genesis;
}

std::expected<Bytes, std::string> founding_of(follow::Source& source) {
  auto file = source.get("genesis", kGenesisBytes);
  if (!file) return std::unexpected(file.error());
  if (!*file) return std::unexpected(source.name() + " has no genesis file: it is no mirror");
  return *std::move(*file);
}

// The one given; else the ledger's, if there is one; else the source's, which then has to be believed.
std::expected<ledger::Genesis, std::string> genesis_for(const CopyPlan& plan, follow::Source& source,
                                                        const Watcher& watcher) {
  const auto kept = plan.ledger / "genesis.json";
  if (!plan.genesis.empty()) {
    const auto file = read_file(plan.genesis);
    return file ? parse_genesis(plan.genesis, *file) : std::unexpected(file.error());
  }
  if (!plan.ledger.empty() && fs::exists(kept)) {
    const auto file = read_file(kept);
    return file ? parse_genesis(kept.string(), *file) : std::unexpected(file.error());
  }
  const auto file = founding_of(source);
  if (!file) return std::unexpected(file.error());
  auto genesis = parse_genesis("genesis", *file);
  if (genesis)
    watcher.note("the founding members are taken from the source's word, chain " + genesis->chain_id + " " +
                 crypto::to_hex(genesis->chain.view()).substr(0, 16) + ": give --genesis FILE to check them");
  return genesis;
}

std::expected<fs::path, std::string> own_folder(const ledger::Genesis& genesis) {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state == nullptr && home == nullptr) return std::unexpected("name a folder with --ledger DIR: HOME is not set");
  const fs::path base = state != nullptr ? fs::path(state) : fs::path(home) / ".local" / "state";
  return base / "quipu" / ("mirror-" + crypto::to_hex(genesis.chain.view()).substr(0, 16));
}

}  // namespace

struct RelationalCopy::State {
  CopyPlan plan;
  Watcher watcher;
  std::unique_ptr<follow::Source> source;
  std::unique_ptr<storage::RocksDatabase> database;
  std::unique_ptr<follow::Pursuit> pursuit;
  std::optional<Tables> tables;

  std::string chain() const { return crypto::to_hex(pursuit->genesis().chain.view()); }

  // The tables are of this chain, and what they end with is what the ledger has there.
  std::expected<void, Fault> compare() const {
    const auto& position = *tables->position();
    if (position.chain != chain())
      return fault("the tables hold another chain (" + position.chain.substr(0, 16) + "): name another database", true);
    if (position.height < 0) return {};
    const auto block = pursuit->reader()->block({static_cast<std::uint64_t>(position.height)});
    if (!block) return {};  // the ledger is behind and will get there first
    const bool same_block = crypto::to_hex(block->block.view()) == position.block;
    if (same_block && crypto::to_hex(block->tree_root.view()) == position.log_root) return {};
    return fault("the tables end with another block or root at height " + std::to_string(position.height) +
                     " than the ledger: keep both as evidence, and fill an empty database",
                 true);
  }

  std::expected<void, Fault> connect() {
    if (tables && tables->read_position()) return {};
    tables.reset();  // the server may have been started anew meanwhile
    auto opened = Tables::open(plan.database);
    if (!opened) return fault(opened.error());
    tables.emplace(*std::move(opened));
    if (tables->position()) return {};
    if (auto founded = tables->found(chain()); !founded) return fault(founded.error());
    return {};
  }

  // What no fault speaks against may be written: every block of the pursuit's is final by a quorum's votes. Of a liar
  // nothing is, until another source or a repaired one has been followed to its end.
  std::expected<void, Fault> pursue(const std::atomic<bool>& stop) {
    using Kind = follow::Fault::Kind;
    const auto outcome = pursuit->follow(*source, stop);
    if (outcome) return {};
    const auto& [kind, why] = outcome.error();
    if (kind == Kind::kAway) return fault(why);
    if (kind == Kind::kBehind) {
      if (pursuit->reader()->newest().height.value > 0) return {};
      return fault(source->name() + ": " + why + ": try again in a minute");
    }
    if (kind == Kind::kNewer) return fault(why, true);
    const std::string act = kind == Kind::kForked ? ": two histories exist, keep everything and talk to the members"
                                                  : ": nothing was written, ask another node";
    return fault(source->name() + ": " + why + act, true);
  }

  Done write_some(const ledger::LedgerReader& reader, Derivation& derivation, Progressed& progressed,
                  const std::atomic<bool>& stop) {
    const auto newest = reader.newest().height.value;
    auto next = static_cast<std::uint64_t>(tables->position()->height + 1);
    while (next <= newest && !stop) {
      derivation.add(reader.block({next}).value());
      const std::size_t events = derivation.events();
      if (next++ < newest && events < plan.events_at_once) continue;
      if (auto written = tables->write(derivation.take()); !written) return written;
      progressed.news = true;
      progressed.events += events;
      watcher.writing(next - 1, newest);
    }
    return {};
  }

  std::expected<Progressed, Fault> update(const std::atomic<bool>& stop) {
    if (auto connected = connect(); !connected) return std::unexpected(connected.error());
    if (auto pursued = pursue(stop); !pursued) return std::unexpected(pursued.error());
    if (auto compared = compare(); !compared) return std::unexpected(compared.error());
    const auto reader = pursuit->reader();
    Derivation derivation(pursuit->genesis().chain_id, reader);
    Progressed progressed;
    if (auto written = write_some(*reader, derivation, progressed, stop); !written) {
      tables.reset();
      return fault(written.error());
    }
    progressed.height = tables->position()->height;
    if (progressed.height >= 0)
      progressed.size = reader->block({static_cast<std::uint64_t>(progressed.height)}).value().tree_size;
    return progressed;
  }
};

RelationalCopy::RelationalCopy(std::unique_ptr<State> state) : state_(std::move(state)) {}
RelationalCopy::~RelationalCopy() = default;

std::expected<std::unique_ptr<RelationalCopy>, Fault> RelationalCopy::open(CopyPlan plan, Watcher watcher) {
  auto state = std::make_unique<State>();
  auto source = open_source(plan);
  if (!source) return fault(source.error(), true);
  auto genesis = genesis_for(plan, **source, watcher);
  if (!genesis) return fault(genesis.error(), true);
  if (plan.ledger.empty()) {
    auto folder = own_folder(*genesis);
    if (!folder) return fault(folder.error(), true);
    plan.ledger = *std::move(folder);
  }
  std::error_code error;
  fs::create_directories(plan.ledger, error);
  if (error) return fault("cannot make " + plan.ledger.string() + ": " + error.message(), true);
  auto database = storage::RocksDatabase::open(plan.ledger / "ledger");
  if (!database) {
    return fault("cannot open " + (plan.ledger / "ledger").string() + ": " + database.error().detail +
                     ": end the process that uses it, or move it away and it is filled again",
                 true);
  }
  const Bytes founding = genesis->file;
  auto pursuit = follow::Pursuit::open(*std::move(genesis), **database);
  if (!pursuit) return fault(pursuit.error(), true);
  if (!fs::exists(plan.ledger / "genesis.json")) {
    if (auto kept = write_file(plan.ledger / "genesis.json", founding); !kept) return fault(kept.error(), true);
  }
  state->source = std::make_unique<Watched>(*std::move(source), watcher.reading);
  state->database = *std::move(database);
  state->pursuit = *std::move(pursuit);
  state->plan = std::move(plan);
  state->watcher = std::move(watcher);
  return std::unique_ptr<RelationalCopy>(new RelationalCopy(std::move(state)));
}

std::expected<Progressed, Fault> RelationalCopy::update(const std::atomic<bool>& stop) { return state_->update(stop); }

}  // namespace quipu::postgres
