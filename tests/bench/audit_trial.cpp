// SPDX-License-Identifier: Apache-2.0
// How fast a mirror is audited, beside the rate at which this machine checks signatures in the same run; and how fast
// its structure alone is: every entry and tree node hashed and compared, the root at every block, every seal read.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "crypto/cose.h"
#include "node/audit/directory_bundle.h"
#include "node/audit/entry_reader.h"
#include "node/audit/structure.h"
#include "node/audit/tile_check.h"
#include "node/audit/verify.h"
#include "node/ledger/block.h"
#include "tests/bench/limits_here.h"

namespace quipu::bench {
namespace {

double since_s(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Value, class Error>
Value need(std::expected<Value, Error> value) {
  if (!value) throw std::runtime_error(value.error());
  return *std::move(value);
}

class Structure {
 public:
  Structure(const audit::Context& context, std::uint64_t size)
      : bundle_(context.bundle), size_(size), tiles_(context, size) {}

  void run() {
    for (std::uint64_t index = 0; index * ledger::kTileWidth < size_; ++index) {
      const ledger::TileName name{std::nullopt, index, ledger::tile_width(std::nullopt, index, size_)};
      const auto leaves = ledger::decode_entries(need(bundle_.read(name.path())), name.width);
      if (!leaves) throw std::runtime_error(name.path() + " is not in form");
      for (const Bytes& each : *leaves) leaf(each);
    }
    if (!tiles_.ok()) throw std::runtime_error("a tile differs");
  }
  std::uint64_t seals() const { return seals_; }

 private:
  void leaf(const Bytes& leaf) {
    tree_.append(crypto::leaf_hash(leaf), [this](unsigned level, std::uint64_t index, const crypto::Digest& hash) {
      tiles_.node(level, index, hash);
    });
    if (!ledger::is_seal_leaf(leaf)) return;
    const auto seal = need(ledger::decode_seal_leaf(leaf));
    if (seals_ > 0 && (seal.previous_root != root_ || seal.height.value != seals_))
      throw std::runtime_error("a seal differs");
    root_ = tree_.root();
    ++seals_;
  }

  const audit::Bundle& bundle_;
  std::uint64_t size_;
  audit::TileCheck tiles_;
  crypto::CompactRange tree_;
  crypto::Digest root_;
  std::uint64_t seals_ = 0;
};

// Of the process: user and system time.
double processor_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void measure_structure(const audit::Bundle& mirror, const ledger::Genesis& genesis) {
  const auto note = crypto::Note::parse(need(mirror.read("checkpoint")));
  const auto size = crypto::Checkpoint::parse(note->text)->size;
  audit::Report report;
  audit::SignaturePool pool(1);
  const audit::Context context{mirror, genesis, report, pool};
  const auto start = std::chrono::steady_clock::now();
  const double processor_before_s = processor_s();
  if (!audit::check_structure(context, size)) throw std::runtime_error(report.text());
  Structure structure(context, size);
  structure.run();
  const double spent_s = processor_s() - processor_before_s;
  std::printf(
      "structure %8.0f leaves/s; %.2f us of a processor a leaf, so %.0f leaves/s on a core of one's own; %llu blocks\n",
      double(size) / since_s(start), spent_s / double(size) * 1e6, double(size) / spent_s,
      static_cast<unsigned long long>(structure.seals()));
}

// One check's cost on the mirror's first signatures, each another: a single one checked again and again has its
// branches foretold.
double own_cost_us(const audit::Bundle& mirror, const ledger::Genesis& genesis) {
  constexpr std::uint64_t kBundles = 8;
  const auto note = crypto::Note::parse(need(mirror.read("checkpoint")));
  const auto size = crypto::Checkpoint::parse(note->text)->size;
  const audit::LikelyKeys keys(genesis);
  std::vector<std::pair<ledger::Submission, crypto::PublicKey>> all;
  for (std::uint64_t index = 0; index < kBundles && index * ledger::kTileWidth < size; ++index) {
    const ledger::TileName name{std::nullopt, index, ledger::tile_width(std::nullopt, index, size)};
    const auto leaves = ledger::decode_entries(need(mirror.read(name.path())), name.width).value();
    for (const Bytes& leaf : leaves) {
      auto submission = ledger::decode_submission(leaf, genesis.chain_id);
      const auto key = submission ? keys.of(*submission) : std::nullopt;
      if (key) all.emplace_back(*std::move(submission), *key);
    }
  }
  const double before_s = processor_s();
  for (const auto& [submission, key] : all) {
    if (!crypto::verify_statement(submission.statement, key)) throw std::runtime_error("a signature does not verify");
  }
  return (processor_s() - before_s) / double(all.size()) * 1e6;
}

void measure_audit(const audit::Bundle& mirror, const Bytes& genesis, unsigned threads,
                   std::optional<Bytes>& position) {
  constexpr std::chrono::milliseconds kEach(700);
  const double rate_before = verify_rate(kEach, threads), cost_before_us = verify_cost_us(kEach);
  audit::Request request{.bundle = mirror, .genesis = genesis, .threads = threads, .position = position};
  request.save = [&](const Bytes& saved) { position = saved; };
  const auto start = std::chrono::steady_clock::now();
  const double processor_before_s = processor_s();
  const auto report = audit::verify(request);
  const double took_s = since_s(start), spent_s = processor_s() - processor_before_s;
  const double limit = (rate_before + verify_rate(kEach, threads)) / 2;
  const double cost_us = (cost_before_us + verify_cost_us(kEach)) / 2;
  if (report.verdict() != audit::Verdict::kVerified) throw std::runtime_error(report.verdict_line());
  std::uint64_t events = 0;
  for (const auto& [kind, count] : report.facts.events) events += count;
  const double submissions = double(report.count(audit::Check::kSignatures));
  std::printf(
      "%s %8.0f submissions/s %8.0f events/s, %.0f %% of %.0f checks/s by %u threads; %.1f us of processors "
      "a submission, %.1f a check: %.0f %%; memory %ld MiB\n",
      request.position ? "resumed  " : "audit    ", submissions / took_s, double(events) / took_s,
      100 * submissions / took_s / limit, limit, threads, spent_s / submissions * 1e6, cost_us,
      100 * cost_us / (spent_s / submissions * 1e6), memory_mib());
}

int run(int argc, char** argv) {
  CLI::App app("Measures audits of a mirror, which make_ledger makes.");
  std::string directory;
  unsigned threads = std::thread::hardware_concurrency();
  int runs = 3;
  app.add_option("mirror", directory, "The mirror")->required();
  app.add_option("--threads", threads, "That check signatures; the limit is so many cores");
  app.add_option("--runs", runs, "How often");
  CLI11_PARSE(app, argc, argv);
  const auto mirror = need(audit::open_directory(directory));
  const Bytes genesis_file = need(mirror->read("genesis"));
  const auto genesis = need(ledger::parse_genesis(genesis_file));
  for (int i = 0; i < runs; ++i) {
    std::printf("check        %.1f us of a processor for one of the mirror's own signatures\n",
                own_cost_us(*mirror, genesis));
    std::optional<Bytes> position;
    measure_audit(*mirror, genesis_file, threads, position);
    measure_audit(*mirror, genesis_file, threads, position);
    measure_structure(*mirror, genesis);
  }
  return 0;
}

}  // namespace
}  // namespace quipu::bench

int main(int argc, char** argv) try { return quipu::bench::run(argc, argv); } catch (const std::exception& error) {
  std::fprintf(stderr, "audit_trial: %s\n", error.what());
  return 1;
}
