// SPDX-License-Identifier: Apache-2.0
// A mirror in a directory. The audit's only way to the disk.
#pragma once

#include <filesystem>
#include <memory>

#include "node/audit/bundle.h"

namespace quipu::audit {

// Larger files are not read; the largest that a mirror can hold, a full bundle of entries, has 16 MiB.
inline constexpr std::uintmax_t kFileBytes = 32 << 20;

// Lists the directory once; `name` is what reports call it, empty: the directory. The error is one sentence.
std::expected<std::unique_ptr<Bundle>, std::string> open_directory(const std::filesystem::path& directory,
                                                                   std::string name = {});

// One file, e.g. a genesis or a receipt.
std::expected<Bytes, std::string> read_file(const std::filesystem::path& path);

}  // namespace quipu::audit
