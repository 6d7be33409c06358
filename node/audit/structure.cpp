// SPDX-License-Identifier: Apache-2.0
#include "node/audit/structure.h"

#include <algorithm>
#include <set>

#include "crypto/note.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

bool is_evidence_path(std::string_view path) {
  constexpr std::string_view kFolder = "evidence/";
  return path.size() == kFolder.size() + 64 && path.starts_with(kFolder) &&
         crypto::from_hex(path.substr(kFolder.size())).has_value();
}

// Files whose number the checkpoint does not fix; each has a check of its own.
bool is_free(const std::string& path) {
  return ledger::numbered_path("checkpoints", path) || ledger::numbered_path("quorum", path) || is_evidence_path(path);
}

bool check_policy(const Context& context) {
  const std::string path = ledger::policy_path({0});
  const auto bytes = context.read(Check::kGenesis, path);
  if (!bytes) return false;
  std::vector<std::string> codes;
  std::vector<crypto::PublicKey> logs, cosigners;
  for (const auto& member : context.genesis.members.all()) {
    codes.push_back(member.code);
    logs.push_back(member.log);
    cosigners.push_back(member.cosigner);
  }
  const auto quorum = context.genesis.members.quorum();
  if (*bytes != crypto::policy_text(context.genesis.origin, codes, logs, cosigners, quorum)) {
    context.broken({.check = Check::kGenesis, .what = "not the policy of the genesis members", .file = path});
    return false;
  }
  context.report.passed(Check::kGenesis);
  return true;
}

}  // namespace

bool check_structure(const Context& context, std::uint64_t size) {
  const auto& paths = context.bundle.paths();
  if (size / ledger::kTileWidth > paths.size()) {
    context.broken({.check = Check::kStructure,
                    .what = "the checkpoint has " + std::to_string(size) + " leaves, the mirror far fewer"});
    return false;
  }
  std::set<std::string> expected = {"genesis", "checkpoint", ledger::policy_path({0})};
  for (const auto& tile : ledger::tiles_of(size)) expected.insert(tile.path());
  bool complete = true;
  for (const auto& path : expected) {
    if (context.bundle.has(path)) continue;
    context.broken({.check = Check::kStructure, .what = "the file is missing", .file = path});
    complete = false;
  }
  for (const auto& path : paths) {
    if (expected.contains(path)) {
      context.report.passed(Check::kStructure);
    } else if (!is_free(path)) {
      context.broken({.check = Check::kStructure, .what = "no such file belongs to this mirror", .file = path});
    }
  }
  return check_policy(context) && complete;
}

void check_quorum_files(const Context& context, std::uint64_t height) {
  for (const auto& path : context.bundle.paths()) {
    const auto number = ledger::numbered_path("quorum", path);
    if (!number) continue;
    if (*number >= 1 && *number <= height) {
      context.report.passed(Check::kStructure);
    } else {
      context.broken({.check = Check::kStructure, .what = "no block of this mirror has that height", .file = path});
    }
  }
}

}  // namespace quipu::audit
