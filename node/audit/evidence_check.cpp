// SPDX-License-Identifier: Apache-2.0
#include "node/audit/evidence_check.h"

#include "consensus/votes.h"
#include "crypto/signature.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

bool is_valid(const consensus::Vote& vote, const Electorate& electorate) {
  const Bytes message = consensus::vote_bytes(electorate.scope, vote.kind, vote.subject);
  return crypto::verify(electorate.members[vote.signer].vote, message, vote.signature);
}

void check_file(const Context& context, const std::string& path, const Electorates& electorates, bool all) {
  const auto bytes = context.read(Check::kEvidence, path);
  if (!bytes) return;
  const auto broken = [&](const char* what) {
    context.broken({.check = Check::kEvidence, .what = what, .file = path});
  };
  if (ledger::evidence_path(*bytes) != path) return broken("its name is not the digest of its content");
  const auto file = ledger::decode_evidence(*bytes);
  if (!file) return broken("no pair of votes in form");
  if (file->epoch.value >= electorates.size()) return all ? broken("the log has no such epoch") : void();
  const Electorate& electorate = *electorates[file->epoch.value];
  if (file->anchor != electorate.scope.anchor) return broken("its epoch has another anchor");
  if (!proves_guilt(file->pair, electorate)) return broken("the votes do not verify or do not contradict");
  Finding finding = misconduct(file->pair, electorate);
  finding.file = path;
  context.report.add(std::move(finding));
  context.report.passed(Check::kEvidence);
}

}  // namespace

bool proves_guilt(const consensus::Evidence& pair, const Electorate& electorate) {
  return pair.first.signer < electorate.members.size() && consensus::contradict(pair.first, pair.second) &&
         is_valid(pair.first, electorate) && is_valid(pair.second, electorate);
}

Finding misconduct(const consensus::Evidence& pair, const Electorate& electorate) {
  Finding finding{.severity = Severity::kMisconduct, .check = Check::kEvidence, .what = {}};
  finding.what = electorate.members[pair.first.signer].code + " signed contradicting votes in view " +
                 std::to_string(pair.first.subject.view.value);
  finding.evidence = crypto::to_hex(ledger::encode_evidence(pair, electorate.scope));
  return finding;
}

void check_evidence(const Context& context, const Electorates& electorates, bool all) {
  for (const auto& path : context.bundle.paths()) {
    if (path.starts_with("evidence/")) check_file(context, path, electorates, all);
  }
}

}  // namespace quipu::audit
