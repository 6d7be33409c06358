// SPDX-License-Identifier: Apache-2.0
// The program quipu-audit, run as a user runs it.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "crypto/merkle.h"
#include "node/ledger/receipt.h"
#include "tests/node/audit/sample_mirror.h"

namespace quipu::audit {
namespace program_test {

namespace fs = std::filesystem;

void write(const fs::path& path, const Bytes& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

// A fresh folder with a mirror in `mirror` and the genesis file beside it.
class Folder {
 public:
  explicit Folder(const std::string& name) : path(fs::temp_directory_path() / ("quipu-audit-" + name)) {
    fs::remove_all(path);
    write(path / "genesis.json", chain.genesis.file);
    chain.grow(2, 1);
    chain.publish();
    for (const auto& [file, content] : chain.files()) write(path / "mirror" / file, content);
  }
  ~Folder() { fs::remove_all(path); }
  sample::Chain chain;
  fs::path path;
};

struct Outcome {
  int exit_code;
  std::string output, last_line;
};

Outcome run(const Folder& folder, const std::string& arguments) {
  const std::string command =
      "cd " + folder.path.string() + " && " QUIPU_BINARY_DIR "/bin/quipu-audit " + arguments + " 2>/dev/null";
  Outcome out{-1, {}, {}};
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe)) out.output.append(buffer, size);
  out.exit_code = WEXITSTATUS(pclose(pipe));
  const auto end = out.output.find_last_not_of('\n');
  const auto start = end == std::string::npos ? end : out.output.rfind('\n', end);
  if (end != std::string::npos) out.last_line = out.output.substr(start + 1, end - start);
  return out;
}

TEST_CASE("The program says VERIFIED and leaves with 0") {
  const Folder folder("verified");
  const auto outcome = run(folder, "verify mirror --genesis genesis.json --report report.json --against mirror");
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.last_line == "VERIFIED");
  CHECK(fs::file_size(folder.path / "report.json") > 500);
  const auto json = run(folder, "verify mirror --genesis genesis.json --output json");
  CHECK(json.exit_code == 0);
  CHECK(json.output.find("\"verdict\":\"VERIFIED\"") != std::string::npos);
}

TEST_CASE("The program says BROKEN with the place and leaves with 1") {
  const Folder folder("broken");
  write(folder.path / "mirror/tile/0/extra", "x");
  const auto outcome = run(folder, "verify mirror --genesis genesis.json");
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.last_line == "BROKEN structure: tile/0/extra: no such file belongs to this mirror");
}

TEST_CASE("The program says COULD-NOT-CHECK when something is not there and leaves with 1") {
  const Folder folder("absent");
  for (const char* arguments :
       {"verify nowhere --genesis genesis.json", "verify mirror --genesis nowhere",
        "verify mirror --genesis genesis.json --against nowhere", "status x.quipu-status --policy mirror/policy/0"}) {
    const auto outcome = run(folder, arguments);
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.last_line, Catch::Matchers::StartsWith("COULD-NOT-CHECK "));
  }
}

TEST_CASE("Wrong usage leaves with 2 and help with 0") {
  const Folder folder("usage");
  CHECK(run(folder, "").exit_code == 2);
  CHECK(run(folder, "verify").exit_code == 2);
  CHECK(run(folder, "verify mirror --genesis genesis.json --output xml").exit_code == 2);
  CHECK(run(folder, "--help").exit_code == 0);
  CHECK(run(folder, "verify --help").exit_code == 0);
}

TEST_CASE("The program checks a receipt against the policy of a mirror") {
  const Folder folder("receipt");
  const auto files = folder.chain.files();
  const auto entries = ledger::decode_entries(files.at("tile/entries/000.p/12"), 12);
  REQUIRE(entries);
  crypto::CompactRange tree;
  std::map<std::pair<unsigned, std::uint64_t>, crypto::Digest> nodes;
  for (const auto& entry : *entries) {
    tree.append(crypto::leaf_hash(entry),
                [&](unsigned level, std::uint64_t index, const crypto::Digest& hash) { nodes[{level, index}] = hash; });
  }
  const auto node = [&](unsigned level, std::uint64_t index) { return nodes.at({level, index}); };
  const ledger::Receipt receipt{(*entries)[5], 5, crypto::inclusion_proof(5, 12, node), files.at("checkpoint")};
  write(folder.path / "good.tlog-proof", receipt.format());
  auto other = receipt;
  other.extra = (*entries)[6];
  write(folder.path / "bad.tlog-proof", other.format());
  const auto good = run(folder, "receipt good.tlog-proof --policy mirror/policy/0");
  CHECK(good.exit_code == 0);
  CHECK(good.last_line == "VERIFIED");
  const auto bad = run(folder, "receipt bad.tlog-proof --policy mirror/policy/0");
  CHECK(bad.exit_code == 1);
  CHECK_THAT(bad.last_line, Catch::Matchers::StartsWith("BROKEN "));
}

}  // namespace program_test
}  // namespace quipu::audit
