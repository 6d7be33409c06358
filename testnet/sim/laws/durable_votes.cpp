// SPDX-License-Identifier: Apache-2.0
// Persist, sign, send, in this order: before a vote is signed the block it names and the proof that let the node enter
// the view are synced in its database; before it is sent it has been in a synced slot of its safety file.
#include <map>
#include <set>

#include "storage/record_codec.h"
#include "testnet/sim/laws/contents.h"
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

using consensus::Subject;
using consensus::VoteKind;

class DurableVotes final : public Law {
 public:
  explicit DurableVotes(const LawContext& context) : context_(context) {}

  void database_written(const Who& who, const storage::Batch& batch, storage::Durability durability) override {
    Node& node = nodes_[who.endpoint];
    node.unsynced.push_back(facts_in(batch));
    if (durability == storage::Durability::kSynced) settle(node, node.unsynced.size());
  }

  void lost_power(const Who& who, std::size_t unsynced_kept) override {
    Node& node = nodes_[who.endpoint];
    settle(node, std::min(unsynced_kept, node.unsynced.size()));
  }

  void lost_database(const Who& who) override {
    Node& node = nodes_[who.endpoint];
    node.unsynced.clear();
    node.blocks.clear();
    node.proven_views.clear();
    node.lost = true;
  }

  void slot_written(const Who& who, const consensus::SafetyRecord& record) override {
    auto& shown = nodes_[who.endpoint].shown;
    if (record.epoch > nodes_[who.endpoint].epoch) {  // its views begin anew, and so does what lets it into them
      nodes_[who.endpoint].epoch = record.epoch;
      nodes_[who.endpoint].proven_views.clear();
      shown.clear();
    }
    if (record.top_notarized) shown.insert({VoteKind::kNotarize, *record.top_notarized});
    if (record.top_finalized) shown.insert({VoteKind::kFinalize, *record.top_finalized});
    if (record.top_nullified) shown.insert({VoteKind::kNullify, Subject{record.top_view, {}, {}, {}}});
    for (const auto& open : record.open)
      if (open.finalized) shown.insert({VoteKind::kFinalize, open.notarized});
  }

  void performing(const Who& who, const replica::Effect& effect) override {
    const auto* sign = std::get_if<replica::Sign>(&effect);
    if (!sign) return;
    const Node& node = nodes_[who.endpoint];
    // What it had signed before its database was lost it may sign again: the same bytes.
    if (node.lost && node.shown.contains({sign->slot.kind, sign->subject})) return;
    const bool names_block = sign->slot.kind != VoteKind::kNullify;
    if (names_block && !node.blocks.contains(sign->subject.block)) broken(who, "signs for a block that is not synced");
    if (sign->slot.kind != VoteKind::kFinalize && !entered(node, sign->slot.view.value))
      broken(who, "signs in view " + std::to_string(sign->slot.view.value) + " without its entry proof synced");
  }

  void sent(const Who& who, const consensus::Message& message) override {
    const auto& shown = nodes_[who.endpoint].shown;
    if (nodes_[who.endpoint].epoch != who.members->epoch) return;  // it observes
    for (const auto& vote : votes_in(message, *who.members, context_.cast->genesis.chain))
      if (vote.signer == who.member(*context_.cast) && !shown.contains({vote.kind, vote.subject}))
        broken(who, "sends a vote in view " + std::to_string(vote.subject.view.value) + " that no slot showed");
  }

 private:
  struct Facts {
    std::vector<consensus::BlockId> blocks;
    std::vector<std::uint64_t> proven_views;
  };
  struct Node {
    consensus::Epoch epoch;  // of its safety file
    std::vector<Facts> unsynced;
    std::set<consensus::BlockId> blocks;
    std::set<std::uint64_t> proven_views;
    std::set<std::pair<VoteKind, Subject>> shown;
    bool lost = false;
  };

  void broken(const Who& who, const std::string& what) {
    context_.report.broken("durable votes", name_of(who) + " " + what);
  }

  static bool entered(const Node& node, std::uint64_t view) {
    return view <= 1 || node.proven_views.contains(view - 1);
  }

  static void settle(Node& node, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      node.blocks.insert(node.unsynced[i].blocks.begin(), node.unsynced[i].blocks.end());
      node.proven_views.insert(node.unsynced[i].proven_views.begin(), node.unsynced[i].proven_views.end());
    }
    node.unsynced.clear();
  }

  Facts facts_in(const storage::Batch& batch) const {
    Facts facts;
    for (const auto& write : batch.writes()) {
      if (!write.value) continue;
      if (write.family == storage::Family::kPending) pending_fact(facts, write.key, *write.value);
      if (write.family == storage::Family::kBlocks)
        if (const auto record = storage::decode_block_record(*write.value)) facts.blocks.push_back(record->id);
      if (write.family == storage::Family::kMeta && write.key == storage::kTipKey)
        if (const auto tip = storage::decode_tip(*write.value)) facts.proven_views.push_back(tip->view.value);
    }
    return facts;
  }

  void pending_fact(Facts& facts, BytesView key, BytesView value) const {
    if (key.starts_with(storage::kPendingBlocks)) {
      if (const auto block = storage::decode_block(value))
        facts.blocks.push_back(consensus::block_id(context_.cast->genesis.chain, block->header));
    }
    if (key.starts_with(storage::kPendingProofs)) {
      if (const auto proof = storage::decode_quorum_proof(value))
        facts.proven_views.push_back(proof->subject.view.value);
    }
  }

  LawContext context_;
  std::map<Endpoint, Node> nodes_;
};

}  // namespace

std::unique_ptr<Law> durable_votes(const LawContext& context) { return std::make_unique<DurableVotes>(context); }

}  // namespace quipu::testnet
