// SPDX-License-Identifier: Apache-2.0
// The power of one node fails before, in and after every write and before every effect of a short scenario, one run
// each.
#include <catch2/catch.hpp>

#include "testnet/sim/cluster.h"
#include "testnet/sim/government.h"

using namespace quipu::testnet;

namespace crash_points {

Options options_for(std::size_t members) {
  Options options = calm_options(7, members);
  options.restart_most = 2 * kSecond;
  return options;
}

// Two blocks; `victim` dies at the point given, counted from when the first submission comes. False: it passed fewer.
bool survives_crash_at(std::size_t members, Endpoint victim, std::uint64_t point) {
  Cluster cluster(options_for(members));
  cluster.boot_all();
  cluster.run_for(2 * kSecond);
  cluster.node(victim).arm_power_cut(point);
  const auto first = cluster.submit(0);
  cluster.run_for(300 * kMillisecond);
  const auto second = cluster.submit(members - 1);
  const bool rests = cluster.run_until(300 * kSecond, [&] { return cluster.at_rest(); });
  INFO("members " << members << ", node " << victim << " dies at point " << point);
  INFO((cluster.violation() ? cluster.violation()->law + ": " + cluster.violation()->what : cluster.unrest()));
  REQUIRE_FALSE(cluster.violation());
  REQUIRE(rests);
  REQUIRE(cluster.final_everywhere(first));
  REQUIRE(cluster.final_everywhere(second));
  return cluster.crashes() > 0;
}

std::uint64_t survives_every_crash(std::size_t members, Endpoint victim) {
  std::uint64_t point = 1;
  while (survives_crash_at(members, victim, point)) ++point;
  return point - 1;
}

// A change of members from its proposal to a statement that is final in the next epoch; `victim` dies at the point
// given, counted from the proposal. False: it passed fewer.
template <class Change>
bool survives_crash_in(const Change& change, const Options& options, Endpoint victim, std::uint64_t point) {
  Cluster cluster(options);
  Government government(cluster);
  cluster.boot_all();
  cluster.run_for(2 * kSecond);
  cluster.node(victim).arm_power_cut(point);
  const bool changed = change(government);
  const auto id = cluster.submit(0);
  const bool works = cluster.run_until(120 * kSecond, [&] { return cluster.final_everywhere(id); });
  INFO("node " << victim << " dies at point " << point);
  INFO((cluster.violation() ? cluster.violation()->law + ": " + cluster.violation()->what : cluster.unrest()));
  REQUIRE_FALSE(cluster.violation());
  REQUIRE(changed);
  REQUIRE(works);
  REQUIRE(cluster.newest_members().epoch.value == 1);
  return cluster.crashes() > 0;
}

template <class Change>
std::uint64_t survives_every_crash_in(const Change& change, std::size_t members, std::size_t candidates,
                                      Endpoint victim) {
  Options options = options_for(members);
  options.candidates = candidates;
  std::uint64_t point = 1;
  while (survives_crash_in(change, options, victim, point)) ++point;
  return point - 1;
}

}  // namespace crash_points

TEST_CASE("a single member survives a power cut at every point of two blocks") {
  CHECK(crash_points::survives_every_crash(1, 0) >= 40);
}

TEST_CASE("each of four members survives a power cut at every point of two blocks") {
  const auto victim = GENERATE(Endpoint{0}, Endpoint{1}, Endpoint{2}, Endpoint{3});
  CHECK(crash_points::survives_every_crash(4, victim) >= 40);
}

TEST_CASE("a member survives a power cut at every point of another one's leaving and of its own") {
  const auto dismiss = [](Government& government) { return government.dismiss(2, 300 * kSecond); };
  const auto victim = GENERATE(Endpoint{0}, Endpoint{2});
  CHECK(crash_points::survives_every_crash_in(dismiss, 5, 0, victim) >= 100);
}

TEST_CASE("a member and a newcomer survive a power cut at every point of its being let in") {
  const auto admit = [](Government& government) { return government.admit(4, 300 * kSecond); };
  const auto victim = GENERATE(Endpoint{1}, Endpoint{4});
  CHECK(crash_points::survives_every_crash_in(admit, 4, 1, victim) >= 100);
}

TEST_CASE("four members survive losing power together at any point of one of them") {
  std::uint64_t crashes = 1;
  for (std::uint64_t point = 1; crashes > 0 && point < 400; point += 3) {
    Cluster cluster(crash_points::options_for(4));
    cluster.boot_all();
    cluster.run_for(2 * kSecond);
    cluster.node(0).arm_power_cut(point);
    const auto id = cluster.submit(0);
    cluster.run_until(5 * kSecond, [&] { return !cluster.node(0).alive(); });
    crashes = cluster.crashes();
    cluster.cut_power_of_all();
    const bool rests = cluster.run_until(300 * kSecond, [&] { return cluster.at_rest(); });
    INFO("point " << point << ": "
                  << (cluster.violation() ? cluster.violation()->law + ": " + cluster.violation()->what
                                          : cluster.unrest()));
    REQUIRE_FALSE(cluster.violation());
    REQUIRE(rests);
    REQUIRE(cluster.final_everywhere(id));
  }
  CHECK(crashes == 0);
}
