// SPDX-License-Identifier: Apache-2.0
// What is wrong with a node, and what to do about it: verdicts on facts that look_at_node() gathers on its machine.
// The verdicts are pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/runtime/config.h"

namespace quipu::runtime {

// What a node that answers says of itself.
struct NodeAnswers {
  std::string unready{};  // empty: it is ready
  bool halted = false;
  std::string sign_state{};
  std::uint64_t height = 0;
  std::int64_t block_time_ms = 0;
  std::size_t members = 0;
  std::size_t quorum = 0;
  std::vector<std::string> peers_down{};
  std::uint64_t evidence = 0;
};

struct NodeFacts {
  std::string url{};                     // where the node is asked
  std::string unreachable{};             // why it did not answer; empty: it did
  std::string start_fault{};             // of a node that does not run: why it would not start either; empty: it would
  NodeAnswers answers{};                 // if it did
  std::vector<std::string> open_keys{};  // key files that others than their owner may read
  double free_share = 1;                 // of the ledger's file system
  double sync_ms = 0;                    // one append and fdatasync beside the ledger, the median of some
  std::int64_t now_ms = 0;               // this machine's clock
  std::optional<std::int64_t> backup_verified_ms{};
  std::string certificate_fault{};                      // of the API's, and of the configuration of TLS
  std::optional<std::int64_t> certificate_expires_s{};  // nothing: HTTP in clear
};

enum class Verdict : std::uint8_t { kOk, kWarn, kFail };
std::string_view name_of(Verdict verdict);

struct Finding {
  std::string check;
  Verdict verdict = Verdict::kOk;
  std::string what;
  std::string next{};  // what to do, and where it is written; empty when all is well
};

// One for each check, always in the same order.
std::vector<Finding> examine(const NodeFacts& facts);
Verdict worst(const std::vector<Finding>& findings);

// Asks the node, reads its files, and writes and syncs one small file of its own. Of a node that does not run it tries
// what a start does up to the first vote. `ca`: whom to believe over https.
NodeFacts look_at_node(const NodeConfig& config, const std::filesystem::path& token_file,
                       const std::filesystem::path& ca);

}  // namespace quipu::runtime
