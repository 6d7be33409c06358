// SPDX-License-Identifier: Apache-2.0
// Once a day all that a running node's database holds is read again and checked (docs/decisions/0048), in a thread that
// stands behind all others. Its folder keeps what the last scrub found, so that a restart does not begin another one.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <thread>

#include "consensus/types.h"
#include "storage/database.h"

namespace quipu::runtime {

struct ScrubMark {
  std::uint64_t height = 0;
  std::uint64_t leaves = 0;
  std::uint64_t records = 0;
  std::string fault{};  // empty: all was well
  std::int64_t ended_ms = 0;
};

inline constexpr const char* kScrubMarkFile = "last_scrub.json";  // in a node's folder

// Nothing when it is not there or is not in form.
std::optional<ScrubMark> read_scrub_mark(const std::filesystem::path& file);
// A day after the last one; an hour after one that found damage, so that what was mended is soon seen to be.
bool scrub_due(const std::optional<ScrubMark>& last, std::int64_t now_ms);

class Scrubber {
 public:
  // The database, which holds a ledger, outlives it. Its end waits for the block that is being read.
  Scrubber(const consensus::ChainId& chain, const storage::Database& database, std::filesystem::path folder);

 private:
  void run(const std::stop_token& stop) const;
  void scrub_now(const std::stop_token& stop) const;

  consensus::ChainId chain_;
  const storage::Database& database_;
  std::filesystem::path folder_;
  std::jthread thread_;  // the last: it reads what stands above
};

}  // namespace quipu::runtime
