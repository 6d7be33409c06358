// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/backup_mark.h"

#include "node/runtime/care/mark_file.h"
#include "storage/directory_sync.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

std::expected<void, std::string> write_mark(const fs::path& file, const BackupMark& mark) {
  const boost::json::object object{{"chain_id", mark.chain_id},
                                   {"chain", mark.chain},
                                   {"administration", mark.administration},
                                   {"height", mark.height},
                                   {"size", mark.size},
                                   {"root", mark.root},
                                   {"report", mark.report},
                                   {"verified_ms", mark.verified_ms},
                                   {"verified_at", time_text(mark.verified_ms)}};
  if (auto written = write_mark_file(file, object); !written) return written;
  if (storage::sync_file(file) && storage::sync_directory(file.parent_path())) return {};
  return std::unexpected("cannot sync " + file.string());
}

std::optional<BackupMark> read_mark(const fs::path& file) {
  const auto found = MarkFile::read(file);
  if (!found) return std::nullopt;
  BackupMark mark{found->word("chain_id"),
                  found->word("chain"),
                  found->word("administration"),
                  static_cast<std::uint64_t>(found->number("height")),
                  static_cast<std::uint64_t>(found->number("size")),
                  found->word("root"),
                  found->word("report"),
                  found->number("verified_ms")};
  if (mark.chain.empty() || mark.verified_ms <= 0) return std::nullopt;
  return mark;
}

}  // namespace quipu::runtime
