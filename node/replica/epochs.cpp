// SPDX-License-Identifier: Apache-2.0
// Where the members of this epoch end: guests, who follow without a vote; peers that are in another epoch; and the end
// of this one.
#include <algorithm>

#include "node/replica/replica_state.h"

namespace quipu::replica {

namespace {
constexpr std::int64_t kTellEvery_us = 1'000'000;

// A request for heights, whatever epoch it is of: it holds nothing that depends on that.
std::optional<consensus::BlockRequest> heights_asked(BytesView frame, const consensus::Scope& scope) {
  auto message = consensus::decode_message(frame, scope, 1);
  auto* request = message ? std::get_if<consensus::BlockRequest>(&*message) : nullptr;
  if (request == nullptr || !request->ids.empty()) return std::nullopt;
  return std::move(*request);
}
}  // namespace

std::uint32_t Replica::State::newest_known() const {
  return std::min(config.newest_protocol_version, ledger::newest_protocol_version(config.genesis.chain_id));
}

std::string Replica::State::outgrown() const { return ledger::outgrown(*membership, newest_known()); }

void Replica::State::handle(PeerUp& input) {
  if (!is_guest(input.peer)) return void(engine_inputs.emplace_back(consensus::PeerUp{input.peer}));
  guests.insert(input.peer);
  if (const auto& proof = engine.finalization()) send(input.peer, *proof);
}

void Replica::State::handle(PeerDown& input) {
  if (!is_guest(input.peer)) return void(engine_inputs.emplace_back(consensus::PeerDown{input.peer}));
  guests.erase(input.peer);
}

// Requests are served; to anything else the answer is what is final here.
void Replica::State::receive_guest(PeerId from, consensus::Message message) {
  auto* request = std::get_if<consensus::BlockRequest>(&message);
  if (request != nullptr && request->ids.empty()) {
    const auto tip = chain.committed().height;
    if (request->first.value == 0 || request->first > tip) return send(from, consensus::BlockResponse{});
    request->last = std::min(request->last, tip);
    return void(out.emplace_back(Serve{from, std::move(*request)}));
  }
  if (!engine.finalization() || !tells_again(from)) return;
  const auto status = engine.status();
  send(from, consensus::Status{.finalized = status.finalized,
                               .current = status.current,
                               .finalization = engine.finalization(),
                               .newest_protocol_version = newest_known()});
}

void Replica::State::tell_guests() {
  const auto tip = engine.status().finalized.height;
  if (std::exchange(guests_know, tip) == tip || !engine.finalization()) return;
  for (const auto guest : guests) send(guest, *engine.finalization());
}

bool Replica::State::tells_again(PeerId peer) {
  auto& last_us = told_us.try_emplace(peer, now.steady_us - kTellEvery_us).first->second;
  if (now.steady_us - last_us < kTellEvery_us) return false;
  last_us = now.steady_us;
  return true;
}

// Who is behind is told what ended its epoch, in the words of that epoch; from who is ahead we want to hear the same.
void Replica::State::receive_other_epoch(const Received& input) {
  const auto epoch = consensus::epoch_of(input.frame);
  if (!epoch) return blame(input.from, 1);
  if (*epoch > membership->epoch) {
    const auto view = engine.status().finalized.view;
    if (tells_again(input.from)) send(input.from, consensus::ProofRequest{view, view});
    return;
  }
  auto request = heights_asked(input.frame, {scope.chain, *epoch, {}});
  if (request && !conduct.serves(input.from, now.steady_us)) return;
  if (request || tells_again(input.from)) out.emplace_back(ServeEarlier{input.from, *epoch, std::move(request)});
}

void Replica::State::end_epoch() {
  auto entries = pool.select([](const PoolEntry&) { return true; });
  std::ranges::stable_sort(entries, {}, &PoolEntry::arrived_us);
  EpochEnded end;
  for (const auto& entry : entries) end.pending.push_back(entry.submission->leaf);
  out.emplace_back(std::move(end));
  ended = true;
}

}  // namespace quipu::replica
