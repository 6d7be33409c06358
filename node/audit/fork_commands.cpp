// SPDX-License-Identifier: Apache-2.0
#include "node/audit/fork_commands.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "crypto/signature.h"
#include "node/audit/comparison_text.h"
#include "node/audit/directory_bundle.h"

namespace quipu::audit {
namespace {

namespace fs = std::filesystem;

constexpr int kDone = 0, kFailed = 1, kForked = 3;

int say(const std::string& line) {
  std::cout << line << "\n";
  return kFailed;
}
int could_not(const std::string& why) { return say("COULD-NOT-CHECK " + why); }

std::expected<ledger::Genesis, std::string> read_genesis(const std::string& path) {
  if (!crypto::self_test()) return std::unexpected("this machine's cryptography fails its self-test; use another");
  const auto file = read_file(path);
  if (!file) return std::unexpected(file.error() + "; give the genesis file with --genesis");
  auto genesis = ledger::parse_genesis(*file);
  if (!genesis) return std::unexpected(path + ": " + genesis.error() + "; give the genesis file with --genesis");
  return genesis;
}

struct Opened {
  Source source;
  std::unique_ptr<Bundle> bundle;
};
std::expected<Opened, std::string> open(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    auto bundle = open_directory(path);
    if (!bundle) return std::unexpected(bundle.error());
    const Bundle* mirror = bundle->get();
    return Opened{{.name = path, .bundle = mirror}, *std::move(bundle)};
  }
  auto note = read_file(path);
  if (!note) return std::unexpected(note.error() + "; give a directory made by quipu export, or a checkpoint");
  return Opened{{.name = path, .note = *std::move(note)}, nullptr};
}

bool is_contradiction(Relation relation) { return relation == Relation::kFork || relation == Relation::kContradiction; }

// A fork is no less one because its proof could not be written: what was found is printed in any case.
void write_proof(const fs::path& directory, const Bytes& content) {
  std::error_code error;
  fs::create_directories(directory, error);
  const fs::path path = directory / fork_file_name(content);
  std::ofstream file(path, std::ios::binary);
  file << content << std::flush;
  std::cerr << (file ? "proof written to " + path.string() + "; quipu-audit fork checks it\n"
                     : "quipu-audit: cannot write " + path.string() + "; give another --out\n");
}

}  // namespace

int run_compare(const CompareArguments& arguments) {
  const auto genesis = read_genesis(arguments.genesis);
  if (!genesis) return could_not(genesis.error());
  const auto first = open(arguments.first);
  if (!first) return could_not(first.error());
  const auto second = open(arguments.second);
  if (!second) return could_not(second.error());
  const auto comparison = compare(first->source, second->source, *genesis);
  if (!comparison) return could_not(comparison.error());
  std::cout << (arguments.output == "json" ? json_of(*comparison, *genesis) : text_of(*comparison, *genesis));
  if (!is_contradiction(comparison->relation)) return kDone;
  if (!arguments.out.empty()) write_proof(arguments.out, encode(comparison->proof, comparison->voters->members.size()));
  return kForked;
}

int run_fork(const ForkArguments& arguments) {
  const auto genesis = read_genesis(arguments.genesis);
  if (!genesis) return could_not(genesis.error());
  const auto file = read_file(arguments.file);
  if (!file) return could_not(file.error() + "; give a .quipu-fork file");
  const auto proof = decode_fork_proof(*file, genesis->members.size());
  if (!proof) return say("NOT-PROVEN " + arguments.file + " is not a fork proof in form; get it again from its maker");
  const auto voters = electorate_of(*proof, *genesis);
  if (!voters) return say("NOT-PROVEN " + voters.error() + "; believe nobody who shows this file");
  const auto convicted = check(*proof, *voters);
  if (!convicted) return say("NOT-PROVEN " + convicted.error() + "; believe nobody who shows this file");
  std::cout << (arguments.output == "json" ? json_of(*proof, *convicted, *genesis, *voters)
                                           : text_of(*proof, *convicted, *genesis, *voters));
  return kDone;
}

}  // namespace quipu::audit
