// SPDX-License-Identifier: Apache-2.0
// What this machine can do at most, measured beside the figures: the machine's speed wanders by a third within minutes,
// so only a figure divided by a limit of the same minute means something. One thread at a time.
#pragma once

#include <chrono>
#include <filesystem>

namespace quipu::bench {

// Ed25519 checks of a 400-byte message a second, on one core; on `threads` at once, all together.
double verify_rate(std::chrono::milliseconds time);
double verify_rate(std::chrono::milliseconds time, unsigned threads);

// What one check costs, in microseconds of a core's time however many share the core.
double verify_cost_us(std::chrono::milliseconds time);

// Appends of 4 KiB, each followed by fdatasync, a second, to a file in this folder, which is removed.
double sync_rate(const std::filesystem::path& folder, std::chrono::milliseconds time);

}  // namespace quipu::bench
