// SPDX-License-Identifier: Apache-2.0
// Proposals by reference (references.h) between the engine, which knows whole blocks, and the wire.
#include "crypto/merkle.h"
#include "node/replica/replica_state.h"

namespace quipu::replica {

namespace {

consensus::Message as_it_travels(consensus::Message message, std::size_t members, std::size_t inline_bytes) {
  if (auto* proposal = std::get_if<consensus::Proposal>(&message))
    return by_reference(*proposal, members, inline_bytes);
  return message;
}

}  // namespace

// Of versions the engine knows nothing.
void Replica::State::on(consensus::Send& effect) {
  if (auto* status = std::get_if<consensus::Status>(&effect.message)) status->newest_protocol_version = newest_known();
  send(effect.to, as_it_travels(std::move(effect.message), members().size(), config.inline_block_bytes));
}

void Replica::State::on(consensus::Broadcast& effect) {
  broadcast(as_it_travels(std::move(effect.message), members().size(), config.inline_block_bytes));
}

void Replica::State::receive_proposal(PeerId from, consensus::Proposal proposal) {
  const auto find = [this](const crypto::Digest& id) { return leaf_here(id); };
  const bool kept =
      !proposal.leaf_ids.empty() && references.add(from, proposal, engine.status().current, find, now.steady_us);
  // Of one out of time the engine takes what that says about its sender.
  if (!kept) engine_inputs.emplace_back(consensus::Received{from, std::move(proposal)});
  ask_for_missing();
}

// In the pool, or on its way there.
const Bytes* Replica::State::leaf_here(const crypto::Digest& id) const {
  if (const auto* entry = pool.find(id)) return &entry->submission->leaf;
  if (!in_check.contains(id)) return nullptr;
  for (const auto& [ticket, batch] : checking) {
    for (const auto& item : batch.items) {
      if (item.submission->id == id) return &item.submission->leaf;
    }
  }
  return nullptr;
}

void Replica::State::leaf_came(const crypto::Digest& id, const Bytes& leaf) {
  references.fill(id, leaf);
  ask_for_missing();
}

// What is whole goes to the engine as if it had come so.
void Replica::State::ask_for_missing() {
  for (auto& [from, proposal] : references.take_whole()) {
    engine_inputs.emplace_back(consensus::Received{from, std::move(proposal)});
  }
  for (auto& ask : references.due(engine.status().current, now.steady_us)) {
    send(ask.to, consensus::SubmissionRequest{std::move(ask.ids)});
  }
}

}  // namespace quipu::replica
