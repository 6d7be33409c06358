// SPDX-License-Identifier: Apache-2.0
#include "testnet/scenario/parse.h"

#include <algorithm>
#include <sstream>

#include "testnet/scenario/grammar.h"

namespace quipu::scenario {

namespace {

// The order in which `members N` takes them: the quick start's four come first.
constexpr std::string_view kCodes =
    "BO BR CL PE CO CR DO EC GT MX PY US UY AR CA CU HN HT JM NI PA SV BB BS BZ GY LC TT VC VE AG "
    "AD AL AM AT AZ BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GE GR HR HU IE IS IT KZ KG LT LU LV MD ME MK MT NL NO PL "
    "PT "
    "RO RS RU SE SI SK TJ TM TR UA UZ AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GW KE KM LR LS LY MA MG ML "
    "MR "
    "MU MW MZ NA NE NG RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW AE AF BD BH BN BT CN DZ EG FJ HK ID IL IN IQ "
    "IR "
    "JO JP KH KP KR KW LA LB LK MM MN MO MV MY NP NZ OM PG PH PK PS QA SA SB SG SY TH TL TO TW VN VU WS YE AU BM CW IM "
    "LI "
    "MC SM VA GD DM KN SR";

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string together(const std::vector<std::string>& words, const char* between = " ") {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

bool among(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

bool expects(const Step& step) {
  const std::string_view pattern = form_of(step.verb).pattern;
  return pattern.starts_with("expect") || pattern.starts_with("wait") || step.verb == Verb::kMeasure ||
         step.verb == Verb::kAdmit || step.verb == Verb::kDismiss || std::ranges::any_of(step.body, expects);
}

std::size_t written_out(const Step& step) {
  std::size_t steps = 1;
  for (const auto& each : step.body) steps += written_out(each);
  return step.verb == Verb::kRepeat ? steps * std::max<std::size_t>(step.number, 1) : steps;
}

class Parser {
 public:
  std::expected<Plan, Fault> parse(std::string_view text) {
    if (text.size() > kMostBytes) return fault("the file is longer than " + std::to_string(kMostBytes) + " bytes");
    std::istringstream lines{std::string(text)};
    for (std::string line; !fault_ && std::getline(lines, line);) {
      ++line_;
      read(line);
    }
    if (!fault_) check_end();
    if (fault_) return std::unexpected(*fault_);
    return std::move(plan_);
  }

 private:
  std::unexpected<Fault> fault(const std::string& what) {
    if (!fault_) fault_ = Fault{line_, what};
    return std::unexpected(*fault_);
  }

  void read(std::string line) {
    if (line.size() > kMostLineBytes) return static_cast<void>(fault("the line is too long: split it"));
    const auto strange = [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\r') || c == 0x7f; };
    if (std::ranges::any_of(line, strange)) return static_cast<void>(fault("a character that is no text"));
    line = line.substr(0, line.find('#'));
    const auto words = words_of(line);
    if (words.empty()) return;
    if (plan_.title.empty() && words[0] != "scenario")
      return static_cast<void>(fault("the first line is written `scenario TEXT`: the story in a sentence"));
    if (auto step = read_step(words)) place(*std::move(step));
  }

  // Of a head line the answer is nothing: it is in the plan.
  std::optional<Step> read_step(const std::vector<std::string>& words) {
    auto matched = match(words);
    if (!matched) return fault(matched.error()), std::nullopt;
    Step& step = matched->step;
    step.line = line_;
    step.text = together(words);
    if (matched->form->place == Place::kHead) return read_head(step, matched->rest), std::nullopt;
    if (!begin_body()) return std::nullopt;
    if (!matched->rest.empty() && !read_inner(step, matched->rest)) return std::nullopt;
    check(step);
    return fault_ ? std::nullopt : std::optional(step);
  }

  bool read_inner(Step& step, const std::vector<std::string>& words) {
    const bool again = words[0] == "in" || words[0] == "when" || words[0] == "repeat" || words[0] == "end";
    const bool waits = words[0] == "wait" || words[0] == "run" || words[0] == "expect" || words[0] == "measure" ||
                       words[0] == "admit" || words[0] == "dismiss" || words[0] == "let";
    if (again || waits) return fault("`" + words[0] + "` cannot stand inside another step"), false;
    auto inner = read_step(words);
    if (inner) step.body.push_back(*std::move(inner));
    return inner.has_value();
  }

  void place(Step step) {
    if (step.verb == Verb::kRepeat) {
      if (open_.size() == kMostDepth) return static_cast<void>(fault("repeats are nested too deep"));
      return open_.push_back(std::move(step));
    }
    if (step.verb == Verb::kEnd) {
      if (open_.empty()) return static_cast<void>(fault("an `end` without its `repeat`"));
      step = std::move(open_.back());
      open_.pop_back();
    }
    auto& into = open_.empty() ? plan_.steps : open_.back().body;
    into.push_back(std::move(step));
  }

  // ---- head
  void read_head(const Step& step, const std::vector<std::string>& rest) {
    if (in_body_) return static_cast<void>(fault("`" + step.text + "` stands among the steps: it belongs above them"));
    switch (step.verb) {
      case Verb::kScenario:
        if (!plan_.title.empty()) return static_cast<void>(fault("a second `scenario` line"));
        plan_.title = together(rest);
        return;
      case Verb::kMembersCount:
        return take_members(step.number);
      case Verb::kMembers:
        plan_.members = step.nodes;
        std::ranges::sort(plan_.members);
        return check_codes(plan_.members);
      case Verb::kCandidates:
        plan_.candidates = step.nodes;
        return check_candidates();
      case Verb::kByzantine:
        plan_.byzantine = step.nodes;
        plan_.attack = step.word;
        return check_byzantine();
      case Verb::kSeed:
        plan_.seed = step.number;
        return;
      case Verb::kRegion:
        plan_.regions.push_back({step.word, step.number});
        return;
      default:
        return take_distance(step);
    }
  }

  void take_members(std::uint64_t count) {
    const auto codes = words_of(kCodes);
    if (count < 1 || count > codes.size())
      return static_cast<void>(fault("from 1 to " + std::to_string(codes.size()) + " members can play"));
    plan_.members.assign(codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(count));
    std::ranges::sort(plan_.members);
  }

  void check_codes(const std::vector<std::string>& codes) {
    for (const auto& code : codes)
      if (std::ranges::count(codes, code) > 1) return static_cast<void>(fault(code + " stands there twice"));
  }

  void check_candidates() {
    check_codes(plan_.candidates);
    if (plan_.candidates.size() > 12) return static_cast<void>(fault("at most 12 candidates can play"));
    for (const auto& code : plan_.candidates)
      if (among(plan_.members, code)) return static_cast<void>(fault(code + " is a member already"));
  }

  // The simulator's attackers are the last members.
  void check_byzantine() {
    auto named = plan_.byzantine;
    std::ranges::sort(named);
    if (named.size() >= plan_.members.size())
      return static_cast<void>(fault("name the members above this line, and leave some of them honest"));
    const std::vector<std::string> last(plan_.members.end() - static_cast<std::ptrdiff_t>(named.size()),
                                        plan_.members.end());
    if (named != last) return static_cast<void>(fault("Byzantine members are the last by code: " + together(last)));
  }

  void take_distance(const Step& step) {
    const auto known = [&](const std::string& name) {
      return std::ranges::any_of(plan_.regions, [&](const Region& region) { return region.name == name; });
    };
    const auto& other = step.nodes.front();
    if (!known(step.word) || !known(other))
      return static_cast<void>(
          fault("there is no region " + (known(step.word) ? other : step.word) + " above this line"));
    plan_.distances.push_back({step.word, other, step.time});
  }

  // ---- body
  bool begin_body() {
    if (in_body_) return true;
    if (plan_.members.empty())
      return fault("say above the steps who plays: `members 4` or `members BO BR CL PE`"), false;
    in_body_ = true;
    std::size_t settled = 0;
    for (const auto& region : plan_.regions) settled += region.members;
    if (plan_.regions.empty() || settled == plan_.members.size()) return true;
    return fault("the regions have " + std::to_string(settled) + " members, but " +
                 std::to_string(plan_.members.size()) + " play"),
           false;
  }

  void check(const Step& step) {
    for (const auto& node : step.nodes) check_node(node);
    for (const auto& node : step.others) check_node(node);
    const bool many = step.verb == Verb::kSubmit || step.verb == Verb::kSubmitAhead ||
                      step.verb == Verb::kSubmitRivals || step.verb == Verb::kMeasure || step.verb == Verb::kGarbage;
    if (many && (step.number < 1 || step.number > kMostSubmissions))
      fault("from 1 to " + std::to_string(kMostSubmissions) + " at a time");
    if (step.verb == Verb::kLoad && (step.number < 1 || step.number > kMostLoad))
      fault("from 1 to " + std::to_string(kMostLoad) + " per second");
    if (step.verb == Verb::kLosePercent && step.number > 90) fault("at most 90 percent");
    if (step.verb == Verb::kLet) names_.push_back(step.word);
    const bool of_candidates = step.verb == Verb::kAdmit || step.verb == Verb::kDismiss;
    if (of_candidates && plan_.candidates.empty())
      fault("members change only where there are candidates: write `candidates UY` above the steps");
  }

  void check_node(const std::string& node) {
    if (node == "all" || node == "leader" || among(plan_.members, node) || among(plan_.candidates, node) ||
        among(names_, node))
      return;
    const std::string there =
        together(plan_.members.size() > 12 ? std::vector<std::string>{"as listed"} : plan_.members);
    fault("`" + node + "` plays no part: there are " + there +
          (plan_.candidates.empty() ? "" : " " + together(plan_.candidates)) + ", `leader`, `all`" +
          (names_.empty() ? "" : ", " + together(names_, ", ")));
  }

  void check_end() {
    if (plan_.title.empty()) return static_cast<void>(fault("an empty scenario: begin with `scenario TEXT`"));
    if (!open_.empty()) {
      line_ = open_.back().line;
      return static_cast<void>(fault("this `repeat` has no `end`"));
    }
    std::size_t steps = 0;
    for (const auto& step : plan_.steps) steps += written_out(step);
    if (steps > kMostSteps)
      return static_cast<void>(fault("with repeats that is more than " + std::to_string(kMostSteps) + " steps"));
    if (!std::ranges::any_of(plan_.steps, expects))
      fault("a scenario that expects nothing: end it with a `wait` or an `expect`");
  }

  Plan plan_;
  std::vector<Step> open_;  // repeats whose end has not come
  std::vector<std::string> names_;
  bool in_body_ = false;
  int line_ = 0;
  std::optional<Fault> fault_;
};

// Real time: a test must not take longer.
constexpr Micros kMostRealTime = 600 * kSecond;

Micros passing(const Plan& plan, const Step& step) {
  Micros time = step.verb == Verb::kRun || step.verb == Verb::kExpectSilence || step.verb == Verb::kExpectNoProgress
                    ? plan.length(step.time)
                    : 0;
  for (const auto& each : step.body) time += passing(plan, each);
  return step.verb == Verb::kRepeat ? time * static_cast<Micros>(step.number) : time;
}

std::optional<Fault> refused(const Step& step) {
  if (const auto* why = form_of(step.verb).only_simulated) return Fault{step.line, "`" + step.text + "`: " + why};
  for (const auto& each : step.body)
    if (auto inner = refused(each)) return inner;
  return std::nullopt;
}

}  // namespace

std::expected<Plan, Fault> parse(std::string_view text) { return Parser().parse(text); }

std::optional<Fault> why_not_on_processes(const Plan& plan) {
  if (!plan.byzantine.empty()) return Fault{0, form_of(Verb::kByzantine).only_simulated};
  if (!plan.regions.empty()) return Fault{0, form_of(Verb::kRegion).only_simulated};
  if (plan.members.size() + plan.candidates.size() > 16)
    return Fault{0, "more than 16 nodes are too many processes for one machine"};
  Micros time = 0;
  for (const auto& step : plan.steps) {
    if (auto why = refused(step)) return why;
    time += passing(plan, step);
  }
  if (time > kMostRealTime)
    return Fault{
        0, "it lasts " + std::to_string(time / (60 * kSecond)) + " minutes, which only the simulator makes short"};
  return std::nullopt;
}

}  // namespace quipu::scenario
