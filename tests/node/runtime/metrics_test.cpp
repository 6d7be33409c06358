// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/metrics.h"

#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "node/runtime/finality_times.h"

namespace metrics_test {

using namespace quipu;
using namespace quipu::runtime;
using Catch::Contains;
using replica::Phase;

replica::Outcome outcome(std::string_view name, Phase phase) {
  replica::Outcome out;
  out.id = crypto::sha256(name);
  out.phase = phase;
  return out;
}

double total(const Durations& durations) {
  double sum = 0;
  for (const double count : durations.counts()) sum += count;
  return sum;
}

Vitals some_vitals() {
  Vitals vitals;
  vitals.node.version = "9.9";
  vitals.node.quorum = 3;
  vitals.node.peers = {{.code = "BR", .up = true}, {.code = "CL", .up = false}};
  vitals.newest.height = {7};
  vitals.published = consensus::Height{6};
  vitals.requests_refused = {{"guest", 0}, {"t-1", 12}};
  vitals.disks = {{.of = "ledger", .bytes = 1000, .free_bytes = 400}};
  return vitals;
}

TEST_CASE("a duration counts in the first bucket whose bound it does not pass") {
  Durations durations;
  durations.add(0);
  durations.add(1'000);  // the bound itself
  durations.add(1'001);
  durations.add(60'000'000);
  const auto counts = durations.counts();
  REQUIRE(counts.size() == Durations::kBounds_s.size() + 1);
  CHECK(counts.front() == 2);
  CHECK(counts[1] == 1);
  CHECK(counts.back() == 1);
  CHECK(total(durations) == 4);
  CHECK(durations.sum_s() == Approx(60.002001));
}

TEST_CASE("a submission is timed from its first arrival until it is final") {
  FinalityTimes times;
  const auto id = crypto::sha256("one");
  times.accepted(id, 1'000'000);
  times.accepted(id, 1'900'000);
  times.changed(outcome("one", Phase::kPending), 1'500'000);
  CHECK(total(times.until_final()) == 0);
  times.changed(outcome("one", Phase::kFinal), 3'000'000);
  CHECK(times.until_final().sum_s() == Approx(2.0));
  times.changed(outcome("one", Phase::kFinal), 4'000'000);
  CHECK(total(times.until_final()) == 1);
}

TEST_CASE("what is rejected or expired or another node's is not timed") {
  FinalityTimes times;
  times.accepted(crypto::sha256("rejected"), 0);
  times.accepted(crypto::sha256("expired"), 0);
  times.changed(outcome("rejected", Phase::kRejected), 1);
  times.changed(outcome("expired", Phase::kExpired), 1);
  times.changed(outcome("rejected", Phase::kFinal), 2);
  times.changed(outcome("another node's", Phase::kFinal), 2);
  CHECK(total(times.until_final()) == 0);
}

TEST_CASE("no more than a bounded number of submissions is timed at once and a new epoch forgets them") {
  FinalityTimes times;
  for (std::size_t i = 0; i <= FinalityTimes::kMostTimed; ++i) times.accepted(crypto::sha256(std::to_string(i)), 0);
  times.changed(outcome(std::to_string(FinalityTimes::kMostTimed), Phase::kFinal), 1);
  CHECK(total(times.until_final()) == 0);
  times.changed(outcome("0", Phase::kFinal), 1);
  CHECK(total(times.until_final()) == 1);
  times.forget_all();
  times.changed(outcome("1", Phase::kFinal), 1);
  CHECK(total(times.until_final()) == 1);
}

TEST_CASE("a member shows its vitals and peers and durations in cumulative buckets") {
  DriverCounters counters;
  counters.sign_took.add(2'000);
  counters.sign_took.add(30'000);
  Durations until_final;
  until_final.add(400'000);
  const auto page = render_metrics(some_vitals(), replica::Status{}, counters, until_final,
                                   {.backup_verified_s = 1795769831, .drill_s = 5});
  CHECK_THAT(page, Contains("quipu_height 7\n"));
  CHECK_THAT(page, Contains("quipu_published_height 6\n"));
  CHECK_THAT(page, Contains("quipu_restore_drill_time_seconds 5\n"));
  CHECK_THAT(page, Contains("quipu_quorum 3\n"));
  CHECK_THAT(page, Contains("quipu_requests_refused_total{caller=\"guest\"} 0\n"));
  CHECK_THAT(page, Contains("quipu_requests_refused_total{caller=\"t-1\"} 12\n"));
  CHECK_THAT(page, Contains("quipu_build_info{version=\"9.9\"} 1\n"));
  CHECK_THAT(page, Contains("quipu_peer_up{peer=\"BR\"} 1\n"));
  CHECK_THAT(page, Contains("quipu_peer_up{peer=\"CL\"} 0\n"));
  CHECK_THAT(page, Contains("quipu_disk_free_bytes{of=\"ledger\"} 400\n"));
  CHECK_THAT(page, Contains("quipu_durable_seconds_bucket{step=\"sign\",le=\"0.0025\"} 1\n"));
  CHECK_THAT(page, Contains("quipu_durable_seconds_bucket{step=\"sign\",le=\"0.05\"} 2\n"));
  CHECK_THAT(page, Contains("quipu_durable_seconds_bucket{step=\"sign\",le=\"+Inf\"} 2\n"));
  CHECK_THAT(page, Contains("quipu_durable_seconds_count{step=\"commit\"} 0\n"));
  CHECK_THAT(page, Contains("quipu_final_seconds_bucket{le=\"0.25\"} 0\n"));
  CHECK_THAT(page, Contains("quipu_final_seconds_bucket{le=\"5\"} 1\n"));
}

TEST_CASE("a member and a follower show when their last scrub ended and whether it found damage") {
  const auto shown = [](const Vitals& vitals, const std::string& time, const std::string& damage) {
    for (const auto& page : {render_metrics(vitals, replica::Status{}, DriverCounters(), Durations(), {}),
                             render_metrics(vitals, {}, 0)}) {
      CHECK_THAT(page, Contains("quipu_scrub_time_seconds " + time + "\n"));
      CHECK_THAT(page, Contains("quipu_scrub_damage " + damage + "\n"));
    }
  };
  auto vitals = some_vitals();
  shown(vitals, "0", "0");
  vitals.scrub = ScrubMark{.ended_ms = 7'900};
  shown(vitals, "7", "0");
  vitals.scrub->fault = "leaf 5 is gone";
  shown(vitals, "7", "1");
}

TEST_CASE("a member shows how far each receiver of its webhooks is behind") {
  const MemberVitals member{
      .webhooks = {{.name = "desk", .height = 7, .waiting_since_ms = 0, .taken = 5, .failed = 0},
                   {.name = "slow", .height = 4, .waiting_since_ms = 1'000'000, .taken = 3, .failed = 2},
                   {.name = "fast", .height = 6, .waiting_since_ms = 1'090'500, .taken = 3, .failed = 0}},
      .utc_ms = 1'090'000};
  const auto page = render_metrics(some_vitals(), replica::Status{}, DriverCounters(), Durations(), member);
  CHECK_THAT(page, Contains("quipu_webhook_height{webhook=\"desk\"} 7\n"));
  CHECK_THAT(page, Contains("quipu_webhook_lag_seconds{webhook=\"desk\"} 0\n"));
  CHECK_THAT(page, Contains("quipu_webhook_lag_seconds{webhook=\"slow\"} 90\n"));
  CHECK_THAT(page, Contains("quipu_webhook_lag_seconds{webhook=\"fast\"} 0\n"));  // by clocks that differ a little
  CHECK_THAT(page, Contains("quipu_webhook_taken_total{webhook=\"slow\"} 3\n"));
  CHECK_THAT(page, Contains("quipu_webhook_failures_total{webhook=\"slow\"} 2\n"));
}

TEST_CASE("a follower shows how far each receiver of its webhooks is behind") {
  const auto page = render_metrics(
      some_vitals(), {{.name = "desk", .height = 4, .waiting_since_ms = 1'000'000, .taken = 3, .failed = 2}},
      1'090'000);
  CHECK_THAT(page, Contains("quipu_webhook_height{webhook=\"desk\"} 4\n"));
  CHECK_THAT(page, Contains("quipu_webhook_lag_seconds{webhook=\"desk\"} 90\n"));
  CHECK_THAT(page, Contains("quipu_webhook_taken_total{webhook=\"desk\"} 3\n"));
  CHECK_THAT(page, Contains("quipu_webhook_failures_total{webhook=\"desk\"} 2\n"));
}

TEST_CASE("a member shows how far its clock is from its peers' and their heights as far as they have told") {
  auto vitals = some_vitals();
  const auto page_of = [&] {
    return render_metrics(vitals, replica::Status{}, DriverCounters(), Durations(), MemberVitals{});
  };
  CHECK_THAT(page_of(), !Contains("clock_offset"));
  CHECK_THAT(page_of(), !Contains("quipu_peer_height"));
  vitals.node.clock_offset_ms = -6'500;
  vitals.node.peers[0].clock_offset_ms = -6'500;
  vitals.node.peers[0].height = 9;
  CHECK_THAT(page_of(), Contains("quipu_clock_offset_seconds -6.5\n"));
  CHECK_THAT(page_of(), Contains("quipu_peer_clock_offset_seconds{peer=\"BR\"} -6.5\n"));
  CHECK_THAT(page_of(), Contains("quipu_peer_height{peer=\"BR\"} 9\n"));
  CHECK_THAT(page_of(), !Contains("{peer=\"CL\"} -"));
}

TEST_CASE("a member shows how long each of its keys has been in force") {
  const auto page = render_metrics(some_vitals(), replica::Status{}, DriverCounters(), Durations(),
                                   {.keys = {{"vote", 31'536'000}, {"log", 5}}});
  CHECK_THAT(page, Contains("quipu_key_age_seconds{purpose=\"vote\"} 31536000\n"));
  CHECK_THAT(page, Contains("quipu_key_age_seconds{purpose=\"log\"} 5\n"));
}

TEST_CASE("a member shows of each peer what was false of what it sent and of all guests together") {
  const auto page = render_metrics(some_vitals(), replica::Status{}, DriverCounters(), Durations(),
                                   {.rejects = {{"BR", 0}, {"CL", 9}, {"guest", 4}}});
  CHECK_THAT(page, Contains("quipu_peer_rejects_total{peer=\"BR\"} 0\n"));
  CHECK_THAT(page, Contains("quipu_peer_rejects_total{peer=\"CL\"} 9\n"));
  CHECK_THAT(page, Contains("quipu_peer_rejects_total{peer=\"guest\"} 4\n"));
}

TEST_CASE("a follower shows its sources and nothing of votes") {
  auto vitals = some_vitals();
  vitals.node.sources = {{.url = "http://a", .state = "good", .detail = ""},
                         {.url = "http://b", .state = "lies", .detail = ""}};
  const auto page = render_metrics(vitals, {}, 0);
  CHECK_THAT(page, Contains("quipu_source_good{source=\"http://a\"} 1\n"));
  CHECK_THAT(page, Contains("quipu_source_good{source=\"http://b\"} 0\n"));
  CHECK_THAT(page, !Contains("votes"));
}

TEST_CASE("a disk is below its reserve when less than that is free") {
  const std::vector<DiskSpace> disks = {{"ledger", 1'000, 300}, {"safety", 100, 50}};
  CHECK_FALSE(below_reserve(disks, 50));
  CHECK(below_reserve(disks, 51)->of == "safety");
  CHECK(below_reserve(disks, 301)->of == "ledger");
  CHECK_FALSE(below_reserve({}, 1));
}

TEST_CASE("a disk is looked at where there is one") {
  const auto disks = disk_space({{"here", "."}, {"nowhere", "/no such/folder"}});
  REQUIRE(disks.size() == 1);
  CHECK(disks.front().of == "here");
  CHECK(disks.front().bytes > 0);
  CHECK(disks.front().free_bytes <= disks.front().bytes);
}

}  // namespace metrics_test
