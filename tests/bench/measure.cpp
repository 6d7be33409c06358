// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/measure.h"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <thread>

#include "tests/bench/audit_rate.h"
#include "tests/bench/cluster.h"
#include "tests/bench/limits_here.h"
#include "tests/bench/lookup_rate.h"
#include "tests/bench/signer_cost.h"

namespace quipu::bench {

namespace {

constexpr std::size_t kPacked = 64;  // events a submission
// What to sign ahead: more than any run will send.
constexpr double kMostSubmissions_s = 1'600;  // of one member
constexpr double kMostPacked_s = 500;
constexpr double kMostAlone_s = 1'500;

unsigned cores() { return std::max(1U, std::thread::hardware_concurrency()); }

std::size_t stock_for(double per_second, std::chrono::milliseconds time) {
  return static_cast<std::size_t>(per_second * std::chrono::duration<double>(time).count()) + 64;
}

void note(const std::string& what) { std::cerr << "  " << what << std::endl; }

void warn_if_dry(const LoadResult& result) {
  if (result.ran_dry) note("the signed stock ran out: the window was shortened");
}

}  // namespace

bool Plan::wants(std::initializer_list<const char*> ids) const {
  return only.empty() || std::ranges::any_of(ids, [&](const char* id) { return only.contains(id); });
}

std::filesystem::path Measurement::scratch(const std::string& name) const {
  return plan_.directory / (name + "-" + std::to_string(runs_));
}

void Measurement::run(Results& results) {
  ++runs_;
  measure_limits(results);
  if (plan_.wants({"P1", "P3", "P4", "P6"})) one_event(results);
  if (plan_.wants({"P2", "P6", "P7"})) packed(results);
  if (plan_.wants({"P7", "P8"})) many_members(results);
  if (plan_.wants({"P5"})) lookups(results);
}

void Measurement::measure_limits(Results& results) {
  note("limits");
  const auto time = std::min(plan_.window, std::chrono::milliseconds(500));
  verify_rate_ = verify_rate(time);
  sync_rate_ = sync_rate(plan_.directory, time);
  results.add("L1", {verify_rate_, 0});
  results.add("L2", {verify_rate(time, cores()), cores() * verify_rate_});
  results.add("L3", {sync_rate_, 0});
  const auto votes = signer_cost(plan_.directory, time);
  results.add("L4", {votes.there_us, votes.here_us});
}

// The machine's speed wanders: the limit is the mean of the rates just before and just after.
double Measurement::fresh_bound() const {
  const auto time = std::min(plan_.window, std::chrono::milliseconds(500));
  const double rate = (verify_rate_ + verify_rate(time)) / 2;
  return cores() * rate / static_cast<double>(plan_.members);
}

void Measurement::one_event(Results& results) {
  Cluster cluster({scratch("one-event"), plan_.members, plan_.first_port, plan_.keep});
  if (plan_.wants({"P3"})) one_in_flight(cluster, results);
  if (plan_.wants({"P1", "P4", "P6"})) throughput(cluster, results);
  if (!plan_.wants({"P6"})) return;
  note("P6");
  audit_rate_ = audited(cluster, "one-event-mirror", 1);
  results.add("P6", {audit_rate_, fresh_bound() * static_cast<double>(plan_.members)});
}

void Measurement::throughput(Cluster& cluster, Results& results) {
  note("P1, P4");
  const LoadPlan load{plan_.in_flight / plan_.members, plan_.warm_up, plan_.window};
  const auto stock = stock_for(kMostSubmissions_s, plan_.warm_up + plan_.window);
  const double before_s = cluster.cpu_seconds();
  const auto result = cluster.load_all(load, stock, 1);
  const double cpu_s = cluster.cpu_seconds() - before_s;
  warn_if_dry(result);
  const auto sent = std::accumulate(result.sent.begin(), result.sent.end(), std::size_t{0});
  const auto members = static_cast<double>(plan_.members);
  results.add("P1c", {cpu_s * 1e6 / static_cast<double>(sent), members * verify_cost_us(plan_.window / 8)});
  const double bound = fresh_bound();
  results.add("P1", {static_cast<double>(result.submissions) / result.seconds, bound});
  const double least_ms = static_cast<double>(plan_.in_flight) / bound * 1000;
  results.add("P4", {percentile(result.latency_ms, 0.99), least_ms});
  results.add("P4m", {percentile(result.latency_ms, 0.5), 0});
}

// Through each member in turn, as leaders and followers differ.
void Measurement::one_in_flight(Cluster& cluster, Results& results) {
  note("P3");
  const auto members = static_cast<int>(plan_.members);
  const LoadPlan load{1, plan_.warm_up / members, plan_.window / members, std::chrono::microseconds(200)};
  const auto stock = stock_for(kMostAlone_s, load.warm_up + load.window);
  std::vector<double> latency_ms;
  for (std::size_t member = 0; member < plan_.members; ++member) {
    const auto result = cluster.load(load, stock, 1, {member});
    warn_if_dry(result);
    latency_ms.insert(latency_ms.end(), result.latency_ms.begin(), result.latency_ms.end());
  }
  std::ranges::sort(latency_ms);
  results.add("P3", {percentile(latency_ms, 0.5), 1000 / sync_rate_});
  results.add("P3p", {percentile(latency_ms, 0.99), 0});
}

void Measurement::packed(Results& results) {
  note("P2");
  Cluster cluster({scratch("packed"), plan_.members, plan_.first_port, plan_.keep});
  const auto result = load_packed(cluster);
  const auto members = static_cast<double>(plan_.members);
  const double check_us = members * verify_cost_us(plan_.window / 8) / kPacked;
  packed_rate_ = result.events_per_second;
  if (plan_.wants({"P2"})) {
    results.add("P2c", {result.cpu_us_per_event, check_us});
    results.add("P2", {packed_rate_, fresh_bound() * kPacked});
  }
  if (!plan_.wants({"P6"})) return;
  note("P6, packed");
  results.add("P6b", {audited(cluster, "packed-mirror", kPacked), 10 * audit_rate_});
}

Measurement::PackedLoad Measurement::load_packed(Cluster& cluster) const {
  // Many members share few cores: finality comes in rarer and larger lumps, and each could send less.
  const auto times = std::max<std::int64_t>(static_cast<std::int64_t>(cluster.members() / plan_.members), 1);
  const LoadPlan load{std::max<std::size_t>(plan_.in_flight / cluster.members(), 1), plan_.warm_up * times,
                      plan_.window * times};
  const double fewer = static_cast<double>(plan_.members) / static_cast<double>(cluster.members());
  const auto stock = stock_for(kMostPacked_s * fewer * fewer, load.warm_up + load.window);
  const double before_s = cluster.cpu_seconds();
  const auto result = cluster.load_all(load, stock, kPacked);
  const double cpu_s = cluster.cpu_seconds() - before_s;
  warn_if_dry(result);
  const auto sent = std::accumulate(result.sent.begin(), result.sent.end(), std::size_t{0});
  return {static_cast<double>(result.submissions * kPacked) / result.seconds,
          cpu_s * 1e6 / static_cast<double>(sent * kPacked)};
}

void Measurement::many_members(Results& results) {
  for (const auto& [figure, members] : {std::pair{"P7", plan_.many}, std::pair{"P8", plan_.most}}) {
    if (!plan_.wants({figure})) continue;
    note(figure);
    Cluster cluster({scratch("members-" + std::to_string(members)), members, plan_.first_port, plan_.keep});
    results.add(figure, {load_packed(cluster).events_per_second, packed_rate_});
  }
}

// Events a second. The nodes run on, but have nothing to do.
double Measurement::audited(const Cluster& cluster, const std::string& name, std::uint64_t events_each) const {
  const auto mirror = scratch(name);
  cluster.mirror(mirror);
  const auto done = audit(mirror, mirror / "genesis", cores());
  if (!plan_.keep) std::filesystem::remove_all(mirror);
  return static_cast<double>(done.submissions * events_each) / done.seconds;
}

void Measurement::lookups(Results& results) {
  if (!lookup_state_) {
    note("P5: writing " + std::to_string(plan_.operators) + " operators");
    lookup_state_ = std::make_unique<LookupState>(plan_.directory / "lookups", plan_.operators);
  }
  note("P5");
  const auto bare = bare_lookup_rate(*lookup_state_, plan_.operators, plan_.window);
  const auto ours = lookup_rate(*lookup_state_, plan_.operators, Question::kCertificate, plan_.window);
  const auto by_tin = lookup_rate(*lookup_state_, plan_.operators, Question::kOperator, plan_.window);
  results.add("P5", {ours.per_second, bare.per_second});
  results.add("P5a", {ours.per_second, 0});
  results.add("P5p", {ours.p99_ms, bare.p99_ms});
  {
    const Importing importing(*lookup_state_);
    const auto start = std::chrono::steady_clock::now();
    const auto meanwhile = lookup_rate(*lookup_state_, plan_.operators, Question::kCertificate, plan_.window);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const auto imported = static_cast<double>(importing.statements());
    const auto bare_meanwhile = bare_lookup_rate(*lookup_state_, plan_.operators, plan_.window);
    results.add("P5i", {meanwhile.per_second, bare_meanwhile.per_second});
    results.add("P5j", {meanwhile.p99_ms, bare_meanwhile.p99_ms});
    results.add("P5s", {imported / took.count(), 0});
  }
  const CalendarCost calendar = lookup_state_->calendar_cost();
  results.add("P5b", {calendar.built_ms, 0});
  results.add("P5c", {calendar.per_block_us, calendar.commit_us});
  results.add("P5o", {by_tin.per_second, bare.per_second});
}

}  // namespace quipu::bench
