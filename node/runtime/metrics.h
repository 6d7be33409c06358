// SPDX-License-Identifier: Apache-2.0
// What /metrics says, in Prometheus' text format. Any thread.
#pragma once

#include <string>

#include "node/http/backend.h"
#include "node/replica/replica.h"
#include "node/runtime/driver.h"

namespace quipu::runtime {

std::string render_metrics(const http::NodeStatus& node, const replica::Status& replica, const DriverCounters& counters,
                           std::uint64_t database_syncs);

// Of a follower.
std::string render_metrics(const http::NodeStatus& node, const ledger::BlockSummary& newest,
                           std::uint64_t database_syncs);

}  // namespace quipu::runtime
