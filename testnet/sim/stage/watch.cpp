// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/stage/watch.h"

#include "consensus/accountability.h"
#include "testnet/sim/signatures.h"

namespace quipu::testnet::stage {

namespace {

class Watch final : public Law {
 public:
  Watch(std::shared_ptr<const Cast> cast, const EventQueue& queue, Seen& seen)
      : cast_(std::move(cast)), queue_(queue), seen_(seen) {}

  void performing(const Who& who, const replica::Effect& effect) override {
    if (const auto* sign = std::get_if<replica::Sign>(&effect)) signing_[who.endpoint] = sign->slot.kind;
    if (const auto* report = std::get_if<replica::ReportEvidence>(&effect))
      seen_.accused.insert(who.members->members[report->evidence.first.signer].code);
    if (const auto* commit = std::get_if<replica::Commit>(&effect)) keep(*commit);
  }

  void performed(const Who& who, const replica::Effect& effect) override {
    signing_.erase(who.endpoint);
    const auto* commit = std::get_if<replica::Commit>(&effect);
    if (!commit) return;
    for (const auto& block : commit->blocks)
      seen_.commits[block.executed->block.header.height.value][who.endpoint] = queue_.now();
  }

  void slot_written(const Who& who, const consensus::SafetyRecord&) override {
    const auto wanted = seen_.crash_after.find(who.endpoint);
    const auto signing = signing_.find(who.endpoint);
    if (wanted == seen_.crash_after.end() || signing == signing_.end() || signing->second != wanted->second) return;
    seen_.crash_after.erase(wanted);
    seen_.crash(who.endpoint);
  }

 private:
  void keep(const replica::Commit& commit) {
    seen_.proofs.push_back(commit.finalization);
    for (const auto& block : commit.blocks)
      for (const auto& link : block.links) {
        seen_.proofs.push_back(link.step);
        seen_.proofs.insert(seen_.proofs.end(), link.skipped.begin(), link.skipped.end());
      }
  }

  std::shared_ptr<const Cast> cast_;
  const EventQueue& queue_;
  Seen& seen_;
  std::map<Endpoint, consensus::VoteKind> signing_;
};

}  // namespace

std::unique_ptr<Law> watch(std::shared_ptr<const Cast> cast, const EventQueue& queue, Seen& seen) {
  return std::make_unique<Watch>(std::move(cast), queue, seen);
}

std::vector<std::string> convicted(const std::vector<consensus::QuorumProof>& proofs, const Cast& cast) {
  std::vector<const consensus::QuorumProof*> material;
  for (const auto& proof : proofs) material.push_back(&proof);
  const auto& members = cast.genesis.members;
  std::vector<std::string> codes;
  for (const auto& pair : consensus::convict(material, cast.genesis.scope(), members, &remembered_verify))
    codes.push_back(members[pair.first.signer].code);
  return codes;
}

}  // namespace quipu::testnet::stage
