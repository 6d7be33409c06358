// SPDX-License-Identifier: Apache-2.0
// Tells a run as one line per thing that happens, to read why a law broke.
#pragma once

#include <memory>
#include <ostream>

#include "testnet/sim/event_queue.h"
#include "testnet/sim/laws/law.h"

namespace quipu::testnet {

std::unique_ptr<Law> narrator(const EventQueue& queue, std::ostream& out);

}  // namespace quipu::testnet
