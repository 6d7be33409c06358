// SPDX-License-Identifier: Apache-2.0
// What is wrong with a node, and what to do about it: verdicts on facts that look_at_node() gathers on its machine.
// The verdicts are pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/runtime/care/look_at_stopped.h"
#include "node/runtime/care/scrubber.h"
#include "node/runtime/config.h"

namespace quipu::runtime {

// What a node that answers says of itself.
struct NodeAnswers {
  std::string version{};
  std::string unready{};  // empty: it is ready
  bool halted = false;
  std::string sign_state{};
  bool may_follow = false;  // its configuration says that it has no vote yet
  std::uint64_t height = 0;
  std::int64_t block_time_ms = 0;
  std::size_t members = 0;
  std::size_t quorum = 0;
  std::uint64_t evidence = 0;
  std::vector<std::string> peers_down{};
  std::map<std::string, std::uint64_t> peer_heights{};  // of those connected, as they say themselves
  std::optional<std::int64_t> clock_offset_ms{};        // its clock ahead of the median of theirs; nothing: not told
};

// A quipu-signer that the configuration names.
struct SignerSeen {
  std::string socket{};
  std::string fault{};  // why it does not answer; empty: it does
  bool in_use = false;  // by a node
};

struct NodeFacts {
  std::string url{};                     // where the node is asked
  std::string unreachable{};             // why it did not answer; empty: it did
  std::string installed_version{};       // this program's
  std::string locked_out{};              // it runs, but tells its state to others only; empty: to us
  StoppedNode stopped{};                 // if it did not answer
  NodeAnswers answers{};                 // if it did, to us
  std::optional<SignerSeen> signer{};    // nothing: the node itself signs
  std::vector<std::string> open_keys{};  // files with secrets that others than their owner may read
  double free_share = 1;                 // of the ledger's file system
  std::string under_reserve{};           // which disk has less free than the node keeps for votes; empty: none
  std::optional<double> sync_ms{};       // one append and fdatasync beside the ledger, the median of some; if it runs
  std::int64_t now_ms = 0;               // this machine's clock
  bool clock_kept = true;                // by a time service, as the kernel says
  std::optional<std::int64_t> backup_verified_ms{};
  std::optional<ScrubMark> scrub{};                     // the last one
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

// Asks the node and its signer, which signs nothing for that, and reads its files. Beside the ledger of a node that
// runs it writes and syncs one small file of its own and takes it away; a node that does not answer is left as it is.
// `ca`: whom to believe over https.
NodeFacts look_at_node(const NodeConfig& config, const std::filesystem::path& token_file,
                       const std::filesystem::path& ca);

}  // namespace quipu::runtime
