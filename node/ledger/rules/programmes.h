// SPDX-License-Identifier: Apache-2.0
// Figures and lists by which an issuer confirms what the ledger holds of its programme. Pure.
#pragma once

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

// Each reads every certificate of the issuer, so that a block takes no more than this many from one issuer.
inline constexpr std::uint32_t kMostCountsInBlock = 8;

Verdict check_programme_statistics(const Context& at, const v1::Event& event);
void act_programme_statistics(const Context& at, const v1::Event& event);
Verdict check_list_attested(const Context& at, const v1::Event& event);
void act_list_attested(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
