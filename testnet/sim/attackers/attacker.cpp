// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/attackers/attacker.h"

namespace quipu::testnet {

void Attacker::enters(const ledger::Membership& membership) {
  context_.scope = membership.scope(context_.cast->genesis.chain);
  context_.members = membership.members.size();
  context_.place = membership.members.index_of(context_.cast->code(context_.administration));
}

consensus::Vote forge_vote(const AttackerContext& context, consensus::VoteKind kind,
                           const consensus::Subject& subject) {
  consensus::Vote vote{kind, subject, context.self(), {}};
  if (kind == consensus::VoteKind::kNullify) vote.subject = {subject.view, {}, {}, {}};
  const auto& key = *context.cast->vote[context.administration];
  vote.signature = key.sign(consensus::vote_bytes(context.scope, kind, vote.subject));
  return vote;
}

std::unique_ptr<Attacker> make_attacker(AttackerKind kind, AttackerContext context) {
  switch (kind) {
    case AttackerKind::kEquivocatingLeader:
      return equivocating_leader(std::move(context));
    case AttackerKind::kNullifyAlways:
      return nullify_always(std::move(context));
    case AttackerKind::kReplayer:
      return replayer(std::move(context));
    case AttackerKind::kForger:
      return forger(std::move(context));
    case AttackerKind::kLeafForger:
      return leaf_forger(std::move(context));
    case AttackerKind::kWithholder:
      return withholder(std::move(context));
    case AttackerKind::kDeafLeader:
      return deaf_leader(std::move(context));
    case AttackerKind::kCredulous:
      return credulous(std::move(context));
    case AttackerKind::kNone:
    case AttackerKind::kTwin:
    case AttackerKind::kClone:
      break;
  }
  return nullptr;
}

}  // namespace quipu::testnet
