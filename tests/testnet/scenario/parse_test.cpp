// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "testnet/scenario/grammar.h"
#include "testnet/scenario/parse.h"

using namespace quipu::scenario;

namespace language {

const std::string kHead = "scenario A story\nmembers 4\n";

Plan good(const std::string& steps) {
  const auto plan = parse(kHead + steps);
  INFO((plan ? "" : std::to_string(plan.error().line) + ": " + plan.error().what));
  REQUIRE(plan);
  return *plan;
}

// "LINE: WHAT" of a text that is refused.
std::string refused(const std::string& text) {
  const auto plan = parse(text);
  REQUIRE_FALSE(plan);
  return std::to_string(plan.error().line) + ": " + plan.error().what;
}
std::string refused_step(const std::string& step) { return refused(kHead + step + "\nwait rest within 1s\n"); }

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace language

using namespace language;

TEST_CASE("a scenario is read line by line without its comments") {
  const Plan plan = good("# a story\n\nsubmit 20 through PE BO   # both\nwait final within 1500ms\n");
  CHECK(plan.title == "A story");
  CHECK(plan.members == std::vector<std::string>{"BO", "BR", "CL", "PE"});
  REQUIRE(plan.steps.size() == 2);
  CHECK(plan.steps[0].verb == Verb::kSubmit);
  CHECK(plan.steps[0].line == 5);
  CHECK(plan.steps[0].text == "submit 20 through PE BO");
  CHECK(plan.steps[0].number == 20);
  CHECK(plan.steps[0].nodes == std::vector<std::string>{"PE", "BO"});
  CHECK(plan.steps[1].time == 1'500 * kMillisecond);
}

TEST_CASE("members are so many or named and stand by code") {
  CHECK(parse("scenario S\nmembers PE AR BO UY\nwait rest within 1s\n")->members ==
        std::vector<std::string>{"AR", "BO", "PE", "UY"});
  CHECK(parse("scenario S\nmembers 186\nwait rest within 1s\n")->members.size() == 186);
  CHECK(holds(refused("scenario S\nmembers BO BO\n"), "2: BO stands there twice"));
  CHECK(holds(refused("scenario S\nmembers 0\n"), "2: from 1 to"));
  CHECK(holds(refused("scenario S\nmembers 4\ncandidates PE\n"), "3: PE is a member already"));
}

TEST_CASE("the words between two groups of nodes part them") {
  const Plan plan = good("cut BO BR from CL PE\ndelay all and leader 200ms\ncut leader to all\nwait rest within 1s\n");
  CHECK(plan.steps[0].nodes == std::vector<std::string>{"BO", "BR"});
  CHECK(plan.steps[0].others == std::vector<std::string>{"CL", "PE"});
  CHECK(plan.steps[1].others == std::vector<std::string>{"leader"});
  CHECK(plan.steps[1].time == 200 * kMillisecond);
  CHECK(plan.steps[2].verb == Verb::kCutTo);
}

TEST_CASE("times are counted in milliseconds seconds minutes and hours or are the bound of liveness") {
  const Plan plan = good("run 24h\nrun 5min\nrun bound\nwait rest within 1s\n");
  CHECK(plan.steps[0].time == 24 * 3600 * kSecond);
  CHECK(plan.steps[1].time == 300 * kSecond);
  CHECK(plan.length(plan.steps[2].time) == 10 * kSecond);
  CHECK(holds(refused_step("run 5"), "3: `5` stands where a time such as"));
  CHECK(holds(refused_step("run 5000h"), "`5000h` stands where a time"));
  CHECK(holds(refused_step("run -1s"), "`-1s` stands where a time"));
}

TEST_CASE("a repeat holds what stands before its end") {
  const Plan plan = good("repeat 3\n  kill BO\n  repeat 2\n    run 1s\n  end\n  start BO\nend\nwait rest within 1s\n");
  REQUIRE(plan.steps.size() == 2);
  REQUIRE(plan.steps[0].body.size() == 3);
  CHECK(plan.steps[0].body[1].body.size() == 1);
  CHECK(holds(refused_step("end"), "3: an `end` without its `repeat`"));
  CHECK(holds(refused(kHead + "repeat 2\nrun 1s\n"), "3: this `repeat` has no `end`"));
  CHECK(holds(refused_step("repeat 2\nrepeat 2\nrepeat 2\nrepeat 2"), "6: repeats are nested too deep"));
  CHECK(holds(refused_step("repeat 1000000\nrun 1s\nend"), "more than 20000 steps"));
}

TEST_CASE("a step may wait for a time or a leader but no step waits inside another") {
  const Plan plan = good("in 500ms kill leader\nwhen BO leads pause BO for 2s\nwait rest within 1s\n");
  CHECK(plan.steps[0].time == 500 * kMillisecond);
  CHECK(plan.steps[0].body.at(0).verb == Verb::kKill);
  CHECK(plan.steps[1].body.at(0).time == 2 * kSecond);
  CHECK(holds(refused_step("in 1s run 2s"), "`run` cannot stand inside another step"));
  CHECK(holds(refused_step("in 1s in 1s kill BO"), "`in` cannot stand inside another step"));
}

TEST_CASE("a name given by let stands for a node from there on") {
  const Plan plan = good("let dead be leader\nkill dead\nwait rest within 1s\n");
  CHECK(plan.steps[1].nodes == std::vector<std::string>{"dead"});
  CHECK(holds(refused_step("kill dead"), "3: `dead` plays no part: there are BO BR CL PE, `leader`, `all`"));
}

TEST_CASE("a refusal says what is wrong and what would be right") {
  CHECK(holds(refused(""), "an empty scenario: begin with `scenario TEXT`"));
  CHECK(holds(refused("members 4\n"), "1: the first line is written `scenario TEXT`"));
  CHECK(holds(refused("scenario S\nrun 1s\n"), "2: say above the steps who plays"));
  CHECK(holds(refused_step("destroy BO"), "3: `destroy` begins no line; one of these does: scenario members"));
  CHECK(holds(refused_step("submit many through BO"), "`many` stands where a whole number should"));
  CHECK(holds(refused_step("submit 5 trough BO"), "the line is written `submit N through NODES`"));
  CHECK(holds(refused_step("submit 5 through"), "the end of the line stands where"));
  CHECK(holds(refused_step("kill AR"), "`AR` plays no part"));
  CHECK(holds(refused_step("run 1s\nseed 4"), "4: `seed 4` stands among the steps"));
  CHECK(holds(refused(kHead + "run 1s\n"), "a scenario that expects nothing"));
  CHECK(holds(refused_step("submit 1000000 through BO"), "from 1 to 10000 at a time"));
  CHECK(holds(refused_step("admit BO within 10s"), "write `candidates UY`"));
  CHECK(holds(refused_step("crash BO after signing love"), "`love` stands where notarize, nullify or finalize should"));
}

TEST_CASE("Byzantine members are the last ones and some stay honest") {
  CHECK(parse(kHead + "byzantine PE twin\nwait rest within 1s\n")->byzantine == std::vector<std::string>{"PE"});
  CHECK(holds(refused(kHead + "byzantine BO twin\n"), "3: Byzantine members are the last by code: PE"));
  CHECK(holds(refused(kHead + "byzantine BO BR CL PE twin\n"), "leave some of them honest"));
  CHECK(holds(refused(kHead + "byzantine PE charming\n"), "`charming`"));
}

TEST_CASE("regions hold all members and distances are between known regions") {
  const std::string regions = "region west 1\nregion east 3\ndistance west east 80ms\n";
  const auto plan = parse(kHead + regions + "wait rest within 1s\n");
  REQUIRE(plan);
  CHECK(plan->regions[1].members == 3);
  CHECK(plan->distances[0].one_way == 80 * kMillisecond);
  CHECK(holds(refused(kHead + "region west 1\nwait rest within 1s\n"), "4: the regions have 1 members, but 4 play"));
  CHECK(holds(refused(kHead + "region west 4\ndistance west south 1ms\n"), "there is no region south above this line"));
}

TEST_CASE("what a process cannot do is refused there with the reason and the line") {
  const auto why = [](const std::string& lines) {
    const auto refusal = why_not_on_processes(*parse(kHead + lines + "wait rest within 1s\n"));
    return refusal ? std::to_string(refusal->line) + ": " + refusal->what : std::string();
  };
  CHECK(why("kill BO\ncut BO from CL\nrun 10s\n").empty());
  CHECK(why("byzantine PE twin\n") == "0: no quipud is built to lie: a Byzantine member runs in the simulator");
  CHECK(holds(why("run 1s\ncrash BO within a slot\n"), "4: `crash BO within a slot`: the power must fail between"));
  CHECK(holds(why("in 1s lose 10 percent\n"), "3: `lose 10 percent`: TCP makes good"));
  CHECK(holds(why("repeat 3\nrun 4min\nend\n"), "it lasts 12 minutes"));
}

TEST_CASE("whatever the text is it is read or refused within its bounds") {
  CHECK(holds(refused(kHead + std::string(70'000, '\n')), "longer than 65536 bytes"));
  CHECK(holds(refused(kHead + "run 1s" + std::string(500, ' ') + "\n"), "too long"));
  CHECK(holds(refused(kHead + std::string("run\0 1s\n", 8)), "no text"));
  std::mt19937 random(5);
  std::string text;
  for (const auto& form : forms()) text += std::string(form.pattern) + "\n";
  for (int i = 0; i < 3'000; ++i) {
    std::string damaged = kHead + "submit 5 through BO PE\nrepeat 2\ncut BO from CL\nend\nwait rest within 1s\n" +
                          text.substr(random() % text.size(), random() % 200);
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto plan = parse(damaged);
    if (!plan) CHECK_FALSE(plan.error().what.empty());
  }
}
