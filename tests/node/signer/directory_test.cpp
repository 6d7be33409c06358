// SPDX-License-Identifier: Apache-2.0
#include "node/signer/directory.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "crypto/keyfile.h"
#include "node/signer/member_keys.h"
#include "tests/node/signer/keeper.h"

namespace quipu::signer::testing {

namespace fs = std::filesystem;

namespace directory_test {

// A folder as an operator prepares it: two keys of a member, and a genesis file beside it.
class Folder {
 public:
  explicit Folder(const std::string& who = "BO") {
    std::string name = (fs::temp_directory_path() / "quipu-signer-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    fs::create_directory(path / "keys");
    for (const std::string purpose : {"vote", "cosigner"}) put(who, purpose);
    std::ofstream(path / "given.json", std::ios::binary) << sample::genesis_file();
  }
  ~Folder() { fs::remove_all(path); }

  void put(const std::string& who, const std::string& purpose, const std::string& as = "") const {
    const auto file = path / "keys" / ((as.empty() ? purpose : as) + ".key");
    fs::remove(file);
    const auto key = sample::key(who, purpose);
    REQUIRE(crypto::write_key_file(file, {who, purpose, "", key.public_key()}, key, "", crypto::KeyFileCost::kTestnet));
  }
  InitPlan plan(const std::string& who = "BO") const { return {path, path / "given.json", who, "", false}; }
  std::string opening_fails() const {
    const auto opened = open_signer(path, "");
    return opened ? "" : opened.error();
  }

  fs::path path;
};

std::string error_of(const std::expected<void, std::string>& made) { return made ? "" : made.error(); }

}  // namespace directory_test

TEST_CASE("a signer's folder is made once and opened by one process") {
  using namespace directory_test;
  const Folder folder;
  CHECK(folder.opening_fails().find("quipu-signer init") != std::string::npos);
  REQUIRE(initialise(folder.plan()));
  CHECK_FALSE(initialise(folder.plan()));
  const auto opened = open_signer(folder.path, "");
  REQUIRE(opened);
  CHECK(opened->administration == "BO");
  CHECK(opened->signing->record() == [&] {
    auto record = ledger::first_record(sample::genesis());
    record.generation = 1;
    return record;
  }());
  CHECK(folder.opening_fails().find("in use by another process") != std::string::npos);
}

TEST_CASE("keys that are not the member's are refused and a candidate's are taken when said so") {
  using namespace directory_test;
  const Folder stranger("UY");
  CHECK(error_of(initialise(stranger.plan("UY"))).find("--candidate") != std::string::npos);
  auto candidate = stranger.plan("UY");
  candidate.candidate = true;
  CHECK(initialise(candidate));

  const Folder folder;
  folder.put("BR", "vote");
  CHECK(error_of(initialise(folder.plan())).find("vote key of BR") != std::string::npos);
  folder.put("BO", "cosigner", "vote");
  CHECK(error_of(initialise(folder.plan())).find("cosigner key of BO") != std::string::npos);
  CHECK_FALSE(fs::exists(folder.path / "safety"));
}

TEST_CASE("a safety file of another chain is refused and one that is gone is begun again and abstains") {
  using namespace directory_test;
  const Folder folder;
  REQUIRE(initialise(folder.plan()));
  std::ofstream(folder.path / "genesis.json", std::ios::binary) << sample::genesis_file("another-1");
  CHECK(folder.opening_fails().find("another chain") != std::string::npos);
  fs::copy_file(folder.path / "given.json", folder.path / "genesis.json", fs::copy_options::overwrite_existing);
  CHECK(open_signer(folder.path, "")->notice.empty());
  fs::remove(folder.path / "safety" / "slots");
  {
    const auto opened = open_signer(folder.path, "");
    REQUIRE(opened);
    CHECK(opened->notice.find("NO SAFETY FILE") != std::string::npos);
    CHECK(opened->signing->record().abstain_until == consensus::kUntilTold);
  }
  CHECK(open_signer(folder.path, "")->signing->record().abstain_until == consensus::kUntilTold);
  fs::rename(folder.path / "safety", folder.path / "elsewhere");
  CHECK(folder.opening_fails().find("is the disk mounted") != std::string::npos);
}

}  // namespace quipu::signer::testing
