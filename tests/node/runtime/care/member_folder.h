// SPDX-License-Identifier: Apache-2.0
// A member's data directory without keys, its ledger filled from the sample chain. One thread.
#pragma once

#include "node/follow/pursuit.h"
#include "node/runtime/config.h"
#include "storage/rocks_database.h"
#include "storage/whole_file.h"
#include "tests/node/follow/mirror_source.h"
#include "tests/node/runtime/scratch.h"

namespace quipu::runtime::care_test {

inline sample::Chain grown(int blocks) {
  sample::Chain chain;
  for (int i = 0; i < blocks; ++i) {
    chain.grow(1, 2);
    if (i % 3 == 2) chain.publish();
  }
  chain.repeat();
  chain.publish();
  return chain;
}

inline void fill(const sample::Chain& chain, storage::Database& database) {
  auto pursuit = follow::Pursuit::open(sample::genesis(), database);
  REQUIRE(pursuit);
  follow::testing::MirrorSource source(chain.files());
  const std::atomic<bool> never{false};
  const auto followed = (*pursuit)->follow(source, never);
  INFO((followed ? "" : followed.error().why));
  REQUIRE(followed == true);
}

struct MemberFolder {
  explicit MemberFolder(const std::filesystem::path& at) {
    NodeConfig made;
    made.administration = "BO";
    REQUIRE(storage::write_whole(at / "quipud.toml", format_config(made)));
    REQUIRE(storage::write_whole(at / "genesis.json", sample::genesis().file));
    config = read_config(at / "quipud.toml").value();
  }
  // What the ledger lacks of the chain.
  void take(const sample::Chain& chain) const {
    const auto database = storage::RocksDatabase::open(config.resolve(config.ledger));
    REQUIRE(database);
    fill(chain, **database);
  }
  std::filesystem::path file(const std::string& name) const { return config.directory / name; }

  NodeConfig config;
};

}  // namespace quipu::runtime::care_test
