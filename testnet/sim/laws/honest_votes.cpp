// SPDX-License-Identifier: Apache-2.0
// No contradiction under an honest key, ever, across crashes: of all signatures seen on the wire no two of one signer
// and view are notarize/notarize or finalize/finalize of two subjects (E1, E2), notarize/finalize of two subjects (E3),
// or nullify/finalize (E4).
#include <map>

#include "testnet/sim/laws/contents.h"
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

using consensus::Subject;
using consensus::VoteKind;

class HonestVotes final : public Law {
 public:
  explicit HonestVotes(const LawContext& context) : context_(context) {}

  void sent(const Who&, const consensus::Message& message) override {
    for (const auto& vote : votes_in(message, *context_.cast)) {
      if (vote.signer >= context_.honest.size() || !context_.honest[vote.signer]) continue;
      if (valid_vote(vote, *context_.cast)) note(vote);
    }
  }

 private:
  struct Seen {
    std::optional<Subject> notarized;
    std::optional<Subject> finalized;
    bool nullified = false;
  };

  void note(const consensus::Vote& vote) {
    Seen& seen = seen_[{vote.signer, vote.subject.view.value}];
    const auto other = [&](const std::optional<Subject>& earlier) { return earlier && *earlier != vote.subject; };
    switch (vote.kind) {
      case VoteKind::kNotarize:
        if (other(seen.notarized)) broken(vote, "E1: notarized two blocks");
        if (other(seen.finalized)) broken(vote, "E3: notarized one block and finalized another");
        seen.notarized = vote.subject;
        break;
      case VoteKind::kFinalize:
        if (other(seen.finalized)) broken(vote, "E2: finalized two blocks");
        if (other(seen.notarized)) broken(vote, "E3: finalized another block than it notarized");
        if (seen.nullified) broken(vote, "E4: finalized after nullify");
        seen.finalized = vote.subject;
        break;
      case VoteKind::kNullify:
        if (seen.finalized) broken(vote, "E4: nullified after finalize");
        seen.nullified = true;
        break;
    }
  }

  void broken(const consensus::Vote& vote, const std::string& what) {
    context_.report.broken("honest votes", context_.cast->code(vote.signer) + " in view " +
                                               std::to_string(vote.subject.view.value) + " " + what);
  }

  LawContext context_;
  std::map<std::pair<consensus::MemberIndex, std::uint64_t>, Seen> seen_;
};

}  // namespace

std::unique_ptr<Law> honest_votes(const LawContext& context) { return std::make_unique<HonestVotes>(context); }

}  // namespace quipu::testnet
