// SPDX-License-Identifier: Apache-2.0
// What /metrics says, in Prometheus' text format. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/http/backend.h"
#include "node/replica/replica.h"
#include "node/runtime/care/scrubber.h"
#include "node/runtime/driver.h"
#include "node/runtime/durations.h"
#include "node/webhooks/courier.h"

namespace quipu::runtime {

struct DiskSpace {
  std::string of;  // what lies there: ledger, safety
  std::uint64_t bytes = 0;
  std::uint64_t free_bytes = 0;  // for a user without privileges
};
// Of the disks under these, by what lies there; a path that cannot be looked at is left out.
std::vector<DiskSpace> disk_space(const std::map<std::string, std::filesystem::path>& paths);
// The first of them with less than that free.
std::optional<DiskSpace> below_reserve(const std::vector<DiskSpace>& disks, std::uint64_t reserve_bytes);

// What members and followers have in common.
struct Vitals {
  http::NodeStatus node;
  ledger::BlockSummary newest;
  std::optional<consensus::Height> published;
  std::uint64_t database_syncs = 0;
  std::map<std::string, std::uint64_t> requests_refused;  // by caller
  std::vector<DiskSpace> disks;
  std::optional<std::int64_t> certificate_left_s;  // until the API's certificate expires; nothing: it has none
  std::optional<ScrubMark> scrub{};                // the last that ended
};
Vitals vitals_of(const http::Backend& backend, std::uint64_t database_syncs,
                 std::map<std::string, std::uint64_t> requests_refused, std::vector<DiskSpace> disks,
                 std::optional<std::int64_t> certificate_left_s = std::nullopt);

struct KeyAge {
  std::string purpose;  // vote, transport, ...
  std::int64_t age_s = 0;
};

// What a member shows beside its vitals.
struct MemberVitals {
  std::int64_t backup_verified_s = 0;              // when a backup of it was last verified, Unix time; 0: never
  std::int64_t drill_s = 0;                        // when a backup of it was last restored for practice; 0: never
  std::map<std::string, std::uint64_t> rejects{};  // what was false of what each peer sent, and of all guests together
  std::vector<KeyAge> keys{};                      // its own, since they came into force
  std::vector<webhooks::Standing> webhooks{};
  std::int64_t utc_ms = 0;
};

// Of the keys that this state says a member uses, by the blocks that put them in force.
std::vector<KeyAge> key_ages(const ledger::LedgerReader& reader, std::string_view administration, std::int64_t utc_ms);

// Of a member.
std::string render_metrics(const Vitals& vitals, const replica::Status& replica, const DriverCounters& counters,
                           const Durations& until_final, const MemberVitals& member);
// Of a follower.
std::string render_metrics(const Vitals& vitals, const std::vector<webhooks::Standing>& webhooks, std::int64_t utc_ms);

}  // namespace quipu::runtime
