// SPDX-License-Identifier: Apache-2.0
// One administration's officer at one node's HTTP interface: makes statements, also bad ones, and reads the answers.
// One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/keyfile.h"
#include "node/cli/node_client.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"
#include "tests/testnet/processes/local_network.h"

namespace quipu::processes::trial {

struct Answer {
  int status = 0;  // 0: none came
  std::string code;
  std::string detail;
  std::optional<std::uint64_t> event;
  std::string id;
  std::string holder;
};

// A firm nobody has registered yet; always valid for that administration.
ledger::v1::Event new_operator(const std::string& administration);
// The day before yesterday: past everywhere on Earth.
std::string recent_day();

class Clerk {
 public:
  // Signs with the issuer key of `author` and sends to the node of `through`.
  Clerk(LocalNetwork& network, const std::string& author, const std::string& through);

  ledger::v1::Submission message(const std::vector<ledger::v1::Event>& events, std::uint64_t sequence) const;
  Bytes sign(const ledger::v1::Submission& message) const;
  // A new operator under the key's next sequence number.
  Bytes good_leaf();
  std::uint64_t next_sequence();
  Answer post(BytesView leaf, const std::string& content_type = "application/cose");
  Answer post_to(const std::string& target, const std::string& content_type, BytesView body);
  Answer get(const std::string& target);
  cli::NodeClient& node() { return node_; }
  const crypto::SecretKey& key() const { return key_.secret; }
  const std::string& author() const { return author_; }
  const std::string& chain_id() const { return chain_id_; }
  // Posts and waits: seconds until it was final; throws when it was refused or is not final within a minute.
  double state(BytesView leaf);

 private:
  std::string author_;
  std::string chain_id_;
  crypto::UnlockedKey key_;
  cli::HttpClient http_;
  cli::NodeClient node_;
};

}  // namespace quipu::processes::trial
