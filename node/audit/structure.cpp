// SPDX-License-Identifier: Apache-2.0
#include "node/audit/structure.h"

#include <algorithm>
#include <set>

#include "consensus/quorum_proof.h"
#include "crypto/signature.h"
#include "node/audit/side_records.h"
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
  return ledger::numbered_path("checkpoints", path) || ledger::numbered_path("quorum", path) ||
         ledger::numbered_path("policy", path) || ledger::handover_number(path) || is_evidence_path(path) ||
         is_record_path(path);
}

// The file is exactly these bytes.
bool check_policy(const Context& context, const Electorate& electorate) {
  const std::string path = ledger::policy_path(electorate.scope.epoch);
  const auto bytes = context.read(Check::kGenesis, path);
  if (!bytes) return false;
  if (*bytes != ledger::policy_file(electorate.origin, electorate.members)) {
    context.broken({.check = Check::kGenesis, .what = "not the policy of the epoch's members", .file = path});
    return false;
  }
  context.report.passed(Check::kGenesis);
  return true;
}

bool check_handover(const Context& context, const consensus::Header& header, const Electorate& before,
                    const Electorate& after) {
  const std::string path = ledger::handover_path(after.scope.epoch);
  const auto bytes = context.read(Check::kMembership, path);
  if (!bytes) return false;
  Finding wrong{.check = Check::kMembership, .what = {}, .file = path, .height = header.height.value};
  const auto broken = [&](std::string what) {
    wrong.what = std::move(what);
    context.broken(wrong);
    return false;
  };
  const auto file = ledger::decode_handover(*bytes, before.members.size());
  if (!file || ledger::encode_handover(*file, before.members.size()) != *bytes) return broken("no handover in form");
  if (file->header != header) return broken("not the header of the block that ended the epoch");
  if (file->next_members != ledger::encode_members(after.members))
    return broken("not the members that the state names");
  const auto& proof = file->finalization;
  if (proof.subject.height != header.height || proof.subject.block != after.scope.anchor) {
    return broken("a finalization of another block");
  }
  wrong.what = "not a quorum of valid votes";
  context.pool.submit(std::move(wrong), 1, [proof, before] {
    return consensus::verify(proof, before.scope, before.members, &crypto::verify);
  });
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
  return check_policy(context, first_electorate(context.genesis)) && complete;
}

bool check_opening(const Context& context, const consensus::Header& handover, const Electorate& before,
                   const Electorate& after) {
  const bool policy = check_policy(context, after);
  return check_handover(context, handover, before, after) && policy;
}

void check_epoch_files(const Context& context, std::size_t epochs) {
  for (const auto& path : context.bundle.paths()) {
    const auto handover = ledger::handover_number(path);
    const auto policy = ledger::numbered_path("policy", path);
    if (!handover && !policy) continue;
    if (policy.value_or(0) >= epochs || (handover && (*handover == 0 || *handover >= epochs))) {
      context.broken({.check = Check::kStructure, .what = "this mirror has no such epoch", .file = path});
    } else if (policy != 0U) {
      context.report.passed(Check::kStructure);
    }
  }
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
