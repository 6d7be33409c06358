// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/history.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

Bytes history_leaf(const v1::LogPlace& event) {
  return crypto::ByteWriter().u64(event.leaf()).u16(static_cast<std::uint16_t>(event.event())).take();
}

bool last_is(const v1::History& history, const v1::LogPlace& event) {
  if (history.events().empty()) return false;
  const v1::LogPlace& last = *history.events().rbegin();
  return last.leaf() == event.leaf() && last.event() == event.event();
}

}  // namespace

void remember(const Context& at, v1::History& history) { remember(at, history, at.longest_history); }

void remember(const Context& at, v1::History& history, int& longest_history) {
  if (last_is(history, at.here)) return;
  *history.add_events() = at.here;
  crypto::CompactRange tree;
  for (const v1::LogPlace& each : history.events()) tree.append(crypto::leaf_hash(history_leaf(each)));
  history.set_events_root(tree.root().view().data(), crypto::Digest::kSize);
  longest_history = std::max(longest_history, history.events_size());
}

}  // namespace quipu::ledger
