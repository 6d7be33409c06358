// SPDX-License-Identifier: Apache-2.0
#include "storage/disk_fault.h"

#include <cstdio>
#include <cstdlib>

namespace quipu::storage {

void stop_process(std::string_view what, std::string_view detail) {
  std::fprintf(stderr, "storage: %.*s: %.*s: stopping\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace quipu::storage
