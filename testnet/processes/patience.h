// SPDX-License-Identifier: Apache-2.0
// Waiting for other processes by asking again and again.
#pragma once

#include <chrono>
#include <thread>

namespace quipu::processes {

// Asks `done` every tenth of a second; false when the patience ran out.
template <class Done>
bool poll(std::chrono::seconds patience, const Done& done) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

}  // namespace quipu::processes
