// SPDX-License-Identifier: Apache-2.0
// The signer's own folder: genesis.json, keys/vote.key, keys/cosigner.key, safety/slots and, while it runs, its socket.
// Made once by `quipu-signer init`; each part is refused when it is not what it should be. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/signing.h"

namespace quipu::signer {

struct InitPlan {
  std::filesystem::path directory;
  std::filesystem::path genesis_file;
  std::string administration;
  std::string passphrase_file;
  bool candidate = false;  // not in the genesis, or with other keys: to be let in later
};
// A copy of the genesis file and the first safety record. The keys must be there. Never touches a safety file that is.
std::expected<void, std::string> initialise(const InitPlan& plan);

struct OpenSigner {
  std::string administration;
  std::string chain_id;
  std::unique_ptr<storage::Signing> signing;  // holds the lock on the safety file
  std::string notice;                         // what an operator should know of this start; empty when nothing
};
// A safety file that is gone or damaged is begun again and abstains until the other members have told the node.
std::expected<OpenSigner, std::string> open_signer(const std::filesystem::path& directory,
                                                   const std::string& passphrase_file);

}  // namespace quipu::signer
