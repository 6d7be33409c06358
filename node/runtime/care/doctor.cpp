// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/doctor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace quipu::runtime {

namespace {

constexpr double kFewFree = 0.10;
constexpr double kTooFewFree = 0.05;
constexpr double kSlowSync_ms = 50;
constexpr double kTooSlowSync_ms = 500;
constexpr std::int64_t kAhead_ms = 10'000;  // members refuse blocks that are further in their future
constexpr std::int64_t kApart_ms = 5'000;   // as the alert QuipuClockOff
constexpr std::uint64_t kFewBlocks = 10;    // that one may be behind another while blocks are made
constexpr std::int64_t kDay_ms = 86'400'000;
constexpr std::int64_t kBackupDays = 2;        // as the alert QuipuBackupOld
constexpr std::int64_t kScrubDays = 2;         // as the alert QuipuScrubOld
constexpr std::int64_t kCertificateDays = 30;  // as the alert QuipuCertificateExpires

Finding ok(std::string check, std::string what) { return {std::move(check), Verdict::kOk, std::move(what)}; }

Finding running(const NodeFacts& facts) {
  const auto& stopped = facts.stopped;
  if (!facts.locked_out.empty()) return {"node", Verdict::kWarn, "runs, and " + facts.locked_out, "give --token-file"};
  if (facts.unreachable.empty()) {
    return ok("node",
              fmt::format("answers at {}, height {}, the newest block is {} s old", facts.url, facts.answers.height,
                          std::max<std::int64_t>(facts.now_ms - facts.answers.block_time_ms, 0) / 1'000));
  }
  if (!stopped.held_by.empty()) {
    return {"node", Verdict::kFail,
            fmt::format("runs as {}, and does not answer: {}", stopped.held_by, facts.unreachable),
            "look into its log; over https give --ca"};
  }
  if (!stopped.faults.empty()) {
    return {"node", Verdict::kFail,
            fmt::format("does not run, and would not start: {}", fmt::join(stopped.faults, "; ")),
            "docs/operating.md, \"When it refuses to start\""};
  }
  return {"node", Verdict::kFail, "does not run: " + facts.unreachable, "start it (systemctl start quipud)"};
}

// Of a node that does not run: what its next start would begin anew.
Finding files(const StoppedNode& stopped) {
  if (stopped.losses.empty()) return ok("files", "ledger and safety file are in place");
  return {"files", Verdict::kFail, fmt::format("{}", fmt::join(stopped.losses, "; ")),
          "is a disk not mounted? A start begins empty ones, which the other members fill; docs/runbooks/lost-node.md"};
}

Finding version(const NodeFacts& facts) {
  const auto& runs = facts.answers.version;
  if (runs == facts.installed_version) return ok("version", runs);
  return {"version", Verdict::kWarn, fmt::format("{} runs, {} is installed", runs, facts.installed_version),
          "restart the node when it suits: an upgrade is half done"};
}

Finding ready(const NodeAnswers& node) {
  if (node.halted) {
    return {"ready", Verdict::kFail, "halted", "do not start it again before docs/alerts.md, QuipuHalted, is read"};
  }
  if (node.sign_state == "stopped") {
    return {"ready", Verdict::kFail, "another process signs with this member's vote key",
            "stop the other one at once; docs/alerts.md, QuipuCloneSeen"};
  }
  if (node.unready.empty() && node.sign_state == "observing" && !node.may_follow) {
    return {
        "ready", Verdict::kWarn, "it follows without a vote: the members have let it go, or have other keys for it",
        "compare quipu key show of vote, cosigner and log key with quipu member list; docs/runbooks/rotating-keys.md"};
  }
  if (node.unready.empty()) return ok("ready", "yes");
  return {"ready", Verdict::kWarn, node.unready,
          "wait some minutes; then docs/alerts.md, QuipuNoQuorum, QuipuSyncing, QuipuRecovering"};
}

Finding peers(const NodeAnswers& node) {
  const std::size_t up = node.members - node.peers_down.size();
  if (node.peers_down.empty()) return ok("peers", fmt::format("all {} members", node.members));
  const std::string what =
      fmt::format("{} of {} members connected; not {}", up, node.members, fmt::join(node.peers_down, ", "));
  const std::string next =
      "ask their operators; if theirs run, look at the way there: port, firewall, address in [peers.addresses]";
  return {"peers", up < node.quorum ? Verdict::kFail : Verdict::kWarn, what, next};
}

// At least one member who says the truth is there: more say so than may lie.
std::optional<std::uint64_t> vouched_height(const NodeAnswers& node) {
  std::vector<std::uint64_t> told;
  for (const auto& [code, height] : node.peer_heights) told.push_back(height);
  const std::size_t liars = node.members - std::min(node.members, node.quorum);
  if (told.size() <= liars) return std::nullopt;
  std::ranges::sort(told, std::greater{});
  return told[liars];
}

std::vector<std::string> far_behind(const NodeAnswers& node) {
  std::vector<std::string> peers;
  for (const auto& [code, height] : node.peer_heights) {
    const bool far = height < node.height && node.height - height > kFewBlocks;
    if (far) peers.push_back(fmt::format("{} is {} behind", code, node.height - height));
  }
  return peers;
}

Finding height(const NodeAnswers& node) {
  const auto others = vouched_height(node);
  if (!others) return ok("height", fmt::format("{}; too few others have told theirs yet", node.height));
  const auto behind = *others - std::min(*others, node.height);
  if (behind > kFewBlocks) {
    return {"height", Verdict::kWarn, fmt::format("{}, which is {} blocks behind the others", node.height, behind),
            "it catches up by itself: ask again; if the height stands, docs/alerts.md, QuipuLagging"};
  }
  if (const auto late = far_behind(node); !late.empty()) {
    return {"height", Verdict::kWarn, fmt::format("{}; {}", node.height, fmt::join(late, ", ")),
            "it catches up by itself: ask again; if it does not, ask its operator"};
  }
  return ok("height",
            fmt::format("{}, {} behind the others", node.height, behind == 0 ? "not" : std::to_string(behind)));
}

std::string apart(std::int64_t offset_ms) {
  return fmt::format("{:.1f} s {} most other members' clocks", static_cast<double>(std::abs(offset_ms)) / 1'000,
                     offset_ms < 0 ? "behind" : "ahead of");
}

Finding clock(const NodeFacts& facts) {
  const auto behind_ms = facts.answers.block_time_ms - facts.now_ms;
  const std::string next = "set this machine's clock (timedatectl, chronyc tracking)";
  if (behind_ms > kAhead_ms) {
    return {"clock", Verdict::kFail,
            fmt::format("{} s behind the newest block, whose time a quorum agreed to", behind_ms / 1'000), next};
  }
  const auto offset_ms = facts.answers.clock_offset_ms;
  if (offset_ms && std::abs(*offset_ms) > kApart_ms) {
    const auto verdict = std::abs(*offset_ms) > kAhead_ms ? Verdict::kFail : Verdict::kWarn;
    return {"clock", verdict, apart(*offset_ms), next};
  }
  const auto rest = "not behind the newest block" + (offset_ms ? ", " + apart(*offset_ms) : std::string());
  if (facts.clock_kept) return ok("clock", "kept by a time service, " + rest);
  return {"clock", Verdict::kWarn, "no time service keeps it, as the kernel says; " + rest, next};
}

Finding signer(const NodeFacts& facts) {
  const auto& seen = *facts.signer;
  if (!seen.fault.empty()) {
    return {"signer", Verdict::kFail, "does not answer: " + seen.fault,
            "start quipu-signer, or read its log; whoever asks must be the node's user. Without it the node stops"};
  }
  const bool runs = facts.unreachable.empty() || !facts.stopped.held_by.empty();
  if (seen.in_use && !runs) {
    return {"signer", Verdict::kFail, "serves another node at " + seen.socket,
            "stop the other quipud: one member has one node"};
  }
  if (!seen.in_use && runs) {
    return {"signer", Verdict::kWarn, "answers at " + seen.socket + ", and no node is connected with it",
            "ask again; if it stays so, the node runs with another configuration: look into its log"};
  }
  return ok("signer", fmt::format("answers at {}, and {} the node", seen.socket, runs ? "serves" : "waits for"));
}

Finding evidence(const NodeAnswers& node) {
  if (node.evidence == 0) return ok("evidence", "no member has contradicted itself");
  return {"evidence", Verdict::kWarn, fmt::format("{} pairs of contradicting votes", node.evidence),
          "quipu evidence list; docs/alerts.md, QuipuEvidence"};
}

Finding keys(const NodeFacts& facts) {
  const auto& unnamed = facts.stopped.unnamed_keys;
  if (facts.open_keys.empty() && !unnamed.empty()) {
    return {"keys", Verdict::kWarn, fmt::format("not as in the genesis file: {}", fmt::join(unnamed, ", ")),
            "good if the members have changed these keys since; else put this member's own there"};
  }
  if (facts.open_keys.empty()) return ok("keys", "only their owner may read them");
  return {"keys", Verdict::kFail, fmt::format("others may read {}", fmt::join(facts.open_keys, ", ")),
          "chmod 600, and think of who could have read them; a key that may be known is changed"};
}

Finding disk(const NodeFacts& facts) {
  const auto what = fmt::format("{:.0f} % free", facts.free_share * 100);
  const std::string next = "make room or a larger file system now: a node whose disk is full stops";
  if (!facts.under_reserve.empty()) {
    return {"disk", Verdict::kFail, "no submissions are taken, for " + facts.under_reserve, next};
  }
  if (facts.free_share < kTooFewFree) return {"disk", Verdict::kFail, what, next};
  if (facts.free_share < kFewFree) return {"disk", Verdict::kWarn, what, next};
  return ok("disk", what);
}

Finding sync(const NodeFacts& facts) {
  const auto what = fmt::format("{:.1f} ms until 4 KiB are on the disk", *facts.sync_ms);
  const std::string next = "each block takes three of these: look for what else writes there, or take another disk";
  if (*facts.sync_ms > kTooSlowSync_ms) return {"sync", Verdict::kFail, what, next};
  if (*facts.sync_ms > kSlowSync_ms) return {"sync", Verdict::kWarn, what, next};
  return ok("sync", what);
}

Finding backup(const NodeFacts& facts) {
  const std::string next =
      "quipu backup --config FILE --out DIR, once a day; docs/operating.md, \"Backups and audits\"";
  if (!facts.backup_verified_ms) return {"backup", Verdict::kWarn, "never verified one", next};
  const auto days = (facts.now_ms - *facts.backup_verified_ms) / kDay_ms;
  if (days < kBackupDays) return ok("backup", "verified within two days");
  return {"backup", Verdict::kWarn, fmt::format("verified {} days ago", days), next};
}

Finding scrub(const NodeFacts& facts) {
  const std::string next = "a node that runs does it by itself, once a day: look for `scrub` in its log";
  if (!facts.scrub) return {"scrub", Verdict::kWarn, "never ended one", next};
  if (!facts.scrub->fault.empty())
    return {"scrub", Verdict::kFail, facts.scrub->fault, "docs/alerts.md, \"QuipuScrubFoundDamage\""};
  const auto days = (facts.now_ms - facts.scrub->ended_ms) / kDay_ms;
  if (days < kScrubDays) return ok("scrub", "all that is stored was read and checked within two days");
  return {"scrub", Verdict::kWarn, fmt::format("the last one ended {} days ago", days), next};
}

Finding certificate(const NodeFacts& facts) {
  const std::string next = "put another one in its place, it is read at once; docs/operating.md, \"HTTPS\"";
  if (!facts.certificate_fault.empty()) return {"certificate", Verdict::kFail, facts.certificate_fault, next};
  if (!facts.certificate_expires_s) return ok("certificate", "none: HTTP in clear");
  const auto days = (*facts.certificate_expires_s * 1'000 - facts.now_ms) / kDay_ms;
  if (*facts.certificate_expires_s * 1'000 <= facts.now_ms) return {"certificate", Verdict::kFail, "expired", next};
  if (days < kCertificateDays) {
    return {"certificate", Verdict::kWarn, fmt::format("expires in {} days", days), next};
  }
  return ok("certificate", fmt::format("for {} days", days));
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "OK";
    case Verdict::kWarn:
      return "WARN";
    case Verdict::kFail:
      break;
  }
  return "FAIL";
}

std::vector<Finding> examine(const NodeFacts& facts) {
  std::vector<Finding> findings{running(facts)};
  if (!facts.unreachable.empty()) findings.push_back(files(facts.stopped));
  if (facts.unreachable.empty() && facts.locked_out.empty()) {
    findings.push_back(version(facts));
    for (const auto& check : {&ready, &peers, &height, &evidence}) findings.push_back(check(facts.answers));
    findings.push_back(clock(facts));
  }
  if (facts.signer) findings.push_back(signer(facts));
  for (const auto& check : {&keys, &disk}) findings.push_back(check(facts));
  if (facts.sync_ms) findings.push_back(sync(facts));
  for (const auto& check : {&backup, &scrub, &certificate}) findings.push_back(check(facts));
  return findings;
}

Verdict worst(const std::vector<Finding>& findings) {
  Verdict worst = Verdict::kOk;
  for (const auto& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

}  // namespace quipu::runtime
