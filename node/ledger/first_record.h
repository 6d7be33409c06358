// SPDX-License-Identifier: Apache-2.0
// What a new member's safety file begins with: nothing signed, and block 0 as its tip. Pure.
#pragma once

#include "consensus/guard.h"
#include "node/ledger/genesis.h"

namespace quipu::ledger {

consensus::SafetyRecord first_record(const Genesis& genesis);

}  // namespace quipu::ledger
