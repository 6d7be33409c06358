// SPDX-License-Identifier: Apache-2.0
// How fast the offline audit goes through a mirror. One thread, besides those of the audit.
#pragma once

#include <cstdint>
#include <filesystem>

namespace quipu::bench {

struct AuditRate {
  double seconds = 0;
  std::uint64_t submissions = 0;
};

// Throws std::runtime_error unless the verdict is VERIFIED.
AuditRate audit(const std::filesystem::path& mirror, const std::filesystem::path& genesis, unsigned threads);

}  // namespace quipu::bench
