// SPDX-License-Identifier: Apache-2.0
// Writes the mirror of a ledger of any size, with real signatures and votes of four members, for measuring audits:
// every event registers an operator with a tax number, so that the state grows with the log.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "node/audit/state_tree.h"
#include "tests/node/audit/sample_mirror.h"

namespace quipu::bench {
namespace {

namespace fs = std::filesystem;

struct Wanted {
  std::string directory;
  std::uint64_t events = 10'000;
  int pack = 1;    // events a submission
  int block = 64;  // submissions a block
};

// The chain stacks a block's changes on those before; over thousands of blocks somebody must lay them flat.
void append(sample::Chain& chain, audit::StateTree& state, const sample::Submissions& submissions) {
  auto block = chain.build(submissions);
  for (const auto& [key, value] : block.changes) state.put(key, value);
  chain.append(std::move(block));
  chain.position.state = std::shared_ptr<const ledger::StateView>(std::shared_ptr<const ledger::StateView>(), &state);
}

void grow(sample::Chain& chain, audit::StateTree& state, const Wanted& wanted) {
  for (const auto& [key, value] : ledger::genesis_block(chain.genesis).changes) state.put(key, value);
  std::map<std::string, std::uint64_t> sequences;
  int first = 0;
  for (std::uint64_t done = 0; done < wanted.events;) {
    sample::Submissions submissions;
    for (int i = 0; i < wanted.block && done < wanted.events; ++i, done += static_cast<std::uint64_t>(wanted.pack)) {
      const auto& code = sample::kCodes[static_cast<std::size_t>(i) % sample::kCodes.size()];
      submissions.push_back(
          sample::signed_registrations(code, ++sequences[code], first, wanted.pack, chain.next_time_ms() / 1'000));
      first += wanted.pack;
    }
    append(chain, state, submissions);
    if (chain.position.height.value % 16 == 0) chain.publish();
  }
  chain.publish();
}

void write(const sample::Chain& chain, const fs::path& directory) {
  for (const auto& [path, content] : chain.files()) {
    fs::create_directories((directory / path).parent_path());
    std::ofstream(directory / path, std::ios::binary) << content;
  }
}

int run(int argc, char** argv) {
  Wanted wanted;
  CLI::App app("Writes the mirror of a generated ledger.");
  app.add_option("directory", wanted.directory, "Where to")->required();
  app.add_option("--events", wanted.events, "How many");
  app.add_option("--pack", wanted.pack, "Events a submission")->check(CLI::Range(1, 256));
  app.add_option("--block", wanted.block, "Submissions a block")->check(CLI::Range(1, 512));
  CLI11_PARSE(app, argc, argv);
  audit::StateTree state;
  sample::Chain chain;
  grow(chain, state, wanted);
  write(chain, wanted.directory);
  std::cout << chain.position.tree.size() << " leaves, height " << chain.position.height.value << "\n";
  return 0;
}

}  // namespace
}  // namespace quipu::bench

int main(int argc, char** argv) { return quipu::bench::run(argc, argv); }
