// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/scrubber.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "node/host/scrub.h"
#include "node/http/thread_priority.h"
#include "node/runtime/care/mark_file.h"
#include "node/runtime/clock.h"

namespace quipu::runtime {

namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes kLook{1};
constexpr std::int64_t kHour_ms = 3'600'000;
constexpr std::int64_t kDay_ms = 24 * kHour_ms;

std::expected<void, std::string> write_scrub_mark(const fs::path& file, const ScrubMark& mark) {
  return write_mark_file(file, {{"height", mark.height},
                                {"leaves", mark.leaves},
                                {"records", mark.records},
                                {"fault", mark.fault},
                                {"ended_ms", mark.ended_ms},
                                {"ended_at", time_text(mark.ended_ms)}});
}

}  // namespace

std::optional<ScrubMark> read_scrub_mark(const fs::path& file) {
  const auto found = MarkFile::read(file);
  if (!found || !found->has_word("fault") || found->number("ended_ms") <= 0) return std::nullopt;
  return ScrubMark{
      static_cast<std::uint64_t>(found->number("height")), static_cast<std::uint64_t>(found->number("leaves")),
      static_cast<std::uint64_t>(found->number("records")), found->word("fault"), found->number("ended_ms")};
}

bool scrub_due(const std::optional<ScrubMark>& last, std::int64_t now_ms) {
  if (!last || now_ms < last->ended_ms) return true;
  return now_ms - last->ended_ms >= (last->fault.empty() ? kDay_ms : kHour_ms);
}

Scrubber::Scrubber(const consensus::ChainId& chain, const storage::Database& database, fs::path folder)
    : chain_(chain),
      database_(database),
      folder_(std::move(folder)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Scrubber::run(const std::stop_token& stop) const {
  http::stand_back(http::kMuchReadingNiceness);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (scrub_due(read_scrub_mark(folder_ / kScrubMarkFile), real_now().utc_ms)) scrub_now(stop);
    stopped.wait_for(lock, stop, kLook, [] { return false; });
  }
}

void Scrubber::scrub_now(const std::stop_token& stop) const {
  const auto found = host::scrub(chain_, database_.snapshot(), stop);
  if (!found) return;
  if (found->fault.empty()) {
    spdlog::info("scrub: {} leaves and {} records up to height {} are stored as they were agreed", found->leaves,
                 found->records, found->height);
  } else {
    spdlog::error("scrub: {}: see docs/alerts.md, QuipuScrubFoundDamage", found->fault);
  }
  const ScrubMark mark{found->height, found->leaves, found->records, found->fault, real_now().utc_ms};
  if (const auto noted = write_scrub_mark(folder_ / kScrubMarkFile, mark); !noted)
    spdlog::error("scrub: nobody will know of it: {}", noted.error());
}

}  // namespace quipu::runtime
