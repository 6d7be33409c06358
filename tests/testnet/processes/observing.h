// SPDX-License-Identifier: Apache-2.0
// What a running node shows from outside: metrics, memory, log. And how long a statement takes to become final. One
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/testnet/processes/clerk.h"

namespace quipu::processes::trial {

// Of /metrics; nothing when the node does not answer. `name` with its labels, e.g. quipu_peer_up{peer="BR"}.
std::optional<double> metric(const NodeEntry& node, const std::string& name);

// 0 when it is not running.
std::size_t resident_kB(const NodeEntry& node);

// Processor time since its start.
double cpu_seconds(const NodeEntry& node);

// How often `text` is in a node's log.
std::size_t times_logged(const Network& network, const NodeEntry& node, const std::string& text);

// Posts and looks again and again; nothing when it is not final in time. Throws when it is refused.
std::optional<double> final_after_ms(Clerk& clerk, BytesView leaf, std::chrono::milliseconds patience);

// p in 0..1; 0 without any.
double percentile(std::vector<double> values, double p);

}  // namespace quipu::processes::trial
