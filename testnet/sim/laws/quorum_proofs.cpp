// SPDX-License-Identifier: Apache-2.0
// Every quorum proof that an honest node sends or commits holds valid signatures of at least n - floor((n - 1) / 3)
// distinct members, counted here; and so does every checkpoint it publishes, with cosigner keys.
#include <set>

#include "crypto/note.h"
#include "testnet/sim/laws/contents.h"
#include "testnet/sim/laws/law.h"
#include "testnet/sim/signatures.h"

namespace quipu::testnet {

namespace {

class QuorumProofs final : public Law {
 public:
  explicit QuorumProofs(const LawContext& context) : context_(context) {}

  void sent(const Who& who, const consensus::Message& message) override {
    for (const auto& proof : proofs_in(message)) check(who, proof);
  }

  void performing(const Who& who, const replica::Effect& effect) override {
    if (const auto* commit = std::get_if<replica::Commit>(&effect)) check_commit(who, *commit);
    if (const auto* publish = std::get_if<replica::PublishCheckpoint>(&effect)) check_checkpoint(who, *publish);
  }

 private:
  void broken(const Who& who, const std::string& what) {
    context_.report.broken("quorum proofs", name_of(who) + " " + what);
  }

  static std::size_t quorum(const Who& who) {
    const std::size_t members = who.members->members.size();
    return members - (members - 1) / 3;
  }

  void check(const Who& who, const consensus::QuorumProof& proof) {
    if (proof.signers.size() != proof.signatures.size()) return broken(who, "uses a proof of another shape");
    std::set<consensus::MemberIndex> distinct;
    for (std::size_t i = 0; i < proof.signers.size(); ++i)
      if (valid_vote({proof.kind, proof.subject, proof.signers[i], proof.signatures[i]}, *who.members,
                     context_.cast->genesis.chain))
        distinct.insert(proof.signers[i]);
    if (distinct.size() < quorum(who))
      broken(who, "uses a proof of " + std::to_string(distinct.size()) + " members in view " +
                      std::to_string(proof.subject.view.value));
  }

  void check_commit(const Who& who, const replica::Commit& commit) {
    const auto& proof = commit.finalization;
    check(who, proof);
    if (proof.kind != consensus::VoteKind::kFinalize || proof.subject.block != commit.tip.block ||
        proof.subject.view != commit.tip.view || proof.subject.height != commit.tip.height)
      broken(who, "commits a tip that its proof does not name");
  }

  void check_checkpoint(const Who& who, const replica::PublishCheckpoint& publish) {
    const auto& genesis = context_.cast->genesis;
    const auto text = crypto::Checkpoint{genesis.origin, publish.size, publish.root}.text();
    std::set<consensus::MemberIndex> distinct;
    for (const auto& line : publish.lines) {
      if (line.member < who.members->members.size() &&
          remembered_verify(who.members->members[line.member].cosigner, crypto::cosignature_message(text, line.time_s),
                            line.signature))
        distinct.insert(line.member);
    }
    if (distinct.size() < quorum(who))
      broken(who, "publishes a checkpoint of " + std::to_string(distinct.size()) + " members");
  }

  LawContext context_;
};

}  // namespace

std::unique_ptr<Law> quorum_proofs(const LawContext& context) { return std::make_unique<QuorumProofs>(context); }

}  // namespace quipu::testnet
