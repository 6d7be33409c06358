// SPDX-License-Identifier: Apache-2.0
// Which ledgers are for training alone, by their names: nothing on them has legal effect. Pure; any thread.
#pragma once

#include <string_view>

namespace quipu::ledger {

constexpr bool is_training(std::string_view chain_id) { return chain_id.starts_with("test-"); }

}  // namespace quipu::ledger
