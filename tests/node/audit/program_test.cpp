// SPDX-License-Identifier: Apache-2.0
// The program quipu-audit, run as a user runs it.
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/ledger/receipt.h"
#include "tests/node/audit/sample_fork.h"

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

Outcome run(const fs::path& folder, const std::string& arguments) {
  const std::string command =
      "cd " + folder.string() + " && " QUIPU_BINARY_DIR "/bin/quipu-audit " + arguments + " 2>/dev/null";
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

Outcome run(const Folder& folder, const std::string& arguments) { return run(folder.path, arguments); }

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

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("The program writes the report by the file's suffix or as it is told") {
  const Folder folder("reports");
  const auto report = [&](const std::string& arguments, const std::string& file) {
    REQUIRE(run(folder, "verify mirror --genesis genesis.json --report " + arguments).exit_code == 0);
    return content_of(folder.path / file);
  };
  const std::string json = report("r.json", "r.json"), page = report("r.html", "r.html"),
                    text = report("r.txt", "r.txt");
  CHECK(json.starts_with("{\"chain_id\":"));
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(text.starts_with("Audit of the ledger sample-1\n"));
  CHECK(report("odd --report-format html", "odd") == page);
  CHECK(report("r.html --report-format text", "r.html") == text);
  const auto outcome = run(folder, "verify mirror --genesis genesis.json");
  const std::string digest = crypto::to_hex(crypto::sha256(json).view());
  CHECK(outcome.output.ends_with("report " + digest + "\nVERIFIED\n"));
  CHECK(page.find(digest) != std::string::npos);
  CHECK(run(folder, "verify mirror --genesis genesis.json --report no/where.html").exit_code == 1);
}

TEST_CASE("The report does not change with the place of the files") {
  const Folder folder("moved");
  const auto before = run(folder, "verify mirror --genesis genesis.json --against mirror --output json");
  fs::create_directories(folder.path / "else/where");
  fs::rename(folder.path / "mirror", folder.path / "else/where/m");
  const auto after =
      run(folder, "verify else/where/m --genesis genesis.json --against else/../else/where/m --output json");
  REQUIRE(before.exit_code == 0);
  CHECK(before.output == after.output);
}

TEST_CASE("The program saves a position and goes on from it") {
  const Folder folder("position");
  const std::string command = "verify mirror --genesis genesis.json --position here";
  CHECK(run(folder, command).exit_code == 0);
  CHECK(fs::exists(folder.path / "here"));
  CHECK_FALSE(fs::exists(folder.path / "here.new"));
  const auto again = run(folder, command + " --report r.txt");
  CHECK(again.last_line == "VERIFIED");
  CHECK(content_of(folder.path / "r.txt").find("went on from a position") != std::string::npos);
  write(folder.path / "here", "not a position");
  CHECK_THAT(run(folder, command).last_line, Catch::Matchers::StartsWith("COULD-NOT-CHECK signatures: the saved"));
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

TEST_CASE("A folder that is no mirror is not called broken and one without a file is") {
  const Folder folder("no-mirror");
  CHECK(run(folder, "verify . --genesis genesis.json").last_line ==
        "COULD-NOT-CHECK . holds no mirror: name a directory made by quipu export");
  fs::remove(folder.path / "mirror/genesis");
  CHECK(run(folder, "verify mirror --genesis genesis.json").last_line ==
        "BROKEN genesis: genesis: the file is missing");
}

TEST_CASE("Wrong usage leaves with 2 and help with 0") {
  const Folder folder("usage");
  CHECK(run(folder, "").exit_code == 2);
  CHECK(run(folder, "verify").exit_code == 2);
  CHECK(run(folder, "verify mirror --genesis genesis.json --output xml").exit_code == 2);
  CHECK(run(folder, "--help").exit_code == 0);
  CHECK(run(folder, "verify --help").exit_code == 0);
}

// A fork in two directories, with a third that is the beginning of the first.
class ForkFolder {
 public:
  explicit ForkFolder(const std::string& name) : path(fs::temp_directory_path() / ("quipu-audit-" + name)) {
    fs::remove_all(path);
    write(path / "genesis.json", forked.first.genesis.file);
    for (const auto& [file, content] : forked.first.files()) write(path / "ours" / file, content);
    for (const auto& [file, content] : forked.second.files()) write(path / "theirs" / file, content);
    sample::Chain early;
    early.grow(2, 1);
    early.publish();
    for (const auto& [file, content] : early.files()) write(path / "early" / file, content);
  }
  ~ForkFolder() { fs::remove_all(path); }
  // The one proof in a directory.
  std::string proof(const std::string& directory) const {
    const std::vector<fs::path> found{fs::directory_iterator(path / directory), fs::directory_iterator()};
    REQUIRE(found.size() == 1);
    return directory + "/" + found[0].filename().string();
  }
  sample::Forked forked;
  fs::path path;
};

TEST_CASE("The program says that an older export is the beginning of a newer one and leaves with 0") {
  const ForkFolder folder("prefix");
  const auto prefix = run(folder.path, "compare early ours --genesis genesis.json --out proofs");
  CHECK(prefix.exit_code == 0);
  CHECK(prefix.last_line == "PREFIX early is the beginning of ours");
  CHECK_FALSE(fs::exists(folder.path / "proofs"));
  const auto same = run(folder.path, "compare ours ours --genesis genesis.json --output json");
  CHECK(same.exit_code == 0);
  CHECK(same.output.find("\"verdict\":\"SAME\"") != std::string::npos);
}

TEST_CASE("The program names who forked two exports and leaves with 3 and a proof that it checks alone") {
  const ForkFolder folder("fork");
  const auto fork = run(folder.path, "compare ours theirs --genesis genesis.json --out proofs");
  CHECK(fork.exit_code == 3);
  CHECK(fork.last_line == "FORK at height 3: BO, BR, PE are guilty");
  const std::string proof = folder.proof("proofs");
  const auto unwritten = run(folder.path, "compare ours theirs --genesis genesis.json --out genesis.json");
  CHECK(unwritten.exit_code == 3);
  CHECK(unwritten.last_line == fork.last_line);
  fs::remove_all(folder.path / "ours");
  fs::remove_all(folder.path / "theirs");
  const auto checked = run(folder.path, "fork " + proof + " --genesis genesis.json");
  CHECK(checked.exit_code == 0);
  CHECK(checked.last_line == "PROVEN fork at height 3: BO, BR, PE are guilty");
  const auto json = run(folder.path, "fork " + proof + " --genesis genesis.json --output json");
  CHECK(json.exit_code == 0);
  CHECK(json.output.find("\"verdict\":\"PROVEN\"") != std::string::npos);

  write(folder.path / "other.json", sample::genesis_file("other-1"));
  const auto foreign = run(folder.path, "fork " + proof + " --genesis other.json");
  CHECK(foreign.exit_code == 1);
  CHECK_THAT(foreign.last_line, Catch::Matchers::StartsWith("NOT-PROVEN it is about another chain or epoch; "));
  const auto junk = run(folder.path, "fork genesis.json --genesis genesis.json");
  CHECK(junk.exit_code == 1);
  CHECK_THAT(junk.last_line, Catch::Matchers::StartsWith("NOT-PROVEN genesis.json is not a fork proof in form; "));
}

TEST_CASE("The program compares checkpoints with exports and with each other") {
  const ForkFolder folder("notes");
  const auto against = run(folder.path, "compare ours theirs/checkpoint --genesis genesis.json --out proofs");
  CHECK(against.exit_code == 3);
  CHECK(against.last_line == "FORK: BR, PE are guilty");
  const auto checked = run(folder.path, "fork " + folder.proof("proofs") + " --genesis genesis.json");
  CHECK(checked.last_line == "PROVEN BR, PE are guilty");
  const auto two = run(folder.path, "compare ours/checkpoint theirs/checkpoint --genesis genesis.json");
  CHECK(two.exit_code == 3);
  const auto older = run(folder.path, "compare early/checkpoint theirs --genesis genesis.json");
  CHECK(older.exit_code == 0);
  CHECK(older.last_line == "PREFIX early/checkpoint is the beginning of theirs");
}

TEST_CASE("What cannot be compared is said in one line with a next step and leaves with 1") {
  const ForkFolder folder("uncompared");
  fs::remove(folder.path / "early/quorum/2");
  write(folder.path / "other.json", sample::genesis_file("other-1"));
  for (const char* arguments :
       {"compare nowhere ours --genesis genesis.json", "compare ours theirs --genesis nowhere",
        "compare ours theirs --genesis ours/checkpoint", "compare ours theirs --genesis other.json",
        "compare early ours --genesis genesis.json", "compare ours/checkpoint early/checkpoint --genesis genesis.json",
        "compare ours proofs --genesis genesis.json", "fork nowhere --genesis genesis.json"}) {
    fs::create_directories(folder.path / "proofs");
    const auto outcome = run(folder.path, arguments);
    INFO(arguments);
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.output, Catch::Matchers::StartsWith("COULD-NOT-CHECK "));
    CHECK(std::ranges::count(outcome.output, '\n') == 1);
    CHECK(outcome.output.find("; ") != std::string::npos);
  }
  CHECK(run(folder.path, "compare ours --genesis genesis.json").exit_code == 2);
  CHECK(run(folder.path, "compare ours theirs").exit_code == 2);
  CHECK(run(folder.path, "fork").exit_code == 2);
  for (const char* command : {"compare --help", "fork --help"}) {
    const auto help = run(folder.path, command);
    CHECK(help.exit_code == 0);
    CHECK_THAT(help.output, Catch::Matchers::Contains("Exit codes: 0 ") && Catch::Matchers::Contains("Example"));
  }
}

TEST_CASE("The program checks a receipt against the policy of a mirror") {
  const Folder folder("receipt");
  const ledger::Receipt receipt = folder.chain.receipt(5);
  write(folder.path / "good.tlog-proof", receipt.format());
  auto other = receipt;
  other.extra = folder.chain.leaves()[6];
  write(folder.path / "bad.tlog-proof", other.format());
  const auto good = run(folder, "receipt good.tlog-proof --policy mirror/policy/0");
  CHECK(good.exit_code == 0);
  CHECK(good.last_line == "VERIFIED");
  const auto json = run(folder, "receipt good.tlog-proof --policy mirror/policy/0 --output json");
  CHECK(json.exit_code == 0);
  CHECK_THAT(json.last_line, Catch::Matchers::StartsWith("{\"index\":5,\"origin\":") &&
                                 Catch::Matchers::EndsWith("\"verdict\":\"VERIFIED\"}"));
  const auto bad = run(folder, "receipt bad.tlog-proof --policy mirror/policy/0");
  CHECK(bad.exit_code == 1);
  CHECK_THAT(bad.last_line, Catch::Matchers::StartsWith("BROKEN "));
}

TEST_CASE("Whoever asked for JSON is told in JSON what is broken or cannot be checked, too") {
  const Folder folder("failures");
  write(folder.path / "bad", "no proof");
  for (const std::string command : {"receipt", "status"}) {
    const auto broken = run(folder, command + " bad --policy mirror/policy/0 --output json");
    CHECK(broken.exit_code == 1);
    CHECK_THAT(broken.last_line, Catch::Matchers::StartsWith("{\"verdict\":\"BROKEN\",\"why\":\""));
    const auto unknown = run(folder, command + " bad --policy nowhere --output json");
    CHECK(unknown.exit_code == 1);
    CHECK_THAT(unknown.last_line, Catch::Matchers::StartsWith("{\"verdict\":\"COULD-NOT-CHECK\",\"why\":\""));
  }
}

}  // namespace program_test
}  // namespace quipu::audit
