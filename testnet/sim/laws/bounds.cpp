// SPDX-License-Identifier: Apache-2.0
// Bounds: pool, queues and answers stay below the one table of limits; evidence accuses no honest member, and none is
// kept out.
#include "consensus/limits.h"
#include "testnet/sim/laws/contents.h"
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

class Bounds final : public Law {
 public:
  explicit Bounds(const LawContext& context) : context_(context) {}

  void stepped(const Who& who, const replica::Status& status) override {
    if (status.pool > limits::kPoolSubmissions) broken(who, "pool of too many submissions");
    if (status.pool_bytes > limits::kPoolBytes) broken(who, "pool of too many bytes");
  }

  void performing(const Who& who, const replica::Effect& effect) override {
    if (const auto* send = std::get_if<replica::Send>(&effect)) check_frame(who, *send->frame);
    if (const auto* broadcast = std::get_if<replica::Broadcast>(&effect)) check_frame(who, *broadcast->frame);
    if (const auto* report = std::get_if<replica::ReportEvidence>(&effect)) check_evidence(who, report->evidence);
    if (const auto* keep_out = std::get_if<replica::KeepOut>(&effect); keep_out && honest(who, keep_out->peer))
      broken(who, "keeps an honest member out");
    if (const auto* commit = std::get_if<replica::Commit>(&effect)) check_blocks(who, *commit);
  }

 private:
  void broken(const Who& who, const std::string& what) { context_.report.broken("bounds", name_of(who) + ": " + what); }

  // A guest has nothing to be kept out for.
  bool honest(const Who& who, consensus::MemberIndex member) const {
    const auto& members = who.members->members;
    return member < members.size() && context_.honest[context_.cast->place_of(members[member].code)];
  }

  void check_frame(const Who& who, const Bytes& frame) {
    if (frame.size() > limits::kSyncFrameBytes) broken(who, "frame of " + std::to_string(frame.size()) + " bytes");
  }

  void check_evidence(const Who& who, const consensus::Evidence& evidence) {
    const auto good = [&](const consensus::Vote& vote) {
      return valid_vote(vote, *who.members, context_.cast->genesis.chain);
    };
    const bool valid = good(evidence.first) && good(evidence.second) &&
                       evidence.first.signer == evidence.second.signer && evidence.first != evidence.second;
    if (!valid) broken(who, "evidence that proves nothing");
    if (valid && honest(who, evidence.first.signer)) broken(who, "evidence against an honest member");
  }

  void check_blocks(const Who& who, const replica::Commit& commit) {
    for (const auto& each : commit.blocks) {
      std::size_t bytes = 0;
      for (const Bytes& leaf : each.executed->block.leaves) bytes += leaf.size();
      if (bytes > limits::kBlockLeafBytes) broken(who, "block of too many bytes");
      if (each.executed->block.leaves.size() > limits::kBlockSubmissions + 1)
        broken(who, "block of too many submissions");
    }
  }

  LawContext context_;
};

}  // namespace

std::unique_ptr<Law> bounds(const LawContext& context) { return std::make_unique<Bounds>(context); }

}  // namespace quipu::testnet
