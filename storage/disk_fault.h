// SPDX-License-Identifier: Apache-2.0
// The one answer to a disk's fault: say so and end the process. A failed sync must not be tried again, since the kernel
// may have dropped the dirty pages and then report success (docs/threats.md, N4). Any thread.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

namespace quipu::storage {

// One line to stderr, then abort().
[[noreturn]] void stop_process(std::string_view what, std::string_view detail);

// What is stored passed the database's checksums, so a record that is absent or does not decode is a damaged store.
template <class T>
T must_have(std::optional<T> value, std::string_view what) {
  if (!value) stop_process("damaged store", what);
  return *std::move(value);
}

}  // namespace quipu::storage
