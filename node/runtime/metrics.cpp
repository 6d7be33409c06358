// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

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
  std::string text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_;
};

}  // namespace

std::string render_metrics(const http::NodeStatus& node, const replica::Status& replica, const DriverCounters& counters,
                           std::uint64_t database_syncs) {
  Page page;
  page.gauge("quipu_height", "Height of the newest final block.",
             static_cast<double>(replica.engine.finalized.height.value));
  page.gauge("quipu_tree_size", "Leaves in the log.", static_cast<double>(replica.engine.finalized.tree_size));
  page.gauge("quipu_view", "Current view of consensus.", static_cast<double>(node.view));
  page.gauge("quipu_pool_submissions", "Submissions that are not final yet.", static_cast<double>(replica.pool));
  page.gauge("quipu_pool_bytes", "Bytes of submissions that are not final yet.",
             static_cast<double>(replica.pool_bytes));
  page.gauge("quipu_state_age_seconds", "Age of the newest state.", static_cast<double>(node.age_ms) / 1000.0);
  page.gauge("quipu_syncing", "1 while this node catches up and does not vote.", node.syncing ? 1 : 0);
  page.gauge("quipu_halted", "1 after a fork or a diverged state: this node votes no more.", node.halted ? 1 : 0);
  const auto standing = replica.engine.standing;
  page.gauge("quipu_recovering", "1 while this node abstains because its safety file was lost or is an older one.",
             standing == consensus::Standing::kRecovering ? 1 : 0);
  page.gauge("quipu_clone_seen", "1 after another process signed with this node's vote key: it votes no more.",
             standing == consensus::Standing::kStopped ? 1 : 0);
  page.counter("quipu_nullified_views_total", "Views that ended without a block.", node.nullified_views);
  page.counter("quipu_evidence_total", "Proofs of equivocation found.", node.evidence);
  page.counter("quipu_blocks_total", "Blocks committed since the start.", counters.blocks_committed);
  page.counter("quipu_submissions_final_total", "Submissions made final since the start.", counters.submissions_final);
  page.counter("quipu_signatures_checked_total", "Submission signatures checked.", counters.signatures_checked);
  page.counter("quipu_votes_signed_total", "Votes signed.", counters.votes_signed);
  page.counter("quipu_votes_refused_total", "Votes that the guard refused to sign.", counters.refusals);
  page.counter("quipu_database_syncs_total", "Synced database writes.", database_syncs);
  page.counter("quipu_safety_syncs_total", "Synced writes of the safety file.", counters.slot_syncs);
  page.counter("quipu_requests_unserved_total", "Requests for blocks beyond a peer's budget.",
               counters.requests_unserved);
  page.counter("quipu_peers_kept_out_total", "Times that a peer was kept out for sending what no member sends.",
               counters.peers_kept_out);
  for (const auto& peer : node.peers) {
    page.gauge("quipu_peer_up", "1 while the peer is connected and authenticated.", peer.up ? 1 : 0,
               {{"peer", peer.code}});
    page.counter("quipu_peer_received_bytes_total", "Bytes from the peer.", peer.received_bytes, {{"peer", peer.code}});
    page.counter("quipu_peer_sent_bytes_total", "Bytes to the peer.", peer.sent_bytes, {{"peer", peer.code}});
  }
  return page.text();
}

std::string render_metrics(const http::NodeStatus& node, const ledger::BlockSummary& newest,
                           std::uint64_t database_syncs) {
  Page page;
  page.gauge("quipu_height", "Height of the newest final block.", static_cast<double>(newest.height.value));
  page.gauge("quipu_tree_size", "Leaves in the log.", static_cast<double>(newest.tree_size));
  page.gauge("quipu_state_age_seconds", "Age of the newest state.", static_cast<double>(node.age_ms) / 1000.0);
  page.gauge("quipu_syncing", "1 until a source's newest checkpoint was reached.", node.syncing ? 1 : 0);
  page.gauge("quipu_halted", "1 after a fork: nothing more is taken.", node.halted ? 1 : 0);
  page.counter("quipu_database_syncs_total", "Synced database writes.", database_syncs);
  for (const auto& source : node.sources) {
    page.gauge("quipu_source_good", "1 while the source answers with what verifies.", source.state == "good" ? 1 : 0,
               {{"source", source.url}});
  }
  return page.text();
}

}  // namespace quipu::runtime
