// SPDX-License-Identifier: Apache-2.0
#include "testnet/scenario/runner.h"

#include <algorithm>
#include <map>

namespace quipu::scenario {

namespace {

std::string seconds(Micros time) {
  const auto ms = time / kMillisecond;
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

Done must(bool so, const std::string& otherwise) {
  if (so) return {};
  return std::unexpected(otherwise);
}

std::string listed(const std::vector<std::string>& codes) {
  std::string text;
  for (const auto& code : codes) text += (text.empty() ? "" : " ") + code;
  return text.empty() ? "nobody" : text;
}

class Runner {
 public:
  Runner(const Plan& plan, World& world, const Tell& tell) : plan_(plan), world_(world), tell_(tell) {}

  Verdict run() {
    const Micros began = world_.now();
    run(plan_.steps);
    if (verdict_.kept)
      if (const Done done = world_.finish(); !done) break_off({}, done.error());
    verdict_.took = world_.now() - began;
    return verdict_;
  }

 private:
  void run(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
      if (!verdict_.kept) return;
      step.verb == Verb::kRepeat ? repeat(step) : carry_out(step);
    }
  }

  void repeat(const Step& step) {
    for (std::uint64_t round = 0; verdict_.kept && round < step.number; ++round) run(step.body);
  }

  void carry_out(const Step& step) {
    ++verdict_.steps;
    tell_(world_.now(), step);
    const Done done = perform(step);
    // A fork that is expected breaks a law.
    const auto broken = done && step.verb == Verb::kExpectFork ? std::nullopt : world_.broken();
    if (broken) return break_off(step, *broken);
    if (!done) return break_off(step, done.error());
    if (late_ && !*late_) break_off(late_step_, late_->error());
  }

  void break_off(const Step& step, const std::string& why) {
    if (!verdict_.kept) return;
    verdict_.kept = false;
    verdict_.line = step.line;
    verdict_.step = step.text;
    verdict_.why = why;
  }

  Done perform(const Step& step) {
    switch (step.verb) {
      case Verb::kLet:
        names_[step.word] = codes_of(step.nodes).front();
        return {};
      case Verb::kIn:
        world_.later(plan_.length(step.time), [this, inner = step.body.front()] { perform_late(inner); });
        return {};
      case Verb::kWhenLeads:
        waiting_.push_back(step);
        return {};
      case Verb::kRun:
        run_for(plan_.length(step.time));
        return {};
      case Verb::kWaitFinal:
      case Verb::kWaitFinalAt:
      case Verb::kWaitFinalExcept:
      case Verb::kWaitRest:
      case Verb::kWaitLeads:
        return wait(step);
      default:
        return is_expectation(step.verb) ? expect(step) : world_.act(resolved(step));
    }
  }

  static bool is_expectation(Verb verb) { return verb >= Verb::kExpectSilence && verb <= Verb::kExpectMembers; }

  // Nobody waits for it, so its failure is found after the step that was going on.
  void perform_late(const Step& step) {
    const Done done = world_.act(resolved(step));
    if (done || (late_ && !*late_)) return;
    late_ = done;
    late_step_ = step;
  }

  // ---- time
  bool until(Micros within, const std::function<bool()>& condition) {
    return world_.run_until(within, [&] {
      perform_due();
      return condition();
    });
  }

  void run_for(Micros time) {
    if (waiting_.empty()) return world_.run_for(time);
    const Micros end = world_.now() + time;
    until(time, [this] { return waiting_.empty(); });
    if (world_.now() < end) world_.run_for(end - world_.now());
  }

  void perform_due() {
    if (waiting_.empty()) return;
    const auto leader = world_.leader();
    std::vector<Step> due;
    std::erase_if(waiting_, [&](const Step& step) {
      const bool so = codes_of(step.nodes).front() == leader;
      if (so) due.push_back(step.body.front());
      return so;
    });
    for (const auto& step : due) perform_late(step);
  }

  Done wait(const Step& step) {
    const Micros within = plan_.length(step.time);
    std::string why;
    const bool came = until(within, [&] { return (why = what_lacks(step)).empty(); });
    return must(came, "after " + seconds(within) + ": " + why);
  }

  std::string what_lacks(const Step& step) {
    if (step.verb == Verb::kWaitFinal) return world_.not_final();
    if (step.verb == Verb::kWaitFinalAt) return world_.not_final(codes_of(step.nodes));
    if (step.verb == Verb::kWaitFinalExcept) return world_.not_final(all_but(codes_of(step.nodes)));
    if (step.verb == Verb::kWaitRest) return world_.unrest();
    const auto leader = world_.leader();
    return leader == codes_of(step.nodes).front() ? "" : leader + " leads";
  }

  // ---- expectations
  Done expect(const Step& step) {
    if (step.verb == Verb::kExpectSilence || step.verb == Verb::kExpectNoProgress) return expect_over_time(step);
    const Figures now = world_.figures();
    const auto is = [&](const char* what, std::uint64_t value, bool at_least = false) {
      return must(at_least ? value >= step.number : value == step.number,
                  std::string(what) + " is " + std::to_string(value));
    };
    switch (step.verb) {
      case Verb::kExpectHeight:
        return is("the height", now.height);
      case Verb::kExpectHeightAtLeast:
        return is("the height", now.height, true);
      case Verb::kExpectNullified:
        return is("the number of nullified views", now.nullified, true);
      case Verb::kExpectEpoch:
        return is("the epoch", now.epoch);
      case Verb::kExpectMembers:
        return is("the number of members", now.members);
      case Verb::kExpectNoEvidence:
        return must(now.accused.empty(), "evidence against " + listed(now.accused));
      default: {
        auto guilty = codes_of(step.nodes);
        std::ranges::sort(guilty);
        return must(guilty == now.accused, "evidence against " + listed(now.accused));
      }
    }
  }

  Done expect_over_time(const Step& step) {
    const Figures before = world_.figures();
    run_for(plan_.length(step.time));
    const Figures after = world_.figures();
    if (step.verb == Verb::kExpectNoProgress)
      return must(before.height == after.height, std::to_string(after.height - before.height) + " blocks became final");
    return must(before == after, std::to_string(after.height - before.height) + " blocks, " +
                                     std::to_string(after.view - before.view) + " views, " +
                                     std::to_string(after.votes - before.votes) + " votes or messages");
  }

  // ---- names
  std::vector<std::string> codes_of(const std::vector<std::string>& names) {
    std::vector<std::string> codes;
    for (const auto& name : names) {
      if (name == "all") {
        codes.insert(codes.end(), plan_.members.begin(), plan_.members.end());
        codes.insert(codes.end(), plan_.candidates.begin(), plan_.candidates.end());
      } else if (name == "leader") {
        codes.push_back(world_.leader());
      } else {
        const auto named = names_.find(name);
        codes.push_back(named == names_.end() ? name : named->second);
      }
    }
    return codes;
  }

  std::vector<std::string> all_but(const std::vector<std::string>& left_out) {
    auto codes = codes_of({"all"});
    std::erase_if(codes, [&](const auto& code) {
      return std::ranges::find(left_out, code) != left_out.end() ||
             std::ranges::find(plan_.byzantine, code) != plan_.byzantine.end();
    });
    return codes;
  }

  Step resolved(Step step) {
    step.nodes = codes_of(step.nodes);
    step.others = codes_of(step.others);
    return step;
  }

  const Plan& plan_;
  World& world_;
  const Tell& tell_;
  Verdict verdict_;
  std::map<std::string, std::string> names_;
  std::vector<Step> waiting_;  // `when` lines
  std::optional<Done> late_;
  Step late_step_;
};

}  // namespace

Verdict run(const Plan& plan, World& world, const Tell& tell) { return Runner(plan, world, tell).run(); }

}  // namespace quipu::scenario
