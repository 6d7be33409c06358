// SPDX-License-Identifier: Apache-2.0
// Backups of a member's node: the mirror, which proves itself, with the settings and the tokens' hashes beside it. No
// key, no safety file and no record of a person is ever in one (docs/decisions/0038). One thread.
//
//   DIR/mirror/...     blocks, quorum proofs, members: as `quipu export` writes them
//   DIR/quipud.toml    DIR/tokens (if there are any)
//   DIR/backup.json    when the offline audit verified it, and up to where
#pragma once

#include "node/ledger/genesis.h"
#include "node/runtime/care/backup_mark.h"
#include "node/runtime/config.h"

namespace quipu::runtime {

struct BackupPlan {
  std::filesystem::path config;
  std::filesystem::path out;         // new, or an earlier backup of this node, which stays whole until this one is
  std::string node;                  // URL; empty: the configuration's own
  std::filesystem::path token_file;  // for a node that opens its mirror to callers with a token alone
  std::filesystem::path ca;  // PEM file of whom to believe over https; empty: whom this machine's store believes
};

// From the running node over HTTP, else from its ledger. Verified when it returns; nothing else gets the name.
std::expected<BackupMark, std::string> make_backup(const BackupPlan& plan);

// The offline audit of all of it against a genesis file that is known from elsewhere. Renews the backup's mark.
std::expected<BackupMark, std::string> verify_backup(const std::filesystem::path& backup,
                                                     const ledger::Genesis& genesis);

// How this machine reaches the node's own API: its admin socket if it has one, which knows who asks and needs neither
// token nor CA, else https:// or http://.
std::string own_url(const NodeConfig& config);

}  // namespace quipu::runtime
