// SPDX-License-Identifier: Apache-2.0
#include "node/audit/comparison_text.h"

#include <boost/json.hpp>

#include "node/ledger/mirror.h"

namespace quipu::audit {
namespace {

namespace json = boost::json;
using consensus::Evidence;
using consensus::MemberIndex;
using consensus::MemberSet;
using consensus::Vote;
using consensus::VoteKind;

std::string kind_of(const Vote& vote) {
  if (vote.kind == VoteKind::kNullify) return "nullify";
  return vote.kind == VoteKind::kNotarize ? "notarize" : "finalize";
}

std::string names_of(const std::vector<MemberIndex>& who, const MemberSet& members) {
  std::string out;
  for (const MemberIndex member : who) out += (out.empty() ? "" : ", ") + members[member].code;
  return out.empty() ? "nobody" : out;
}

std::string guilty_words(const Convicted& convicted, const MemberSet& members) {
  const auto who = convicted.all();
  return names_of(who, members) + (who.size() > 1 ? " are guilty" : who.empty() ? " can be named" : " is guilty");
}

// --- Text

std::string line_of(const Vote& vote) {
  const auto& subject = vote.subject;
  std::string out = "          " + kind_of(vote) + " view " + std::to_string(subject.view.value);
  if (vote.kind != VoteKind::kNullify) {
    out += " height " + std::to_string(subject.height.value) + " block " + crypto::to_hex(subject.block.view());
  }
  return out + "\n            signature " + crypto::to_hex(vote.signature.view()) + "\n";
}

std::string guilt_text(const Convicted& convicted, const MemberSet& members) {
  std::string out;
  for (const auto& pair : convicted.votes) {
    out += "guilty  " + members[pair.first.signer].code + " by " +
           std::string(to_string(consensus::contradiction_of(pair))) + ", two votes in one view:\n" +
           line_of(pair.first) + line_of(pair.second);
  }
  for (const MemberIndex member : convicted.cosigned_both) {
    out += "guilty  " + members[member].code + " cosigned two trees of which neither extends the other\n";
  }
  return out;
}

std::string side_text(const Comparison::Side& side, const char* which) {
  std::string out = std::string(which) + side.name + ": " + std::to_string(side.size) + " leaves, ";
  if (side.height) out += "height " + std::to_string(*side.height) + ", ";
  out += "root " + crypto::to_hex(side.root.view()) + ", cosigned by " + std::to_string(side.cosigners) + " of " +
         std::to_string(side.voters);
  if (side.proofs > 0) out += ", quorum proofs of its newest block: " + std::to_string(side.proofs);
  return out + "\n";
}

std::string verdict_of(const Comparison& comparison, const MemberSet& members) {
  const auto& sides = comparison.sides;
  switch (comparison.relation) {
    case Relation::kSame:
      return "SAME " + std::to_string(sides[0].size) + " leaves";
    case Relation::kPrefix:
      return "PREFIX " + sides[comparison.shorter].name + " is the beginning of " + sides[1 - comparison.shorter].name;
    case Relation::kFork:
    case Relation::kContradiction:
      break;
  }
  std::string out = comparison.relation == Relation::kFork ? "FORK" : "CONTRADICTION";
  if (comparison.height) out += " at height " + std::to_string(comparison.height->value);
  return out + ": " + guilty_words(comparison.convicted, members);
}

// --- JSON

json::object json_of(const Vote& vote) {
  json::object out{{"kind", kind_of(vote)}, {"view", vote.subject.view.value}};
  if (vote.kind != VoteKind::kNullify) {
    out["parent_view"] = vote.subject.parent_view.value;
    out["height"] = vote.subject.height.value;
    out["block"] = crypto::to_hex(vote.subject.block.view());
  }
  out["signature"] = crypto::to_hex(vote.signature.view());
  return out;
}

json::array json_of(const Convicted& convicted, const consensus::Scope& scope, const MemberSet& members) {
  json::array out;
  for (const Evidence& pair : convicted.votes) {
    out.push_back(json::object{{"member", members[pair.first.signer].code},
                               {"by", std::string(to_string(consensus::contradiction_of(pair)))},
                               {"votes", json::array{json_of(pair.first), json_of(pair.second)}},
                               {"evidence", crypto::to_hex(ledger::encode_evidence(pair, scope))}});
  }
  for (const MemberIndex member : convicted.cosigned_both) {
    out.push_back(json::object{{"member", members[member].code}, {"by", "COSIGNED"}});
  }
  return out;
}

json::object json_of(const Comparison::Side& side) {
  json::object out{{"name", side.name},
                   {"size", side.size},
                   {"root", crypto::to_hex(side.root.view())},
                   {"cosigners", side.cosigners},
                   {"quorum_proofs", side.proofs}};
  if (side.height) out["height"] = *side.height;
  return out;
}

}  // namespace

std::string text_of(const Comparison& comparison, const ledger::Genesis& genesis) {
  const MemberSet& members = comparison.voters->members;
  std::string out = "chain   " + genesis.chain_id + " " + crypto::to_hex(genesis.chain.view()) + "\n";
  out += side_text(comparison.sides[0], "first   ") + side_text(comparison.sides[1], "second  ");
  if (comparison.height) {
    out += "common  " + std::to_string(comparison.common) + " leaves, parting in epoch " +
           std::to_string(comparison.voters->scope.epoch.value) + "\n";
  }
  out += guilt_text(comparison.convicted, members);
  if (comparison.judgement && comparison.judgement->gap) {
    out += "missing " + words_of(*comparison.judgement->gap, comparison, members) + "\n";
  }
  return out + verdict_of(comparison, members) + "\n";
}

std::string json_of(const Comparison& comparison, const ledger::Genesis& genesis) {
  const MemberSet& members = comparison.voters->members;
  const std::string line = verdict_of(comparison, members);
  json::object out{{"chain_id", genesis.chain_id}, {"chain", crypto::to_hex(genesis.chain.view())}};
  out["sides"] = json::array{json_of(comparison.sides[0]), json_of(comparison.sides[1])};
  if (comparison.height) {
    out["fork_height"] = comparison.height->value;
    out["common_size"] = comparison.common;
    out["epoch"] = comparison.voters->scope.epoch.value;
  }
  out["guilty"] = json_of(comparison.convicted, comparison.voters->scope, members);
  if (comparison.judgement && comparison.judgement->gap) {
    out["missing"] = words_of(*comparison.judgement->gap, comparison, members);
  }
  out["verdict"] = line.substr(0, line.find_first_of(" :"));
  out["verdict_line"] = line;
  return json::serialize(out) + "\n";
}

namespace {

std::string proven(const ForkProof& proof, const Convicted& convicted, const MemberSet& members) {
  std::string out = "PROVEN ";
  if (proof.parting) {
    out += "fork at height " + std::to_string(proof.parting->front().headers.front().height.value) + ": ";
  }
  return out + guilty_words(convicted, members);
}

}  // namespace

std::string text_of(const ForkProof& proof, const Convicted& convicted, const ledger::Genesis& genesis,
                    const Electorate& voters) {
  std::string out = "chain   " + genesis.chain_id + " " + crypto::to_hex(genesis.chain.view()) + "\n";
  for (const auto& branch :
       proof.parting ? std::vector(proof.parting->begin(), proof.parting->end()) : std::vector<ForkProof::Branch>()) {
    const auto& subject = branch.finalization.subject;
    out += "final   height " + std::to_string(subject.height.value) + " block " + crypto::to_hex(subject.block.view()) +
           " in view " + std::to_string(subject.view.value) + "\n";
  }
  return out + guilt_text(convicted, voters.members) + proven(proof, convicted, voters.members) + "\n";
}

std::string json_of(const ForkProof& proof, const Convicted& convicted, const ledger::Genesis& genesis,
                    const Electorate& voters) {
  const std::string line = proven(proof, convicted, voters.members);
  json::object out{{"chain_id", genesis.chain_id}, {"chain", crypto::to_hex(genesis.chain.view())}};
  if (proof.parting) out["fork_height"] = proof.parting->front().headers.front().height.value;
  out["epoch"] = proof.scope.epoch.value;
  out["guilty"] = json_of(convicted, proof.scope, voters.members);
  out["verdict"] = "PROVEN";
  out["verdict_line"] = line;
  return json::serialize(out) + "\n";
}

}  // namespace quipu::audit
