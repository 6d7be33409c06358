// SPDX-License-Identifier: Apache-2.0
// A node's files: made once by `quipud init`, opened at every start, each refused when it is not what it should be.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "node/host/host.h"
#include "node/runtime/config.h"
#include "storage/rocks_database.h"
#include "storage/sealed_directory.h"

namespace quipu::runtime {

struct OpenNode {
  ledger::Genesis genesis;
  std::unique_ptr<storage::RocksDatabase> database;  // outlives the host
  std::unique_ptr<host::Host> host;
  std::shared_ptr<crypto::SecretKey> transport_key;
  std::unique_ptr<storage::SealedDirectory> side;
  consensus::Height witnessed;  // how far this member acknowledged, by the safety file; the database may have regressed
  std::string notice;           // what an operator should know of this start; empty when nothing
};

std::expected<ledger::Genesis, std::string> read_genesis(const std::filesystem::path& file);

// Whether the folder is there that should hold it: where it is not, a disk may not be mounted.
std::expected<void, std::string> check_place(const std::filesystem::path& path);

// Writes quipud.toml, a copy of the genesis file, an empty ledger and the safety file into `config.directory`. The keys
// must be there already and, for a member, be those of the genesis file. Refuses a directory that was initialised
// before.
std::expected<void, std::string> initialise(const NodeConfig& config, const std::filesystem::path& genesis_file);

// For a member whose ledger is lost or damaged but whose safety file is not: an empty ledger in its place, which the
// other members refill. Refuses when a ledger is there. open_node() does it too where there is none; this one lets it
// be done and looked at before the node runs.
std::expected<void, std::string> initialise_ledger_again(const NodeConfig& config);

// Where the ledger is missing an empty one is begun, where the safety file is missing or damaged a new one under which
// the member abstains (consensus/recovery.cpp), and `notice` says so. What is in its place and is not ours is refused.
// The error says what is wrong and what to do.
std::expected<OpenNode, std::string> open_node(const NodeConfig& config);

}  // namespace quipu::runtime
