// SPDX-License-Identifier: Apache-2.0
// A mirror's files in a folder: filled from a source, and read as one. What a source tells is not believed here:
// whoever fills a folder has it verified afterwards. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "node/follow/source.h"
#include "node/http/backend.h"
#include "storage/database.h"

namespace quipu::runtime {

struct MirrorEnd {
  std::uint64_t height = 0;
  std::uint64_t size = 0;
};

// Up to the source's newest published checkpoint. Files that never change and are there are left as they are; others
// are replaced, never written over, so that they may be hard links. Not synced.
std::expected<MirrorEnd, std::string> fill_folder(follow::Source& source, const std::filesystem::path& folder);

// The files of a mirror in a folder.
std::unique_ptr<follow::Source> folder_source(std::filesystem::path folder);
// Of a node that runs; `token` may be empty, and so may `ca`: whom this machine's store believes. The error is one
// line.
std::expected<std::unique_ptr<follow::Source>, std::string> node_source(const std::string& url,
                                                                        const std::string& token,
                                                                        const std::filesystem::path& ca);
// Of a node that does not run, from its ledger, which must be initialised.
std::unique_ptr<follow::Source> stored_source(ledger::Genesis genesis, const storage::Database& database);

}  // namespace quipu::runtime
