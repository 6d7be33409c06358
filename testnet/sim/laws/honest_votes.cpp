// SPDX-License-Identifier: Apache-2.0
// No contradiction under an honest key, ever, across crashes: of all signatures seen on the wire no two of one signer
// and view are notarize/notarize or finalize/finalize of two subjects (E1, E2), notarize/finalize of two subjects (E3),
// or nullify/finalize (E4).
#include <map>
#include <tuple>

#include "testnet/sim/laws/contents.h"
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

using consensus::Subject;
using consensus::VoteKind;

class HonestVotes final : public Law {
 public:
  explicit HonestVotes(const LawContext& context) : context_(context) {}

  void sent(const Who& who, const consensus::Message& message) override {
    const auto& chain = context_.cast->genesis.chain;
    for (const auto& vote : votes_in(message, *who.members, chain)) {
      if (vote.signer >= who.members->members.size()) continue;
      const auto signer = context_.cast->place_of(who.members->members[vote.signer].code);
      if (context_.honest[signer] && valid_vote(vote, *who.members, chain)) note(who.members->epoch, signer, vote);
    }
  }

 private:
  struct Seen {
    std::optional<Subject> notarized;
    std::optional<Subject> finalized;
    bool nullified = false;
  };

  void note(consensus::Epoch epoch, std::size_t signer, const consensus::Vote& vote) {
    Seen& seen = seen_[{epoch.value, signer, vote.subject.view.value}];
    const auto broken = [&](const std::string& what) {
      context_.report.broken("honest votes", context_.cast->code(signer) + " in epoch " + std::to_string(epoch.value) +
                                                 ", view " + std::to_string(vote.subject.view.value) + " " + what);
    };
    const auto other = [&](const std::optional<Subject>& earlier) { return earlier && *earlier != vote.subject; };
    switch (vote.kind) {
      case VoteKind::kNotarize:
        if (other(seen.notarized)) broken("E1: notarized two blocks");
        if (other(seen.finalized)) broken("E3: notarized one block and finalized another");
        seen.notarized = vote.subject;
        break;
      case VoteKind::kFinalize:
        if (other(seen.finalized)) broken("E2: finalized two blocks");
        if (other(seen.notarized)) broken("E3: finalized another block than it notarized");
        if (seen.nullified) broken("E4: finalized after nullify");
        seen.finalized = vote.subject;
        break;
      case VoteKind::kNullify:
        if (seen.finalized) broken("E4: nullified after finalize");
        seen.nullified = true;
        break;
    }
  }

  LawContext context_;
  std::map<std::tuple<std::uint64_t, std::size_t, std::uint64_t>, Seen> seen_;  // by epoch, signer, view
};

}  // namespace

std::unique_ptr<Law> honest_votes(const LawContext& context) { return std::make_unique<HonestVotes>(context); }

}  // namespace quipu::testnet
