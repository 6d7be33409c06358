// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "node/audit/directory_bundle.h"
#include "node/audit/verify.h"
#include "node/ledger/genesis.h"
#include "node/ledger/mirror.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

namespace fs = std::filesystem;

namespace {

constexpr int kFlips = 300;
constexpr int kFlipsByProgram = 12;

// In memory, so that one byte can be turned without touching the disk.
class LoadedBundle : public audit::Bundle {
 public:
  explicit LoadedBundle(const fs::path& directory) {
    const auto stored = audit::open_directory(directory).value();
    for (const auto& path : stored->paths()) {
      paths_.push_back(path);
      contents_.emplace(path, stored->read(path).value());
    }
  }
  std::string name() const override { return "loaded"; }
  const std::vector<std::string>& paths() const override { return paths_; }
  std::expected<Bytes, std::string> read(const std::string& path) const override { return contents_.at(path); }
  // As if the file had never been there.
  void lose(const std::string& path) {
    std::erase(paths_, path);
    contents_.erase(path);
  }
  Bytes& content(const std::string& path) { return contents_.at(path); }

 private:
  std::vector<std::string> paths_;
  std::map<std::string, Bytes> contents_;
};

// "tile/0/000" -> "tile/0": one of each kind is turned as often as the others, however many files a kind has.
std::map<std::string, std::vector<std::string>> by_kind(const std::vector<std::string>& paths) {
  std::map<std::string, std::vector<std::string>> kinds;
  for (const auto& path : paths) {
    auto end = path.find('/');
    if (path.starts_with("tile/")) end = path.find('/', 5);
    kinds[path.substr(0, end)].push_back(path);
  }
  return kinds;
}

struct Turned {
  std::string path;
  std::size_t byte = 0;
  char by = 0;
};

Turned turn_one(LoadedBundle& bundle, std::mt19937_64& random) {
  const auto kinds = by_kind(bundle.paths());
  const auto kind = std::next(kinds.begin(), static_cast<long>(random() % kinds.size()));
  const auto& path = kind->second[random() % kind->second.size()];
  Turned turned{path, random() % bundle.content(path).size(), static_cast<char>(1 + random() % 255)};
  bundle.content(path)[turned.byte] ^= turned.by;
  return turned;
}

std::uint64_t published_size(LocalNetwork& network) {
  const auto note = get(network.node("BO").http, "/checkpoint");
  if (!note || note->status != 200) return 0;
  const auto second_line = note->body.find('\n') + 1;
  return std::strtoull(note->body.c_str() + second_line, nullptr, 10);
}

// The mirror of everything the network has said so far.
fs::path exported(LocalNetwork& network, const std::string& name) {
  network.import_samples();
  const auto size = network.wait_agreed().size;
  REQUIRE(poll(std::chrono::seconds(30), [&] { return published_size(network) == size; }));
  const auto directory = network.scratch(name) / "mirror";
  const auto done = run({program("quipu").string(), "export", "--out", directory.string(), "--node",
                         network.processes().url(network.node("BO"))},
                        network.scratch(name) / "export.log");
  INFO((done ? "" : done.error()));
  REQUIRE(done);
  return directory;
}

std::string genesis_of(LocalNetwork& network) {
  return audit::read_file(network.processes().directory / "genesis.json").value();
}

std::size_t lines_of_samples() {
  std::size_t lines = 0;
  for (const auto& entry : fs::directory_iterator(sample_data() / "history")) {
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) lines += line.empty() ? 0 : 1;
  }
  return lines;
}

// Of the log as exported, without those that the trials themselves made.
std::size_t events_of_samples(const LoadedBundle& bundle, std::uint64_t size, const std::string& chain_id) {
  std::size_t events = 0;
  for (const auto& tile : ledger::tiles_of(size)) {
    if (tile.level) continue;
    const auto entries = ledger::decode_entries(bundle.read(tile.path()).value(), tile.width);
    REQUIRE(entries);
    for (const auto& leaf : *entries) {
      const auto submission = ledger::decode_submission(leaf, chain_id);
      if (!submission) continue;  // the genesis and the seals
      for (const auto& event : submission->payload->events()) {
        events += event.operator_registered().subject().find("-TRIAL") == std::string::npos ? 1 : 0;
      }
    }
  }
  return events;
}

