// SPDX-License-Identifier: Apache-2.0
#include "node/follow/follower.h"

#include <catch2/catch.hpp>

#include "tests/node/follow/mirror_source.h"

namespace quipu::follow::testing {

namespace follower_test {

using Clock = Follower::Clock;
using std::chrono::seconds;

// Sources the follower owns and the test still reaches.
struct Bench {
  explicit Bench(std::vector<sample::Files> mirrors) {
    std::vector<std::unique_ptr<Source>> owned;
    for (auto& files : mirrors) {
      auto source = std::make_unique<MirrorSource>(std::move(files), "source " + std::to_string(sources.size()));
      sources.push_back(source.get());
      owned.push_back(std::move(source));
    }
    follower.emplace(
        *copy.pursuit, std::move(owned),
        [this](const std::string& line, bool alarm) { said.push_back((alarm ? "ALARM " : "") + line); },
        [this] { heard.push_back(copy.pursuit->reader()->newest().height.value); });
  }
  // Turns until so much time has passed.
  void pass(seconds time) {
    const auto until = now + time;
    while (now < until) {
      const auto again = follower->turn(now, stop);
      now = again ? std::max(*again, now + std::chrono::milliseconds(1)) : until;
    }
  }
  bool was_said(const std::string& words) const {
    return std::ranges::any_of(said, [&](const auto& line) { return line.find(words) != std::string::npos; });
  }

  Copy copy;
  std::vector<MirrorSource*> sources;
  std::vector<std::string> said;
  std::vector<std::uint64_t> heard;  // the height at each piece of news
  std::optional<Follower> follower;
  Clock::time_point now{std::chrono::hours(1)};
  std::atomic<bool> stop{false};
};

sample::Chain grown(int blocks) {
  sample::Chain chain;
  chain.grow(blocks, 1);
  chain.publish();
  return chain;
}

}  // namespace follower_test

TEST_CASE("sources are asked in turn and one that is away is asked ever more rarely and taken back") {
  using namespace follower_test;
  const auto files = grown(4).files();
  Bench bench({files, files});
  bench.sources[0]->away = true;
  bench.pass(seconds(600));
  CHECK(bench.copy.size() > 1);
  CHECK(bench.follower->caught_up());
  CHECK(bench.sources[1]->asked > 500);
  CHECK(bench.sources[0]->asked < 20);
  CHECK(bench.sources[0]->asked > 8);
  CHECK(bench.follower->views()[0].fault->kind == Fault::Kind::kAway);
  CHECK_FALSE(bench.follower->views()[1].fault);
  CHECK(std::ranges::count(bench.said, "source 0 does not answer: no answer") == 1);
  bench.sources[0]->away = false;
  bench.pass(seconds(61));
  CHECK_FALSE(bench.follower->views()[0].fault);
  CHECK(bench.was_said("source 0 is good again"));
}

TEST_CASE("a liar is named and left alone for long and the honest source is followed") {
  using namespace follower_test;
  const auto files = grown(4).files();
  Bench bench({files, files});
  bench.sources[0]->files.at("quorum/2").back() ^= 1;
  bench.pass(seconds(300));
  CHECK(bench.was_said("ALARM source 0 LIES"));
  CHECK(bench.sources[0]->asked < 10);
  CHECK(bench.follower->views()[0].fault->kind == Fault::Kind::kLies);
  CHECK(bench.copy.pursuit->reader()->newest().height.value == 4);
  CHECK_FALSE(bench.follower->forked());
}

TEST_CASE("who waits for news is told when blocks can be read and when all is there for the first time and not else") {
  using namespace follower_test;
  using Heights = std::vector<std::uint64_t>;
  auto chain = grown(4);
  Bench bench({chain.files()});
  bench.pass(seconds(60));
  CHECK(bench.heard == Heights{4, 4});
  chain.grow(2, 1);
  chain.publish();
  bench.sources[0]->files = chain.files();
  bench.pass(seconds(2));
  CHECK(bench.heard == Heights{4, 4, 6});
}

TEST_CASE("blocks that came before their source was found to lie are news") {
  using namespace follower_test;
  Bench bench({grown(4).files()});
  bench.sources[0]->files.at("quorum/3").back() ^= 1;
  bench.pass(seconds(5));
  CHECK(bench.heard == std::vector<std::uint64_t>{2});
}

TEST_CASE("when all sources are away what is here stays served and is no fresher") {
  using namespace follower_test;
  Bench bench({grown(4).files()});
  bench.pass(seconds(5));
  const auto size = bench.copy.size();
  const auto fresh_s = bench.copy.pursuit->cosigned_s();
  bench.sources[0]->away = true;
  bench.pass(seconds(300));
  CHECK(bench.copy.size() == size);
  CHECK(bench.copy.pursuit->cosigned_s() == fresh_s);
}

TEST_CASE("two cosigned histories end all following") {
  using namespace follower_test;
  sample::Chain one = grown(2);
  sample::Chain other = one;
  one.grow(2, 1);
  one.publish();
  other.grow(2, 2);
  other.publish();
  Bench bench({other.files(), one.files()});
  bench.pass(seconds(10));
  CHECK(bench.follower->forked());
  CHECK(bench.was_said("ALARM source 1 shows a FORK"));
  const int asked = bench.sources[0]->asked;
  bench.pass(seconds(100));
  CHECK(bench.sources[0]->asked == asked);
  CHECK(bench.copy.root() == other.position.tree.root());
}

}  // namespace quipu::follow::testing
