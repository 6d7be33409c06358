// SPDX-License-Identifier: Apache-2.0
// Every scenario of tests/scenarios in the simulator, under every law.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "testnet/scenario/parse.h"
#include "testnet/scenario/runner.h"
#include "testnet/sim/stage/world.h"

using namespace quipu;
using namespace quipu::testnet;

namespace stories {

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> all() {
  std::vector<std::filesystem::path> paths;
  const auto folder = std::filesystem::path(QUIPU_SOURCE_DIR) / "tests" / "scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".scenario") paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

scenario::Plan plan_of(const std::string& text) {
  auto plan = scenario::parse(text);
  INFO((plan ? "" : std::to_string(plan.error().line) + ": " + plan.error().what));
  REQUIRE(plan);
  return *std::move(plan);
}

scenario::Verdict play(const scenario::Plan& plan, std::uint64_t seed, std::uint64_t* trace = nullptr) {
  stage::SimulatedWorld world(plan, seed, [](const std::string&) {});
  const auto verdict = scenario::run(plan, world, [](auto, const auto&) {});
  if (trace) *trace = world.trace();
  return verdict;
}

void must_break(const std::string& steps, const std::string& why) {
  const auto verdict = play(plan_of("scenario S\nmembers 4\n" + steps), 1);
  INFO(verdict.why);
  CHECK_FALSE(verdict.kept);
  CHECK(verdict.why.find(why) != std::string::npos);
}

}  // namespace stories

TEST_CASE("every scenario is kept in the simulator") {
  const auto paths = stories::all();
  CHECK(paths.size() >= 40);
  for (const auto& path : paths) {
    const auto plan = stories::plan_of(stories::content(path));
    const auto verdict = stories::play(plan, plan.seed);
    INFO(path.filename().string() << ":" << verdict.line << ": `" << verdict.step << "`: " << verdict.why);
    CHECK(verdict.kept);
  }
}

TEST_CASE("one seed plays a scenario the same way again and another one differently") {
  const auto plan = stories::plan_of(stories::content(stories::all().front()));
  std::uint64_t first = 0;
  std::uint64_t again = 0;
  std::uint64_t other = 0;
  stories::play(plan, 5, &first);
  stories::play(plan, 5, &again);
  stories::play(plan, 6, &other);
  CHECK(first == again);
  CHECK(first != other);
}

TEST_CASE("a simulated scenario breaks when what it expects is not so") {
  stories::must_break("kill BO BR\nsubmit 1 through CL\nwait final within 30s\n", "not final everywhere");
  stories::must_break("submit 1 through CL\nexpect silence for 5s\n", "1 blocks");
  stories::must_break("submit 1 through CL\nexpect no progress for 5s\n", "1 blocks became final");
  stories::must_break("wait rest within 5s\nexpect height 1\n", "the height is 0");
  stories::must_break("wait BR leads within 1s\nwait CL leads within 1s\n", "leads");
  stories::must_break("lose ledger of BO\nwait rest within 5s\n", "kill BO first");
  stories::must_break("kill BO\nput back image of BO\nstart BO\nwait rest within 5s\n", "keep an image of BO first");
  stories::must_break("cut BO from all\nsubmit 1 through CL\nwait final within 20s\n", "not final everywhere");
}