int audit_by_program(LocalNetwork& network, const fs::path& mirror, const fs::path& log) {
  fs::remove(log);
  const auto pid = spawn({program("quipu-audit").string(), "verify", mirror.string(), "--genesis",
                          (network.processes().directory / "genesis.json").string()},
                         log);
  REQUIRE(pid);
  return wait_for(*pid);
}

bool names_a_place(const audit::Report& report) {
  for (const auto& finding : report.findings()) {
    const bool counts =
        finding.severity == audit::Severity::kIntegrity || finding.severity == audit::Severity::kUncheckable;
    if (counts && (!finding.file.empty() || finding.height || finding.leaf)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("an export is verified offline and holds as many events as the files have lines") {
  auto& network = LocalNetwork::shared();
  const auto mirror = exported(network, "audit");
  const auto log = network.scratch("audit") / "audit.log";
  CHECK(audit_by_program(network, mirror, log) == 0);
  CHECK(last_line(log).starts_with("VERIFIED"));
  CHECK(events_of_samples(LoadedBundle(mirror), published_size(network), network.processes().chain_id) ==
        lines_of_samples());
}

TEST_CASE("one wrong byte anywhere in an export is found and placed") {
  auto& network = LocalNetwork::shared();
  LoadedBundle bundle(exported(network, "flips"));
  const auto genesis = genesis_of(network);
  REQUIRE(audit::verify({.bundle = bundle, .genesis = genesis}).verdict() == audit::Verdict::kVerified);
  std::mt19937_64 random(20'260'101);
  std::map<std::string, int> turned_files;
  for (int i = 0; i < kFlips; ++i) {
    const auto turned = turn_one(bundle, random);
    const auto report = audit::verify({.bundle = bundle, .genesis = genesis});
    bundle.content(turned.path)[turned.byte] ^= turned.by;
    ++turned_files[by_kind({turned.path}).begin()->first];
    INFO(turned.path << " byte " << turned.byte << " by " << static_cast<int>(turned.by) << ": "
                     << report.verdict_line());
    CHECK(report.verdict() != audit::Verdict::kVerified);
    CHECK(names_a_place(report));
  }
  CHECK(turned_files.size() == by_kind(bundle.paths()).size());
}

TEST_CASE("a file that is missing from an export is noticed whatever its kind") {
  auto& network = LocalNetwork::shared();
  const LoadedBundle whole(exported(network, "missing"));
  const auto genesis = genesis_of(network);
  for (const auto& [kind, paths] : by_kind(whole.paths())) {
    if (kind == "checkpoints") continue;  // nobody can tell whether an older note was ever published
    auto bundle = whole;
    bundle.lose(paths.front());
    const auto report = audit::verify({.bundle = bundle, .genesis = genesis});
    INFO(paths.front() << ": " << report.verdict_line());
    CHECK(report.verdict() != audit::Verdict::kVerified);
  }
}

TEST_CASE("the audit program ends with 1 and a verdict for a wrong byte and for a missing file") {
  auto& network = LocalNetwork::shared();
  const auto mirror = exported(network, "program");
  const auto log = network.scratch("program") / "audit.log";
  LoadedBundle bundle(mirror);
  std::mt19937_64 random(7);
  for (int i = 0; i < kFlipsByProgram; ++i) {
    const auto turned = turn_one(bundle, random);
    std::ofstream(mirror / turned.path, std::ios::binary) << bundle.content(turned.path) << std::flush;
    const int code = audit_by_program(network, mirror, log);
    INFO(turned.path << " byte " << turned.byte << ": " << last_line(log));
    CHECK(code == 1);
    CHECK((last_line(log).starts_with("BROKEN ") || last_line(log).starts_with("COULD-NOT-CHECK ")));
    bundle.content(turned.path)[turned.byte] ^= turned.by;
    std::ofstream(mirror / turned.path, std::ios::binary) << bundle.content(turned.path) << std::flush;
  }
  fs::remove(mirror / bundle.paths().back());
  CHECK(audit_by_program(network, mirror, log) == 1);
}

}  // namespace quipu::processes::trial
