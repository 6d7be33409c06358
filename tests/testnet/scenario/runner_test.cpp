// SPDX-License-Identifier: Apache-2.0
// How a scenario goes on, in a world that is a list of answers.
#include <catch2/catch.hpp>

#include "testnet/scenario/parse.h"
#include "testnet/scenario/runner.h"

using namespace quipu::scenario;

namespace playing {

// Each second of its time one statement becomes final; leaders take turns every ten seconds.
class ToyWorld final : public World {
 public:
  Micros now() const override { return now_; }
  void run_for(Micros time) override {
    run_until(time, [] { return false; });
  }
  bool run_until(Micros within, const std::function<bool()>& condition) override {
    const Micros end = now_ + within;
    while (!condition()) {
      if (now_ >= end) return false;
      now_ += kSecond;
      for (auto& [when, what] : later_)
        if (what && when <= now_) std::exchange(what, nullptr)();
      if (pending > 0) --pending, ++height;
    }
    return true;
  }
  void later(Micros delay, std::function<void()> what) override { later_.emplace_back(now_ + delay, std::move(what)); }
  std::optional<std::string> broken() override { return law; }
  std::string leader() override { return now_ / (10 * kSecond) % 2 == 0 ? "BO" : "BR"; }
  Figures figures() override {
    Figures figures;
    figures.height = height;
    return figures;
  }
  std::string not_final(const std::vector<std::string>&) override { return not_final(); }
  std::string not_final() override { return pending > 0 ? "not final" : ""; }
  std::string unrest() override { return not_final(); }
  Done act(const Step& step) override {
    std::string did = std::to_string(now_ / kSecond) + " " + step.text.substr(0, step.text.find(' '));
    for (const auto& node : step.nodes) did += " " + node;
    acts.push_back(did);
    if (step.verb == Verb::kSubmit) pending += step.number;
    if (step.verb == Verb::kReset) return std::unexpected("no such link");
    return {};
  }
  Done finish() override { return ending; }

  std::uint64_t pending = 0;
  std::uint64_t height = 0;
  std::optional<std::string> law;
  std::vector<std::string> acts;
  Done ending;

 private:
  Micros now_ = 0;
  std::vector<std::pair<Micros, std::function<void()>>> later_;
};

Verdict play(ToyWorld& world, const std::string& steps) {
  const auto plan = parse("scenario S\nmembers 4\n" + steps);
  REQUIRE(plan);
  return run(*plan, world, [](Micros, const Step&) {});
}

}  // namespace playing

using namespace playing;

TEST_CASE("steps are carried out in order and repeats as often as they say") {
  ToyWorld world;
  const auto verdict = play(world, "submit 2 through BO\nrepeat 2\nkill CL\nrun 1s\nend\nwait final within 5s\n");
  CHECK(verdict.kept);
  CHECK(verdict.steps == 6);
  CHECK(world.acts == std::vector<std::string>{"0 submit BO", "0 kill CL", "1 kill CL"});
}

TEST_CASE("a name and the leader and all become codes when their step comes") {
  ToyWorld world;
  play(world, "let first be leader\nrun 10s\nkill first leader\nstart all\nwait final within 1s\n");
  CHECK(world.acts == std::vector<std::string>{"10 kill BO BR", "10 start BO BR CL PE"});
}

TEST_CASE("a step for later happens while others go on and one for a leader when it leads") {
  ToyWorld world;
  play(world, "in 5s kill PE\nwhen BR leads kill leader\nrun 30s\nrun 30s\nwait final within 1s\n");
  CHECK(world.acts == std::vector<std::string>{"5 kill PE", "10 kill BR"});
}

TEST_CASE("what does not come within its time breaks the scenario at that line") {
  ToyWorld world;
  const auto verdict = play(world, "submit 9 through BO\nwait final within 3s\nkill PE\n");
  CHECK_FALSE(verdict.kept);
  CHECK(verdict.line == 4);
  CHECK(verdict.why == "after 3 s: not final");
  CHECK(world.acts.size() == 1);
}

TEST_CASE("a broken law breaks the scenario whatever the step says") {
  ToyWorld world;
  world.law = "the law of agreement is broken";
  CHECK(play(world, "run 1s\nwait final within 1s\n").why == "the law of agreement is broken");
}

TEST_CASE("a step that cannot be done breaks the scenario and so does a late one") {
  ToyWorld world;
  CHECK(play(world, "reset BO and PE\nwait final within 1s\n").line == 3);
  ToyWorld other;
  const auto verdict = play(other, "in 2s reset BO and PE\nrun 5s\nwait final within 1s\n");
  CHECK_FALSE(verdict.kept);
  CHECK(verdict.line == 3);
}

TEST_CASE("silence and standstill are broken by one block") {
  ToyWorld quiet;
  CHECK(play(quiet, "expect silence for 1h\nexpect no progress for 1h\n").kept);
  ToyWorld busy;
  CHECK(play(busy, "submit 1 through BO\nexpect silence for 5s\n").why == "1 blocks, 0 views, 0 votes or messages");
  ToyWorld going;
  CHECK(play(going, "submit 1 through BO\nexpect no progress for 5s\n").why == "1 blocks became final");
}

TEST_CASE("figures are compared as the line says") {
  ToyWorld world;
  world.height = 7;
  CHECK(play(world, "expect height 7\nexpect height at least 3\nexpect no evidence\nexpect epoch 0\n").kept);
  CHECK(play(world, "expect height at least 8\n").why == "the height is 7");
}

TEST_CASE("what must hold at the end of every scenario can break it") {
  ToyWorld world;
  world.ending = std::unexpected("a node ended by itself");
  const auto verdict = play(world, "wait final within 1s\n");
  CHECK_FALSE(verdict.kept);
  CHECK(verdict.line == 0);
  CHECK(verdict.why == "a node ended by itself");
}
