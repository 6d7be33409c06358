// SPDX-License-Identifier: Apache-2.0
// One run: each figure wanted, beside the limits of the same minute. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "tests/bench/figures.h"
#include "tests/bench/lookup_state.h"

namespace quipu::bench {

struct Plan {
  std::filesystem::path directory;  // scratch, there already
  std::set<std::string> only;       // ids as P1; empty: all
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds window{4000};
  std::size_t members = 4;
  std::size_t many = 16;        // members of P7's network
  std::size_t most = 31;        // and of P8's
  std::size_t in_flight = 256;  // of all members together
  std::size_t operators = 1'000'000;
  unsigned short first_port = 9480;
  bool keep = false;

  bool wants(std::initializer_list<const char*> ids) const;
};

class Cluster;

class Measurement {
 public:
  explicit Measurement(Plan plan) : plan_(std::move(plan)) {}
  // Throws std::runtime_error when something does not work; slowness is no error.
  void run(Results& results);

 private:
  void measure_limits(Results& results);
  double fresh_bound() const;  // submissions/s that signature checks alone allow
  void one_event(Results& results);
  void throughput(Cluster& cluster, Results& results);
  void one_in_flight(Cluster& cluster, Results& results);
  void packed(Results& results);
  struct PackedLoad {
    double events_per_second = 0;
    double cpu_us_per_event = 0;  // of all nodes
  };
  PackedLoad load_packed(Cluster& cluster) const;
  void many_members(Results& results);
  double audited(const Cluster& cluster, const std::string& name, std::uint64_t events_each) const;
  void lookups(Results& results);
  std::filesystem::path scratch(const std::string& name) const;

  Plan plan_;
  unsigned runs_ = 0;
  double verify_rate_ = 0;
  double sync_rate_ = 0;
  double audit_rate_ = 0;
  double packed_rate_ = 0;                     // events/s of the plan's own number of members
  std::unique_ptr<LookupState> lookup_state_;  // made once
};

}  // namespace quipu::bench
