// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/stage/world.h"

#include <algorithm>
#include <cassert>

namespace quipu::testnet::stage {

namespace {

using scenario::Verb;

AttackerKind kind_of(const std::string& attack) {
  constexpr std::pair<const char*, AttackerKind> kinds[] = {
      {"twin", AttackerKind::kTwin},
      {"equivocating-leader", AttackerKind::kEquivocatingLeader},
      {"nullify-always", AttackerKind::kNullifyAlways},
      {"replayer", AttackerKind::kReplayer},
      {"forger", AttackerKind::kForger},
      {"deaf-leader", AttackerKind::kDeafLeader},
      {"credulous", AttackerKind::kCredulous},
      {"leaf-forger", AttackerKind::kLeafForger},
      {"withholder", AttackerKind::kWithholder},
  };
  for (const auto& [name, kind] : kinds)
    if (attack == name) return kind;
  return AttackerKind::kNone;
}

Options options_of(const scenario::Plan& plan, std::uint64_t seed) {
  Options options = calm_options(seed, plan.members.size());
  options.codes = plan.members;
  options.codes.insert(options.codes.end(), plan.candidates.begin(), plan.candidates.end());
  options.candidates = plan.candidates.size();
  options.attackers = plan.byzantine.size();
  options.attack = kind_of(plan.attack);
  options.restart_most = kSecond;
  // Only the distances count.
  if (!plan.regions.empty()) options.delay_least = 0, options.delay_most = kMillisecond;
  return options;
}

}  // namespace

SimulatedWorld::SimulatedWorld(const scenario::Plan& plan, std::uint64_t seed, Note note)
    : plan_(plan), note_(std::move(note)), cluster_(options_of(plan, seed)), government_(cluster_), clients_(cluster_) {
  cluster_.watch(watch(std::make_shared<Cast>(cluster_.cast()), cluster_.queue(), seen_));
  seen_.crash = [this](Endpoint endpoint) { cluster_.node(endpoint).arm_power_cut(1); };
  settle_regions();
  cluster_.boot_all();
  cluster_.run_for(2 * kSecond);
}

// Each pair of members is as far apart as their regions.
void SimulatedWorld::settle_regions() {
  std::vector<std::string> region_of;
  for (const auto& region : plan_.regions) region_of.insert(region_of.end(), region.members, region.name);
  if (region_of.empty()) return;
  distance_.assign(region_of.size(), std::vector<Micros>(region_of.size()));
  for (Endpoint from = 0; from < region_of.size(); ++from)
    for (Endpoint to = 0; to < region_of.size(); ++to)
      for (const auto& each : plan_.distances) {
        const bool there = each.one == region_of[from] && each.other == region_of[to];
        const bool back = each.other == region_of[from] && each.one == region_of[to];
        if (there || back) distance_[from][to] = from == to ? 0 : each.one_way;
      }
  for (Endpoint from = 0; from < region_of.size(); ++from)
    for (Endpoint to = 0; to < region_of.size(); ++to) cluster_.network().delay(from, to, distance_[from][to]);
}

// ---- time and what is so

// Looks often at first, then seldom: within a hundredth of the time that it took.
bool SimulatedWorld::run_until(Micros within, const std::function<bool()>& condition) {
  const Micros began = now();
  while (!cluster_.violation()) {
    if (condition()) return true;
    const Micros passed = now() - began;
    if (passed >= within) return false;
    const Micros pause = std::clamp<Micros>(passed / 100, kMillisecond, kSecond);
    cluster_.run_for(std::min(pause, within - passed));
  }
  return condition();
}

std::optional<std::string> SimulatedWorld::broken() {
  const auto& violation = cluster_.violation();
  if (!violation) return std::nullopt;
  return "the law of " + violation->law + " is broken: " + violation->what;
}

std::string SimulatedWorld::leader() {
  const auto& members = cluster_.newest_members().members;
  const auto leader = cluster_.furthest().leader;
  return members[leader < members.size() ? leader : 0].code;
}

scenario::Figures SimulatedWorld::figures() {
  const auto engine = cluster_.furthest();
  const auto& membership = cluster_.newest_members();
  return {.epoch = membership.epoch.value,
          .members = membership.members.size(),
          .height = engine.finalized.height.value,
          .view = engine.current.value,
          .votes = cluster_.consensus_messages(),
          .nullified = engine.nullified_views,
          .accused = {seen_.accused.begin(), seen_.accused.end()}};
}

std::string SimulatedWorld::not_final(const std::vector<std::string>& at) {
  for (const std::size_t each : places(at))
    if (auto why = clients_.not_final(each); !why.empty()) return why;
  return {};
}

std::string SimulatedWorld::unrest() {
  auto why = clients_.not_final();
  return why.empty() ? cluster_.unrest() : why;
}

// ---- acts

scenario::Done SimulatedWorld::act(const Step& step) {
  if (step.verb >= Verb::kSubmit && step.verb <= Verb::kGarbage) return act_clients(step);
  if (step.verb >= Verb::kKill && step.verb <= Verb::kClockBehind) return act_machines(step);
  if (step.verb >= Verb::kCutFrom && step.verb <= Verb::kHeal) return act_links(step);
  if (step.verb == Verb::kExpectFork) return expect_fork(step);
  if (step.verb == Verb::kMeasure) return measure(step);
  return change_members(step);
}

scenario::Done SimulatedWorld::act_clients(const Step& step) {
  const auto through = places(step.nodes);
  switch (step.verb) {
    case Verb::kSubmit:
      clients_.submit(step.number, through);
      return {};
    case Verb::kSubmitAhead:
      clients_.submit_ahead(step.number, through);
      return {};
    case Verb::kSubmitRivals:
      clients_.submit_rivals(step.number, through.front(), place(step.others.front()));
      return {};
    case Verb::kSubmitInvalid:
      if (clients_.hand_on_invalid(step.number, through)) return {};
      return std::unexpected("submit something through all first: what is invalid states it a second time");
    case Verb::kLoad:
      clients_.load(step.number, plan_.length(step.time), steady_authors());
      return {};
    default:
      return garbage(step);
  }
}

scenario::Done SimulatedWorld::garbage(const Step& step) {
  const auto from = place(step.nodes.front());
  if (cluster_.node(from).honest())
    return std::unexpected(step.nodes.front() + " is honest: only a Byzantine member sends garbage");
  Random random(cluster_.options().seed + step.number, "garbage");
  for (const Endpoint to : processes(step.others)) {
    if (to == from) continue;
    for (std::uint64_t i = 0; i < step.number; ++i) {
      Bytes frame(random.below(2'000), '\0');
      for (char& byte : frame) byte = static_cast<char>(random.next());
      cluster_.node(to).receive(from, frame);
    }
  }
  return {};
}

scenario::Done SimulatedWorld::act_machines(const Step& step) {
  if (step.verb >= Verb::kLoseDatabase && step.verb <= Verb::kPutBackImage) return act_disks(step);
  const Micros time = plan_.length(step.time);
  for (const Endpoint each : processes(step.nodes)) {
    Node& node = cluster_.node(each);
    if (step.verb == Verb::kKill || step.verb == Verb::kRestart) cluster_.keep_down(each);
    if (step.verb == Verb::kStart || step.verb == Verb::kRestart) cluster_.let_boot(each);
    if (step.verb == Verb::kPause) node.pause(time);
    if (step.verb == Verb::kSlowDisk) node.slow_disk(time);
    if (step.verb == Verb::kClockAhead) node.skew_clock(time);
    if (step.verb == Verb::kClockBehind) node.skew_clock(-time);
    if (step.verb == Verb::kCrashTorn) node.arm_torn_slot();
    if (step.verb == Verb::kCrashSigning)
      seen_.crash_after[each] = step.word == "notarize"  ? consensus::VoteKind::kNotarize
                                : step.word == "nullify" ? consensus::VoteKind::kNullify
                                                         : consensus::VoteKind::kFinalize;
  }
  return {};
}

scenario::Done SimulatedWorld::act_disks(const Step& step) {
  for (const Endpoint each : processes(step.nodes)) {
    Node& node = cluster_.node(each);
    const std::string code = cluster_.cast().code(node.who().administration);
    if (node.alive()) return std::unexpected("kill " + code + " first");
    if (step.verb == Verb::kLoseDatabase) cluster_.lose_database(each);
    if (step.verb == Verb::kKeepImage) images_.insert_or_assign(each, node.disk().image());
    if (step.verb != Verb::kPutBackImage) continue;
    const auto image = images_.find(each);
    if (image == images_.end()) return std::unexpected("keep an image of " + code + " first");
    node.put_back(image->second, /*database=*/true, /*safety_file=*/true);
  }
  return {};
}

scenario::Done SimulatedWorld::act_links(const Step& step) {
  Network& network = cluster_.network();
  if (step.verb == Verb::kHeal || step.verb == Verb::kHealLinks) return heal(step.verb == Verb::kHeal), Done();
  if (step.verb == Verb::kLosePercent) return network.lose(10 * step.number), Done();
  if (step.verb == Verb::kLoseNothing) return network.lose(0), losses_.clear(), Done();
  if (step.verb == Verb::kLoseMessages) return lose_messages(step), Done();
  if (step.verb == Verb::kSplitTwins) return split_twins(step), Done();
  const Micros time = plan_.length(step.time);
  for (const auto& [from, to] : between(step)) {
    if (step.verb == Verb::kCutTo || step.verb == Verb::kCutFrom) network.cut(from, to);
    if (step.verb == Verb::kCutFrom) network.cut(to, from);
    if (step.verb == Verb::kJoin) network.join(from, to), network.join(to, from);
    if (step.verb == Verb::kDelay) network.delay(from, to, time), network.delay(to, from, time);
    if (step.verb == Verb::kReset) network.reset(from, to);
    if (step.verb == Verb::kCorrupt) network.corrupt(from, to, 20);
  }
  return {};
}

void SimulatedWorld::lose_messages(const Step& step) {
  losses_.add(step.word, places(step.nodes), places(step.others));
  cluster_.filter([this](Endpoint endpoint, std::size_t to, const Bytes& frame) {
    const auto& who = cluster_.node(endpoint).who();
    if (!losses_.concern(who.administration, to)) return true;
    const auto& chain = cluster_.cast().genesis.chain;
    const auto message = consensus::decode_message(frame, who.members->scope(chain), who.members->members.size());
    return !message || !losses_.lose(chain, who.administration, to, *message);
  });
}

// A twin's first process is on the first side, its second on the other.
void SimulatedWorld::split_twins(const Step& step) {
  const auto one = processes(step.nodes);
  const auto other = processes(step.others);
  const auto side = [&](Endpoint endpoint) {
    if (std::ranges::find(one, endpoint) != one.end()) return 1;
    if (std::ranges::find(other, endpoint) != other.end()) return 2;
    return endpoint < cluster_.options().codes.size() ? 1 : 2;
  };
  for (Endpoint from = 0; from < cluster_.endpoints(); ++from)
    for (Endpoint to = 0; to < cluster_.endpoints(); ++to)
      if (from != to && side(from) != side(to)) cluster_.network().cut(from, to);
}

void SimulatedWorld::heal(bool nodes_too) {
  losses_.clear();
  nodes_too ? cluster_.heal(false) : cluster_.network().heal();
  settle_regions();
}

scenario::Done SimulatedWorld::change_members(const Step& step) {
  const Micros within = plan_.length(step.time);
  const auto who = place(step.nodes.front());
  const bool done = step.verb == Verb::kAdmit ? government_.admit(who, within) : government_.dismiss(who, within);
  if (done) return {};
  return std::unexpected("the next epoch has not begun after " + std::to_string(within / kSecond) + " s");
}

// The one scenario whose law must break.
scenario::Done SimulatedWorld::expect_fork(const Step& step) {
  run_until(plan_.length(step.time), [] { return false; });
  const auto& violation = cluster_.violation();
  if (!violation) return std::unexpected("nobody forked");
  if (violation->law != "agreement") return std::unexpected("another law broke: " + violation->law);
  auto guilty = step.nodes;
  std::ranges::sort(guilty);
  auto named = convicted(seen_.proofs, cluster_.cast());
  std::ranges::sort(named);
  std::string list;
  for (const auto& code : named) list += " " + code;
  note_("agreement broke: " + violation->what + "; convicted:" + list);
  if (named == guilty) return {};
  return std::unexpected("convicted are" + list);
}

// ---- names

std::vector<std::size_t> SimulatedWorld::places(const std::vector<std::string>& codes) const {
  std::vector<std::size_t> out;
  for (const auto& code : codes) out.push_back(place(code));
  return out;
}

// Both of a twin.
std::vector<Endpoint> SimulatedWorld::processes(const std::vector<std::string>& codes) const {
  std::vector<Endpoint> out;
  for (const std::size_t each : places(codes))
    for (Endpoint endpoint = 0; endpoint < cluster_.endpoints(); ++endpoint)
      if (cluster_.node(endpoint).who().administration == each) out.push_back(endpoint);
  return out;
}

SimulatedWorld::Links SimulatedWorld::between(const Step& step) const {
  Links links;
  for (const Endpoint from : processes(step.nodes))
    for (const Endpoint to : processes(step.others))
      if (from != to) links.emplace_back(from, to);
  return links;
}

// Honest members of the genesis whom no step dismisses.
std::vector<std::size_t> SimulatedWorld::steady_authors() const {
  const auto leaves = [&](const std::string& code) {
    const std::function<bool(const Step&)> dismisses = [&](const Step& step) {
      return (step.verb == Verb::kDismiss && step.nodes.front() == code) || std::ranges::any_of(step.body, dismisses);
    };
    return std::ranges::any_of(plan_.steps, dismisses);
  };
  std::vector<std::size_t> out;
  for (const auto& code : plan_.members)
    if (std::ranges::find(plan_.byzantine, code) == plan_.byzantine.end() && !leaves(code)) out.push_back(place(code));
  return out;
}

}  // namespace quipu::testnet::stage
