// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "node/ledger/key_starts.h"

namespace quipu::runtime {

namespace {

class Page {
 public:
  void gauge(const char* name, const char* help, double value, const prometheus::Labels& labels = {}) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels).Set(value);
  }
  void counter(const char* name, const char* help, std::uint64_t value, const prometheus::Labels& labels = {}) {
    auto& counter = prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
    counter.Increment(static_cast<double>(value));
  }
  void histogram(const char* name, const char* help, const Durations& durations,
                 const prometheus::Labels& labels = {}) {
    const prometheus::Histogram::BucketBoundaries bounds(Durations::kBounds_s.begin(), Durations::kBounds_s.end());
    auto& histogram = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(labels, bounds);
    histogram.ObserveMultiple(durations.counts(), durations.sum_s());
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_;
};

// Whether it has grown too large or was started anew. Nothing where /proc tells nothing.
void put_process(Page& page) {
  std::ifstream in("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  if (!(in >> total_pages >> resident_pages)) return;
  page.gauge("process_resident_memory_bytes", "Memory of this process.",
             resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

void put_disks(Page& page, const std::vector<DiskSpace>& disks) {
  for (const auto& disk : disks) {
    page.gauge("quipu_disk_bytes", "Size of the disk that holds it.", static_cast<double>(disk.bytes),
               {{"of", disk.of}});
    page.gauge("quipu_disk_free_bytes", "What is free on the disk that holds it.", static_cast<double>(disk.free_bytes),
               {{"of", disk.of}});
  }
}

void put_vitals(Page& page, const Vitals& vitals) {
  const auto& node = vitals.node;
  page.gauge("quipu_build_info", "Always 1; the label says which version runs.", 1, {{"version", node.version}});
  page.gauge("quipu_height", "Height of the newest final block.", static_cast<double>(vitals.newest.height.value));
  page.gauge("quipu_tree_size", "Leaves in the log.", static_cast<double>(vitals.newest.tree_size));
  page.gauge("quipu_published_height", "Height of the newest published checkpoint.",
             static_cast<double>(vitals.published.value_or(consensus::Height{}).value));
  page.gauge("quipu_epoch", "Current epoch: how often the members changed.", static_cast<double>(node.epoch));
  page.gauge("quipu_members", "Members of this epoch.", static_cast<double>(node.members));
  page.gauge("quipu_quorum", "Members without whom nothing becomes final.", static_cast<double>(node.quorum));
  page.gauge("quipu_state_age_seconds", "Age of the newest state.", static_cast<double>(node.age_ms) / 1000.0);
  page.gauge("quipu_syncing", "1 while this node catches up.", node.syncing ? 1 : 0);
  page.gauge("quipu_halted", "1 after a fork or a diverged state: this node takes no part any more.",
             node.halted ? 1 : 0);
  page.counter("quipu_database_syncs_total", "Synced database writes.", vitals.database_syncs);
  for (const auto& [caller, count] : vitals.requests_refused) {
    page.counter("quipu_requests_refused_total", "Requests answered with 401 or 403, by the caller's token.", count,
                 {{"caller", caller}});
  }
  if (vitals.certificate_left_s) {
    page.gauge("quipu_api_certificate_expires_seconds", "Time until the API's certificate expires; negative: it has.",
               static_cast<double>(*vitals.certificate_left_s));
  }
  page.gauge("quipu_scrub_time_seconds", "When all that is stored was last read again and checked; 0: never.",
             vitals.scrub ? static_cast<double>(vitals.scrub->ended_ms / 1'000) : 0);
  page.gauge("quipu_scrub_damage", "1 when that found damage.", vitals.scrub && !vitals.scrub->fault.empty() ? 1 : 0);
  put_disks(page, vitals.disks);
  put_process(page);
}

void put_standing(Page& page, consensus::Standing standing) {
  page.gauge("quipu_recovering", "1 while this node abstains because its safety file was lost or is an older one.",
             standing == consensus::Standing::kRecovering ? 1 : 0);
  page.gauge("quipu_clone_seen", "1 after another process signed with this node's vote key: it votes no more.",
             standing == consensus::Standing::kStopped ? 1 : 0);
}

void put_counters(Page& page, const DriverCounters& counters) {
  page.counter("quipu_blocks_total", "Blocks committed since the start.", counters.blocks_committed);
  page.counter("quipu_submissions_final_total", "Submissions made final since the start.", counters.submissions_final);
  page.counter("quipu_signatures_checked_total", "Submission signatures checked.", counters.signatures_checked);
  page.counter("quipu_votes_signed_total", "Votes signed.", counters.votes_signed);
  page.counter("quipu_votes_refused_total", "Votes that the guard refused to sign.", counters.refusals);
  page.counter("quipu_safety_syncs_total", "Synced writes of the safety file.", counters.slot_syncs);
  page.counter("quipu_requests_unserved_total", "Requests for blocks beyond a peer's budget.",
               counters.requests_unserved);
  page.counter("quipu_peers_kept_out_total", "Times that a peer was kept out for sending what no member sends.",
               counters.peers_kept_out);
  const char* help = "Time of one step that is durable when it ends.";
  page.histogram("quipu_durable_seconds", help, counters.persist_took, {{"step", "persist"}});
  page.histogram("quipu_durable_seconds", help, counters.sign_took, {{"step", "sign"}});
  page.histogram("quipu_durable_seconds", help, counters.commit_took, {{"step", "commit"}});
}

void put_clocks(Page& page, const http::NodeStatus& node) {
  if (node.clock_offset_ms) {
    page.gauge("quipu_clock_offset_seconds", "By how much this node's clock is ahead of the median of its peers'.",
               static_cast<double>(*node.clock_offset_ms) / 1'000);
  }
  for (const auto& peer : node.peers) {
    if (!peer.clock_offset_ms) continue;
    page.gauge("quipu_peer_clock_offset_seconds", "By how much this node's clock is ahead of the peer's.",
               static_cast<double>(*peer.clock_offset_ms) / 1'000, {{"peer", peer.code}});
  }
}

void put_peers(Page& page, const std::vector<http::PeerSummary>& peers) {
  for (const auto& peer : peers) {
    if (peer.height) {
      page.gauge("quipu_peer_height", "Height of the newest final block that the peer has told of.",
                 static_cast<double>(*peer.height), {{"peer", peer.code}});
    }
    page.gauge("quipu_peer_up", "1 while the peer is connected and authenticated.", peer.up ? 1 : 0,
               {{"peer", peer.code}});
    page.counter("quipu_peer_received_bytes_total", "Bytes from the peer.", peer.received_bytes, {{"peer", peer.code}});
    page.counter("quipu_peer_sent_bytes_total", "Bytes to the peer.", peer.sent_bytes, {{"peer", peer.code}});
  }
}

void put_rejects(Page& page, const std::map<std::string, std::uint64_t>& rejects) {
  for (const auto& [peer, count] : rejects) {
    page.counter("quipu_peer_rejects_total",
                 "What was over a limit, in no form, or falsely signed of what a peer sent.", count, {{"peer", peer}});
  }
}

void put_webhooks(Page& page, const std::vector<webhooks::Standing>& all, std::int64_t utc_ms) {
  for (const auto& each : all) {
    const prometheus::Labels labels = {{"webhook", each.name}};
    const auto since_ms = static_cast<std::int64_t>(each.waiting_since_ms);
    page.gauge("quipu_webhook_height", "Height up to which the receiver has taken everything.",
               static_cast<double>(each.height), labels);
    page.gauge("quipu_webhook_lag_seconds",
               "Age of the block whose change the receiver has not taken; 0: there is none.",
               since_ms == 0 ? 0 : static_cast<double>(std::max<std::int64_t>(utc_ms - since_ms, 0)) / 1000.0, labels);
    page.counter("quipu_webhook_taken_total", "Changes that the receiver has taken.", each.taken, labels);
    page.counter("quipu_webhook_failures_total", "Posts that the receiver has not taken.", each.failed, labels);
  }
}

}  // namespace

std::optional<DiskSpace> below_reserve(const std::vector<DiskSpace>& disks, std::uint64_t reserve_bytes) {
  const auto full = std::ranges::find_if(disks, [&](const DiskSpace& disk) { return disk.free_bytes < reserve_bytes; });
  return full == disks.end() ? std::nullopt : std::optional(*full);
}

std::vector<DiskSpace> disk_space(const std::map<std::string, std::filesystem::path>& paths) {
  std::vector<DiskSpace> disks;
  for (const auto& [of, path] : paths) {
    std::error_code error;
    const auto space = std::filesystem::space(path, error);
    if (!error) disks.push_back({of, space.capacity, space.available});
  }
  return disks;
}

Vitals vitals_of(const http::Backend& backend, std::uint64_t database_syncs,
                 std::map<std::string, std::uint64_t> requests_refused, std::vector<DiskSpace> disks,
                 std::optional<std::int64_t> certificate_left_s) {
  const auto reader = backend.reader();
  return {backend.status(),
          reader->newest(),
          reader->newest_note(),
          database_syncs,
          std::move(requests_refused),
          std::move(disks),
          certificate_left_s,
          {}};
}

std::vector<KeyAge> key_ages(const ledger::LedgerReader& reader, std::string_view administration, std::int64_t utc_ms) {
  std::vector<KeyAge> ages;
  for (const auto& key : ledger::key_starts(*reader.state(std::nullopt), administration)) {
    const auto block = reader.block(key.with);
    if (!block) continue;
    const auto since_ms = static_cast<std::int64_t>(block->block_time_ms);
    ages.push_back({key.purpose, std::max<std::int64_t>(utc_ms - since_ms, 0) / 1'000});
  }
  return ages;
}

std::string render_metrics(const Vitals& vitals, const replica::Status& replica, const DriverCounters& counters,
                           const Durations& until_final, const MemberVitals& member) {
  Page page;
  put_vitals(page, vitals);
  page.gauge("quipu_backup_verified_time_seconds", "When a backup of this node was last verified; 0: never.",
             static_cast<double>(member.backup_verified_s));
  page.gauge("quipu_restore_drill_time_seconds", "When a backup of this node was last restored for practice; 0: never.",
             static_cast<double>(member.drill_s));
  for (const auto& key : member.keys) {
    page.gauge("quipu_key_age_seconds", "How long a key of this member has been in force.",
               static_cast<double>(key.age_s), {{"purpose", key.purpose}});
  }
  page.gauge("quipu_view", "Current view of consensus.", static_cast<double>(vitals.node.view));
  page.gauge("quipu_pool_submissions", "Submissions that are not final yet.", static_cast<double>(replica.pool));
  page.gauge("quipu_pool_bytes", "Bytes of submissions that are not final yet.",
             static_cast<double>(replica.pool_bytes));
  put_standing(page, replica.engine.standing);
  page.counter("quipu_nullified_views_total", "Views that ended without a block.", vitals.node.nullified_views);
  page.counter("quipu_evidence_total", "Proofs of equivocation found.", vitals.node.evidence);
  put_counters(page, counters);
  page.histogram("quipu_final_seconds", "Time from a submission's arrival at this node until it is final.",
                 until_final);
  put_peers(page, vitals.node.peers);
  put_rejects(page, member.rejects);
  put_clocks(page, vitals.node);
  put_webhooks(page, member.webhooks, member.utc_ms);
  return page.text();
}

std::string render_metrics(const Vitals& vitals, const std::vector<webhooks::Standing>& webhooks, std::int64_t utc_ms) {
  Page page;
  put_vitals(page, vitals);
  for (const auto& source : vitals.node.sources) {
    page.gauge("quipu_source_good", "1 while the source answers with what verifies.", source.state == "good" ? 1 : 0,
               {{"source", source.url}});
  }
  put_webhooks(page, webhooks, utc_ms);
  return page.text();
}

}  // namespace quipu::runtime
