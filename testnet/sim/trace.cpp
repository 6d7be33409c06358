// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/trace.h"

namespace quipu::testnet {

namespace {

// What identifies an input or effect; the rest follows from it.
struct Mixer {
  Trace& trace;

  void subject(const consensus::Slot& slot, const consensus::Subject& subject) const {
    trace.mix(static_cast<std::uint64_t>(slot.kind));
    trace.mix(subject.view.value);
    trace.mix(subject.parent_view.value);
    trace.mix(subject.height.value);
    trace.mix(subject.block.view());
  }

  void operator()(const replica::Received& in) const { trace.mix(in.from), trace.mix(BytesView(in.frame)); }
  void operator()(const replica::Submitted& in) const { trace.mix(in.request), trace.mix(BytesView(in.leaf)); }
  void operator()(const replica::SubmissionsVerified& in) const {
    for (const auto& batch : in.batches) trace.mix(batch.ticket), trace.mix(batch.valid.size());
  }
  void operator()(const replica::Persisted& in) const { trace.mix(in.ticket); }
  void operator()(const replica::Signed& in) const { subject(in.slot, in.subject), trace.mix(in.signature.view()); }
  void operator()(const replica::Refused& in) const { subject(in.slot, in.subject), trace.mix(BytesView(in.why)); }
  void operator()(const replica::Committed& in) const { trace.mix(in.height.value); }
  void operator()(const replica::Cosigned& in) const { trace.mix(in.size), trace.mix(in.signature.view()); }
  void operator()(const replica::PeerUp& in) const { trace.mix(in.peer); }
  void operator()(const replica::PeerDown& in) const { trace.mix(in.peer); }

  void operator()(const replica::Persist& effect) const {
    trace.mix(effect.ticket), trace.mix(effect.blocks.size()), trace.mix(effect.proofs.size());
  }
  void operator()(const replica::Sign& effect) const { subject(effect.slot, effect.subject); }
  void operator()(const replica::Send& effect) const { trace.mix(effect.to), trace.mix(BytesView(*effect.frame)); }
  void operator()(const replica::Broadcast& effect) const { trace.mix(BytesView(*effect.frame)); }
  void operator()(const replica::VerifySubmissions& effect) const {
    trace.mix(effect.ticket), trace.mix(effect.items.size());
  }
  void operator()(const replica::Commit& effect) const { trace.mix(effect.tip.block.view()); }
  void operator()(const replica::Cosign& effect) const { trace.mix(effect.size), trace.mix(effect.time_s); }
  void operator()(const replica::PublishCheckpoint& effect) const {
    trace.mix(effect.size), trace.mix(effect.lines.size());
  }
  void operator()(const replica::Changed& effect) const {
    trace.mix(effect.outcome.id.view()), trace.mix(static_cast<std::uint64_t>(effect.outcome.phase));
  }
  void operator()(const replica::Answer& effect) const {
    trace.mix(effect.request), trace.mix(static_cast<std::uint64_t>(effect.admission));
  }
  void operator()(const replica::KeepOut& effect) const { trace.mix(effect.peer); }
  void operator()(const replica::Halt& effect) const { trace.mix(BytesView(effect.reason)); }
  void operator()(const replica::Abstain& effect) const { trace.mix(effect.until.value); }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

void Trace::mix(const replica::Input& input) {
  mix(input.index());
  std::visit(Mixer{*this}, input);
}

void Trace::mix(const replica::Effect& effect) {
  mix(effect.index());
  std::visit(Mixer{*this}, effect);
}

}  // namespace quipu::testnet
