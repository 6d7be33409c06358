// SPDX-License-Identifier: Apache-2.0
#include "node/http/backend.h"

#include <chrono>

namespace quipu::http {

std::uint64_t Backend::now_ms() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

}  // namespace quipu::http
