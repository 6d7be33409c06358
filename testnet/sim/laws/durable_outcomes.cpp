// SPDX-License-Identifier: Apache-2.0
// Durability: FINAL is said only when the block is synced in this node's database and the safety file's tip covers it;
// and what was said is found at its place after every restart, and never contradicted by another node. A database that
// was lost may be behind while it is refilled, and must then show it at the same place.
#include <map>

#include "storage/record_codec.h"
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

namespace {

class DurableOutcomes final : public Law {
 public:
  explicit DurableOutcomes(const LawContext& context) : context_(context) {}

  void database_written(const Who& who, const storage::Batch& batch, storage::Durability durability) override {
    Node& node = nodes_[who.endpoint];
    for (const auto& write : batch.writes()) {
      if (write.family != storage::Family::kMeta || write.key != storage::kTipKey || !write.value) continue;
      if (const auto tip = storage::decode_tip(*write.value)) node.written_height = tip->height.value;
    }
    if (durability == storage::Durability::kSynced) node.synced_height = node.written_height;
  }

  void slot_written(const Who& who, const consensus::SafetyRecord& record) override {
    nodes_[who.endpoint].slot_height = record.tip.height.value;
  }

  void performing(const Who& who, const replica::Effect& effect) override {
    const auto* changed = std::get_if<replica::Changed>(&effect);
    if (!changed || changed->outcome.phase != replica::Phase::kFinal) return;
    const auto& outcome = changed->outcome;
    Node& node = nodes_[who.endpoint];
    if (outcome.height.value > node.synced_height) broken(who, "says FINAL before the block is synced");
    if (outcome.height.value > node.slot_height) broken(who, "says FINAL before the safety file's tip");
    const auto [place, fresh] = places_.try_emplace(outcome.id, Place{outcome.height.value, outcome.index});
    if (!fresh && place->second != Place{outcome.height.value, outcome.index})
      broken(who, "says FINAL at another place");
    node.said.insert_or_assign(outcome.id, place->second);
  }

  void lost_database(const Who& who) override { nodes_[who.endpoint].lost = true; }

  void booted(const Who& who, const host::Host& host, const replica::Restored& restored) override {
    Node& node = nodes_[who.endpoint];
    node.written_height = node.synced_height = restored.committed.height.value;
    node.slot_height = host.safety_record().tip.height.value;
    for (const auto& [id, place] : node.said) {
      if (node.lost && place.height > restored.committed.height.value) continue;
      const auto found = host.place_of(id);
      if (!found) return broken(who, "forgot what it said was FINAL");
      if (found->height.value != place.height || found->index != place.index)
        return broken(who, "moved what was FINAL");
    }
  }

 private:
  struct Place {
    std::uint64_t height = 0;
    std::uint64_t index = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Node {
    std::uint64_t written_height = 0;
    std::uint64_t synced_height = 0;
    std::uint64_t slot_height = 0;
    bool lost = false;
    std::map<crypto::Digest, Place> said;
  };

  void broken(const Who& who, const std::string& what) {
    context_.report.broken("durability", name_of(who) + " " + what);
  }

  LawContext context_;
  std::map<Endpoint, Node> nodes_;
  std::map<crypto::Digest, Place> places_;
};

}  // namespace

std::unique_ptr<Law> durable_outcomes(const LawContext& context) { return std::make_unique<DurableOutcomes>(context); }

}  // namespace quipu::testnet
