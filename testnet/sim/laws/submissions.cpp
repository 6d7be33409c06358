// SPDX-License-Identifier: Apache-2.0
// The log holds only what clients submitted and may be taken, each submission once and each number of a key once, in
// blocks that are never empty and end in their seal.
#include <map>
#include <set>

#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

class Submissions final : public Law {
 public:
  explicit Submissions(const LawContext& context) : context_(context) {}

  void submitted(BytesView leaf, bool valid) override {
    if (valid) allowed_.insert(crypto::leaf_hash(leaf));
  }

  void performing(const Who& who, const replica::Effect& effect) override {
    const auto* commit = std::get_if<replica::Commit>(&effect);
    if (!commit) return;
    for (const auto& each : commit->blocks) check(who, each.executed->block);
  }

 private:
  void broken(const Who& who, const std::string& what) {
    context_.report.broken("submissions", name_of(who) + " " + what);
  }

  void check(const Who& who, const consensus::Block& block) {
    const auto& leaves = block.leaves;
    if (leaves.size() < 2 || !ledger::is_seal_leaf(leaves.back()))
      return broken(who, "finalizes an empty or unsealed block");
    if (std::set<Bytes>(leaves.begin(), leaves.end()).size() != leaves.size())
      broken(who, "finalizes a leaf twice in a block");
    for (std::size_t i = 0; i + 1 < leaves.size(); ++i) check(who, leaves[i], block.header.height.value);
  }

  void check(const Who& who, BytesView leaf, std::uint64_t height) {
    const crypto::Digest id = crypto::leaf_hash(leaf);
    if (!allowed_.contains(id)) broken(who, "finalizes what may not be taken");
    if (heights_.try_emplace(id, height).first->second != height) broken(who, "finalizes a submission twice");
    const auto submission = ledger::decode_submission(leaf, context_.cast->genesis.chain_id);
    if (!submission) return broken(who, "finalizes what is no submission");
    const auto number = std::pair(Bytes(submission->administration()) + Bytes(submission->statement.kid.view()),
                                  submission->sequence());
    if (holders_.try_emplace(number, id).first->second != id) broken(who, "finalizes two submissions of one number");
  }

  LawContext context_;
  std::set<crypto::Digest> allowed_;
  std::map<crypto::Digest, std::uint64_t> heights_;
  std::map<std::pair<Bytes, std::uint64_t>, crypto::Digest> holders_;
};

}  // namespace

std::unique_ptr<Law> submissions(const LawContext& context) { return std::make_unique<Submissions>(context); }

}  // namespace quipu::testnet
