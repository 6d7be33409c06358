// SPDX-License-Identifier: Apache-2.0
// One member's stream of submissions: posted in the order of its key's numbers through its own node, each in flight
// until a node was seen to answer FINAL. Nodes may be killed, frozen and started again meanwhile: the same bytes are
// sent again, to another node while its own is away, so that nothing is stated twice. One thread.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "testnet/processes/http_loop.h"
#include "testnet/processes/signatory.h"

namespace quipu::processes {

struct LanePlan {
  std::vector<std::string> nodes;  // host:port, its own first
  std::uint64_t first_sequence = 1;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  // submissions in all
  std::size_t in_flight = 64;
  Clock::time_point begin = Clock::now();
  Clock::duration interval{0};                  // between two that are due; 0: as fast as `in_flight` lets
  std::chrono::microseconds look_pause{4'000};  // between two looks whose answer was PENDING
  // Each submission is looked at until it is FINAL. Otherwise one look tells about all before it, as a key's numbers
  // become final in order: half the requests, for measurements.
  bool look_at_each = true;
  std::chrono::milliseconds patience{5'000};  // for one answer of a node
};

struct LaneCounts {
  std::uint64_t sent = 0;  // each once, however often it was posted
  std::uint64_t final_ = 0;
  std::uint64_t rejected = 0;
  std::uint64_t expired = 0;
  std::uint64_t retries = 0;  // posted again
};

struct SeenFinal {
  crypto::Digest id;
  std::uint64_t height = 0;  // with `index`, when it was looked at itself
  std::uint64_t index = 0;
  Clock::time_point at;
  double latency_ms = 0;  // since it was due
};

class Lane {
 public:
  using Make = std::function<Statement(std::uint64_t sequence)>;
  using OnFinal = std::function<void(const SeenFinal&)>;
  Lane(Loop& loop, LanePlan plan, Make make, OnFinal on_final);

  void start() { pump(); }
  // Nothing new any more; what is in flight goes on, unless all that was sent last was refused.
  void stop() { stopping_ = true; }
  bool done() const { return in_flight_.empty(); }
  bool dry() const { return counts_.sent >= plan_.most; }
  const LaneCounts& counts() const { return counts_; }
  // Which node refused how many, and what it said to the first; empty when none was refused.
  std::string trouble() const;

 private:
  struct InFlight {
    Statement statement;
    Clock::time_point due;
    unsigned posts = 0;
    bool taken = false;  // by the node that this lane talks to now, as far as known
  };
  using Entry = std::map<std::uint64_t, InFlight>::iterator;
  struct Node {
    std::vector<std::unique_ptr<Connection>> posters;
    std::unique_ptr<Connection> looker;
  };

  Node& node() { return nodes_[node_]; }
  void pump();
  bool add_new();
  void add(std::uint64_t sequence, Clock::time_point due);
  void post(Connection& poster);
  void posted(std::uint64_t sequence, const crypto::Digest& id, const Reply& reply);
  void number_taken(Entry entry);
  void look();
  Entry to_look_at();
  void looked(Entry entry, const Reply& reply);
  void not_yet(Entry entry);
  void finalize_until(Entry last, std::string_view body);
  void replace(Entry entry, std::uint64_t& count, const Reply& reply);
  void post_all_again();
  void visit(std::size_t node);
  void leave_node();
  void watch_own_node();
  void pause(Clock::duration time);
  void note(const Reply& reply);
  bool refused_for_good() const;

  Loop& loop_;
  LanePlan plan_;
  Make make_;
  OnFinal on_final_;
  std::vector<Node> nodes_;
  std::size_t node_ = 0;
  std::uint64_t visit_ = 0;  // counts changes of node: answers of an earlier visit no longer tell anything
  std::uint64_t next_sequence_;
  Clock::time_point next_due_;
  std::map<std::uint64_t, InFlight> in_flight_;  // by sequence number
  std::set<std::uint64_t> to_post_;
  std::uint64_t stride_ = 1;
  Clock::time_point paused_until_;
  bool pacing_ = false;
  bool looking_ = false;
  bool watching_ = false;
  bool stopping_ = false;
  LaneCounts counts_;
  std::uint64_t refused_in_a_row_ = 0;
  std::string refuser_;  // of the first
  std::string refusal_;
};

}  // namespace quipu::processes
