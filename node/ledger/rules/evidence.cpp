// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/evidence.h"

#include <algorithm>

#include "consensus/accountability.h"
#include "consensus/votes.h"
#include "node/ledger/mirror.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/proposals.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/signatures.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

// Each costs two checks of signatures; one is enough to be flagged.
constexpr int kMostMisconduct = 16;

std::string epoch_id(consensus::Epoch epoch) { return join("epoch", std::to_string(epoch.value)); }

// By code, as votes number them.
v1::EpochRecord voters_now(const Context& at) {
  v1::EpochRecord record;
  record.set_anchor(Bytes(at.origin.scope.anchor.view()));
  for_each_member(at.state, [&](const v1::MemberRecord& member) {
    if (!votes(member)) return;
    v1::Voter& voter = *record.add_voters();
    voter.set_administration(member.administration());
    voter.set_vote_key(Bytes(consensus_keys(member).vote.view()));
  });
  std::ranges::sort(*record.mutable_voters(), {}, [](const v1::Voter& voter) { return voter.administration(); });
  return record;
}

std::optional<v1::EpochRecord> voters_of(const Context& at, const EvidenceFile& file) {
  auto record = file.epoch == at.origin.scope.epoch ? std::optional(voters_now(at))
                                                    : get<v1::EpochRecord>(at.state, "--", epoch_id(file.epoch));
  if (!record || record->anchor() != file.anchor.view()) return std::nullopt;
  return record;
}

bool signed_by(const Context& at, const EvidenceFile& file, const consensus::Vote& vote, const v1::Voter& voter) {
  const auto key = crypto::PublicKey::from(voter.vote_key());
  const consensus::Scope scope{at.origin.scope.chain, file.epoch, file.anchor};
  return key && verified(*key, consensus::vote_bytes(scope, vote.kind, vote.subject), vote.signature);
}

v1::Misconduct misconduct_in(const EvidenceFile& file) {
  v1::Misconduct found;
  found.set_epoch(file.epoch.value);
  found.set_view(file.pair.first.subject.view.value);
  found.set_contradiction(static_cast<std::uint32_t>(consensus::contradiction_of(file.pair)));
  return found;
}

// Before any signature is looked at: what is known already costs nothing.
Verdict check_news(const v1::MemberRecord& offender, const v1::Misconduct& found) {
  const auto same = [&](const v1::Misconduct& known) {
    return known.epoch() == found.epoch() && known.view() == found.view() &&
           known.contradiction() == found.contradiction();
  };
  if (std::ranges::any_of(offender.misconduct(), same)) return refuse(Code::kEvidenceKnown, offender.administration());
  if (offender.misconduct_size() < kMostMisconduct) return {};
  return refuse(Code::kRecordFull, offender.administration() + ": " + std::to_string(kMostMisconduct) + " proofs");
}

Verdict check_pair(const Context& at, const EvidenceFile& file, const v1::EpochRecord& epoch) {
  const auto& [first, second] = file.pair;
  if (first.signer >= epoch.voters_size() || !consensus::contradict(first, second)) {
    return refuse(Code::kEvidenceProvesNothing, "the votes do not contradict each other");
  }
  const v1::Voter& voter = epoch.voters(first.signer);
  const auto offender = member_named(at.state, voter.administration());
  if (auto news = check_news(*offender, misconduct_in(file)); !news) return news;
  if (signed_by(at, file, first, voter) && signed_by(at, file, second, voter)) return {};
  return refuse(Code::kEvidenceProvesNothing, "a vote is not signed by " + voter.administration());
}

}  // namespace

void keep_voters(const Context& at) { put(at.state, "--", epoch_id(at.origin.scope.epoch), voters_now(at)); }

Verdict check_evidence_submitted(const Context& at, const v1::Event& event) {
  if (auto form = check_no_effect_stated(event); !form) return form;
  const auto file = decode_evidence(event.evidence_submitted().evidence());
  if (!file) return refuse(Code::kEvidenceMalformed, "evidence");
  const auto epoch = voters_of(at, *file);
  if (!epoch) return refuse(Code::kEvidenceOfOtherEpoch, "epoch " + std::to_string(file->epoch.value));
  return check_pair(at, *file, *epoch);
}

void act_evidence_submitted(const Context& at, const v1::Event& event) {
  const auto file = decode_evidence(event.evidence_submitted().evidence());
  const v1::Voter voter = voters_of(at, *file)->voters(file->pair.first.signer);
  v1::MemberRecord offender = *member_named(at.state, voter.administration());
  v1::Misconduct& found = *offender.add_misconduct();
  found = misconduct_in(*file);
  found.set_submitted_by(at.author);
  *found.mutable_by() = at.place;
  put(at.state, voter.administration(), "", offender);
}

}  // namespace quipu::ledger
