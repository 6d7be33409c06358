// SPDX-License-Identifier: Apache-2.0
#include "node/audit/evidence_check.h"

#include "consensus/votes.h"
#include "crypto/signature.h"
#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

bool is_valid(const consensus::Vote& vote, const ledger::Genesis& genesis) {
  const Bytes message = consensus::vote_bytes(genesis.scope(), vote.kind, vote.subject);
  return crypto::verify(genesis.members[vote.signer].vote, message, vote.signature);
}

void check_file(const Context& context, const std::string& path) {
  const auto bytes = context.read(Check::kEvidence, path);
  if (!bytes) return;
  const auto broken = [&](const char* what) {
    context.broken({.check = Check::kEvidence, .what = what, .file = path});
  };
  if (ledger::evidence_path(*bytes) != path) return broken("its name is not the digest of its content");
  const auto file = ledger::decode_evidence(*bytes);
  if (!file || file->epoch.value != 0 || file->anchor != context.genesis.chain)
    return broken("no pair of votes in form");
  if (!proves_guilt(file->pair, context.genesis)) return broken("the votes do not verify or do not contradict");
  Finding finding = misconduct(file->pair, context.genesis);
  finding.file = path;
  context.report.add(std::move(finding));
  context.report.passed(Check::kEvidence);
}

}  // namespace

bool proves_guilt(const consensus::Evidence& pair, const ledger::Genesis& genesis) {
  return pair.first.signer < genesis.members.size() && consensus::contradict(pair.first, pair.second) &&
         is_valid(pair.first, genesis) && is_valid(pair.second, genesis);
}

Finding misconduct(const consensus::Evidence& pair, const ledger::Genesis& genesis) {
  Finding finding{.severity = Severity::kMisconduct, .check = Check::kEvidence, .what = {}};
  finding.what = genesis.members[pair.first.signer].code + " signed contradicting votes in view " +
                 std::to_string(pair.first.subject.view.value);
  finding.evidence = crypto::to_hex(ledger::encode_evidence(pair, genesis.scope()));
  return finding;
}

void check_evidence(const Context& context) {
  for (const auto& path : context.bundle.paths()) {
    if (path.starts_with("evidence/")) check_file(context, path);
  }
}

}  // namespace quipu::audit
