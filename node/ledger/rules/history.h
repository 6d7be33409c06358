// SPDX-License-Identifier: Apache-2.0
// The list of events that a record carries, so that one proof shows all that ever changed it. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class History;
}

// How many events one record takes: every change reads and writes all of it, so that what a member may pile up on one
// key bounds what a block may cost. Events that close something (end, suspend, withdraw, deny, approve) have room
// beyond the others': nobody can be kept from revoking.
inline constexpr int kMostEvents = 256;
inline constexpr int kMostEventsClosing = 512;

// Adds the event being applied, once, and renews the root.
void remember(const Context& at, v1::History& history);
// The same, `longest_history` being another count: where a record is full by no doing of the author's.
void remember(const Context& at, v1::History& history, int& longest_history);

}  // namespace quipu::ledger
