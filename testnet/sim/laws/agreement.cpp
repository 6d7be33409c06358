// SPDX-License-Identifier: Apache-2.0
// Agreement: all honest nodes finalize the same blocks, height by height without a gap, each on the one before, and the
// tree root in each header is the root of the leaves. What is cosigned is a root of that log. No honest node
// halts whose program knows what the others know.
#include <map>

#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

struct Agreed {
  consensus::BlockId id;
  consensus::Block block;
};

class Agreement final : public Law {
 public:
  explicit Agreement(const LawContext& context) : context_(context) {
    const auto genesis = ledger::genesis_block(context.cast->genesis);
    chain_.push_back({genesis.after.block, genesis.block});
    for (const Bytes& leaf : genesis.block.leaves) tree_.append(crypto::leaf_hash(leaf));
    roots_[tree_.size()] = tree_.root();
  }

  void booted(const Who& who, const host::Host&, const replica::Restored& restored) override {
    const auto height = restored.committed.height.value;
    if (height >= chain_.size()) return broken(who, "restarts above everything ever finalized");
    if (chain_[height].id != restored.committed.block) broken(who, "restarts on another block");
    height_[who.endpoint] = height;
  }

  // Before it is carried out: a power cut may come in the middle, and the proof binds already.
  void performing(const Who& who, const replica::Effect& effect) override {
    if (const auto* commit = std::get_if<replica::Commit>(&effect)) committed(who, *commit);
    const auto* halt = std::get_if<replica::Halt>(&effect);
    if (halt && !who.older) broken(who, "halted: " + halt->reason);
  }

  void sent(const Who& who, const consensus::Message& message) override {
    const auto* cosignature = std::get_if<consensus::CosignatureMessage>(&message);
    if (!cosignature) return;
    const auto root = roots_.find(cosignature->size);
    if (root == roots_.end() || root->second != cosignature->root)
      broken(who, "cosigned a root that is not of the log");
  }

 private:
  void broken(const Who& who, const std::string& what) {
    context_.report.broken("agreement", name_of(who) + " " + what);
  }

  void committed(const Who& who, const replica::Commit& commit) {
    for (const auto& each : commit.blocks) {
      const consensus::Block& block = each.executed->block;
      if (block.header.height.value != ++height_[who.endpoint]) return broken(who, "commits out of order");
      check(who, block);
    }
    if (commit.tip.height.value != height_[who.endpoint] || commit.tip.block != chain_[commit.tip.height.value].id)
      broken(who, "commits a tip that is not its last block");
  }

  void check(const Who& who, const consensus::Block& block) {
    const auto height = block.header.height.value;
    if (height == chain_.size()) return extend(who, block);
    if (chain_[height].block != block) broken(who, "finalizes another block at height " + std::to_string(height));
  }

  void extend(const Who& who, const consensus::Block& block) {
    if (block.header.parent_id != chain_.back().id) broken(who, "finalizes a block on another parent");
    chain_.push_back({consensus::block_id(context_.cast->genesis.chain, block.header), block});
    for (const Bytes& leaf : block.leaves) tree_.append(crypto::leaf_hash(leaf));
    roots_[tree_.size()] = tree_.root();
    if (tree_.size() != block.header.tree_size || tree_.root() != block.header.tree_root)
      broken(who, "finalizes a header whose tree is not its leaves'");
  }

  LawContext context_;
  std::vector<Agreed> chain_;  // by height
  crypto::CompactRange tree_;
  std::map<std::uint64_t, crypto::Digest> roots_;  // by tree size
  std::map<Endpoint, std::uint64_t> height_;
};

}  // namespace

std::unique_ptr<Law> agreement(const LawContext& context) { return std::make_unique<Agreement>(context); }

}  // namespace quipu::testnet
