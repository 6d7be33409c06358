// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/narrator.h"

#include <iomanip>

namespace quipu::testnet {

namespace {

std::string brief(const crypto::Digest& digest) { return crypto::to_hex(digest.view().substr(0, 4)); }

const char* letter(consensus::VoteKind kind) {
  return kind == consensus::VoteKind::kNotarize  ? "notarize"
         : kind == consensus::VoteKind::kNullify ? "nullify"
                                                 : "finalize";
}

std::string words(consensus::VoteKind kind, const consensus::Subject& subject) {
  std::string out = letter(kind) + (" view " + std::to_string(subject.view.value));
  if (kind != consensus::VoteKind::kNullify)
    out += " parent " + std::to_string(subject.parent_view.value) + " height " + std::to_string(subject.height.value) +
           " " + brief(subject.block);
  return out;
}

struct MessageTeller {
  std::string operator()(const consensus::Proposal& m) const {
    return "proposal view " + std::to_string(m.view.value) + " parent " + std::to_string(m.parent_view.value) +
           (m.repeat ? " repeat " + brief(m.repeated) : " height " + std::to_string(m.block.header.height.value)) +
           ", " + std::to_string(m.skip_proofs.size()) + " skips";
  }
  std::string operator()(const consensus::Vote& m) const {
    return "vote of " + std::to_string(m.signer) + ": " + words(m.kind, m.subject);
  }
  std::string operator()(const consensus::QuorumProof& m) const { return "proof " + words(m.kind, m.subject); }
  std::string operator()(const consensus::ProofRequest& m) const {
    return "proof request " + std::to_string(m.first.value) + ".." + std::to_string(m.last.value);
  }
  std::string operator()(const consensus::ProofResponse& m) const {
    return "proof response of " + std::to_string(m.proofs.size());
  }
  std::string operator()(const consensus::BlockRequest& m) const {
    return "block request " + std::to_string(m.ids.size()) + " ids, heights " + std::to_string(m.first.value) + ".." +
           std::to_string(m.last.value);
  }
  std::string operator()(const consensus::BlockResponse& m) const {
    return "block response " + std::to_string(m.blocks.size()) + " blocks, " + std::to_string(m.finalized.size()) +
           " final";
  }
  std::string operator()(const consensus::Status& m) const {
    return "status view " + std::to_string(m.current.value) + " final height " +
           std::to_string(m.finalized.height.value) + (m.answer_wanted ? ", answer wanted" : "") +
           (m.question != 0 ? ", question " + std::to_string(m.question % 10'000) : "") +
           (m.recovering ? ", recovering" : "");
  }
  std::string operator()(const consensus::Evidence&) const { return "evidence"; }
  std::string operator()(const consensus::Submissions& m) const {
    return std::to_string(m.leaves.size()) + " submissions";
  }
  std::string operator()(const consensus::SubmissionOffer& m) const {
    return "offer of " + std::to_string(m.ids.size());
  }
  std::string operator()(const consensus::SubmissionRequest& m) const {
    return "request of " + std::to_string(m.ids.size());
  }
  std::string operator()(const consensus::CosignatureMessage& m) const {
    return "cosignature " + std::to_string(m.size);
  }
  std::string operator()(const consensus::RecordRequest& m) const {
    return "request of " + std::to_string(m.commitments.size()) + " records";
  }
  std::string operator()(const consensus::RecordResponse& m) const {
    return std::to_string(m.records.size()) + " records";
  }
};

struct EffectTeller {
  std::string operator()(const replica::Sign& e) const { return "signs " + words(e.slot.kind, e.subject); }
  std::string operator()(const replica::Persist& e) const {
    return "persists " + std::to_string(e.blocks.size()) + " blocks, " + std::to_string(e.proofs.size()) + " proofs";
  }
  std::string operator()(const replica::Commit& e) const {
    return "commits height " + std::to_string(e.tip.height.value) + " view " + std::to_string(e.tip.view.value);
  }
  std::string operator()(const replica::Changed& e) const {
    return "tells " + brief(e.outcome.id) + " phase " + std::to_string(static_cast<int>(e.outcome.phase)) +
           (e.outcome.rejection ? " " + std::string(ledger::name_of(e.outcome.rejection->code)) : "");
  }
  std::string operator()(const replica::Answer& e) const {
    return "answers " + brief(e.id) + " admission " + std::to_string(static_cast<int>(e.admission)) +
           (e.rejection ? " " + std::string(ledger::name_of(e.rejection->code)) : "");
  }
  std::string operator()(const replica::Send& e) const { return "sends to " + std::to_string(e.to); }
  std::string operator()(const replica::Broadcast&) const { return "broadcasts"; }
  std::string operator()(const replica::KeepOut& e) const { return "keeps out " + std::to_string(e.peer); }
  std::string operator()(const replica::Halt& e) const { return "halts: " + e.reason; }
  std::string operator()(const replica::Abstain& e) const { return "abstains: " + e.why; }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

class Narrator final : public Law {
 public:
  Narrator(const EventQueue& queue, std::ostream& out) : queue_(queue), out_(out) {}

  void booted(const Who& who, const host::Host&, const replica::Restored& restored) override {
    tell(who, "boots at height " + std::to_string(restored.committed.height.value));
  }
  void lost_power(const Who& who, std::size_t) override { tell(who, "loses power"); }
  void performing(const Who& who, const replica::Effect& effect) override {
    const auto text = std::visit(EffectTeller{}, effect);
    if (!text.empty()) tell(who, text);
  }
  void sent(const Who& who, const consensus::Message& message) override {
    tell(who, "  " + std::visit(MessageTeller{}, message));
  }

 private:
  void tell(const Who& who, const std::string& text) {
    out_ << std::fixed << std::setprecision(3) << static_cast<double>(queue_.now()) / kSecond << " " << name_of(who)
         << " " << text << "\n";
  }
  const EventQueue& queue_;
  std::ostream& out_;
};

}  // namespace

std::unique_ptr<Law> narrator(const EventQueue& queue, std::ostream& out) {
  return std::make_unique<Narrator>(queue, out);
}

}  // namespace quipu::testnet
