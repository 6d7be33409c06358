// SPDX-License-Identifier: Apache-2.0
// A member's data directory with all that a stopped node has. One thread.
#pragma once

#include "crypto/keyfile.h"
#include "storage/safety_file.h"
#include "tests/node/runtime/care/member_folder.h"

namespace quipu::runtime::care_test {

// Nobody listens where it would.
struct WholeMember : MemberFolder {
  explicit WholeMember(const std::filesystem::path& at, int blocks = 1) : MemberFolder(at) {
    config.http_listen = config.peers_listen = "127.0.0.1:0";
    std::filesystem::create_directories(file("keys"));
    std::filesystem::create_directories(file("safety"));
    for (const char* purpose : {"log", "transport", "vote", "cosigner", "side"}) {
      const auto key = std::string(purpose) == "side" ? crypto::generate_key() : sample::key("BO", purpose);
      put_key(purpose, key);
    }
    REQUIRE(storage::create_slot_file(file("safety/slots")));
    take(grown(blocks));
  }
  void put_key(const std::string& purpose, const crypto::SecretKey& key) const {
    const auto at = file("keys") / (purpose + ".key");
    std::filesystem::remove(at);
    REQUIRE(crypto::write_key_file(at, {"BO", purpose, "", key.public_key()}, key, "", crypto::KeyFileCost::kTestnet));
  }
};

}  // namespace quipu::runtime::care_test
