// SPDX-License-Identifier: Apache-2.0
// The kinds of messages that a scenario names. Pure.
#pragma once

#include <string>

#include "consensus/message.h"

namespace quipu::testnet::stage {

// `kind` as the scenario language writes it: "proposals", "finalize-votes", ...; "everything" is every message.
bool is_kind(const consensus::Message& message, const std::string& kind);

}  // namespace quipu::testnet::stage
