// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/stage/world.h"

#include <sys/wait.h>

#include <algorithm>
#include <sstream>

#include "testnet/processes/children.h"
#include "testnet/processes/probe.h"
#include "testnet/processes/proxy_process.h"

namespace quipu::processes::stage {

namespace {

using scenario::Micros;
using scenario::Verb;
using std::chrono::milliseconds;

constexpr auto kLook = milliseconds(20);
constexpr Micros kEndPatience = 30 * scenario::kSecond;
constexpr Micros kCheckpointPatience = 90 * scenario::kSecond;
constexpr std::uint64_t kCorruptEveryBytes = 20'000;

milliseconds ms(Micros time) { return milliseconds(time / scenario::kMillisecond); }

// Of /metrics; 0 when the node does not answer.
double metric(const NodeEntry& node, const std::string& name) {
  const auto page = get(node.http, "/metrics");
  if (!page || page->status != 200) return 0;
  std::istringstream lines(page->body);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  return 0;
}

bool dismisses(const scenario::Step& step, const std::string& code) {
  return (step.verb == Verb::kDismiss && step.nodes.front() == code) ||
         std::ranges::any_of(step.body, [&](const auto& inner) { return dismisses(inner, code); });
}

}  // namespace

std::expected<std::unique_ptr<ProcessWorld>, std::string> ProcessWorld::open(const scenario::Plan& plan,
                                                                             const std::filesystem::path& directory,
                                                                             unsigned short first_port, Note note,
                                                                             std::function<bool()> interrupted) {
  FoundingPlan founding{.directory = directory,
                        .members = plan.members,
                        .data = {},
                        .first_port = first_port,
                        .proxy = true,
                        .candidates = plan.candidates};
  auto network = found_network(founding);
  if (!network) return std::unexpected(network.error());
  std::unique_ptr<ProcessWorld> world(
      new ProcessWorld(plan, *std::move(network), std::move(note), std::move(interrupted)));
  if (const Done started = world->start(); !started) return std::unexpected(started.error());
  return world;
}

ProcessWorld::ProcessWorld(const scenario::Plan& plan, Network network, Note note, std::function<bool()> interrupted)
    : plan_(plan),
      network_(std::move(network)),
      note_(std::move(note)),
      interrupted_(std::move(interrupted)),
      clients_(loop_, network_),
      machines_(network_),
      governing_(network_, plan.members.front(), [this](const auto& command) { return play(command); }),
      members_(plan.members.begin(), plan.members.end()),
      strangers_(plan.candidates.begin(), plan.candidates.end()) {}

ProcessWorld::~ProcessWorld() { stop_nodes(network_); }

// A candidate is connected only once it is proposed.
Done ProcessWorld::start() {
  if (const Done started = start_proxy(network_); !started) return started;
  for (auto& node : network_.nodes)
    if (const Done started = start_node(network_, node); !started) return started;
  for (const auto& node : network_.nodes) {
    if (!members_.contains(node.code)) continue;
    if (const Done ready = wait_ready(network_, node); !ready) return ready;
  }
  return {};
}

// ---- time

Micros ProcessWorld::now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_).count();
}

void ProcessWorld::run_for(Micros time) { loop_.run_until(interrupted_, ms(time)); }

bool ProcessWorld::run_until(Micros within, const std::function<bool()>& condition) {
  const Micros end = now() + within;
  while (!condition()) {
    if (now() >= end || broken()) return false;
    loop_.run_until([] { return false; }, kLook);
  }
  return true;
}

void ProcessWorld::later(Micros delay, std::function<void()> what) {
  loop_.at(Clock::now() + ms(delay), std::move(what));
}

std::expected<int, std::string> ProcessWorld::play(const std::vector<std::string>& command) {
  const auto pid = spawn(command, network_.directory / "commands.log");
  if (!pid) return std::unexpected(pid.error());
  int status = 0;
  while (waitpid(*pid, &status, WNOHANG) == 0) loop_.run_until([] { return false; }, milliseconds(5));
  return exit_code(status);
}

// ---- what is so

std::optional<std::string> ProcessWorld::broken() {
  if (interrupted_()) return "interrupted";
  const auto fallen = machines_.fallen();
  return fallen.empty() ? std::nullopt : std::optional(fallen);
}

std::string ProcessWorld::leader() {
  std::optional<NodeView> furthest;
  for (const auto* node : machines_.working()) {
    const auto view = look_at(*node);
    if (view && (!furthest || view->view > furthest->view)) furthest = view;
  }
  return furthest ? furthest->leader : plan_.members.front();
}

scenario::Figures ProcessWorld::figures() {
  scenario::Figures now;
  for (const auto* node : machines_.working()) {
    const auto view = look_at(*node);
    if (!view) continue;
    if (view->height >= now.height) now.height = view->height, now.epoch = view->epoch, now.members = view->members;
    now.view = std::max(now.view, view->view);
    now.votes += static_cast<std::uint64_t>(metric(*node, "quipu_votes_signed_total"));
    if (metric(*node, "quipu_evidence_total") > 0) now.accused = {"somebody"};
  }
  return now;
}

// What was called FINAL is in blocks up to some height: who has that has all of it.
std::string ProcessWorld::behind(const std::vector<const NodeEntry*>& nodes) const {
  if (auto why = clients_.unfinished(); !why.empty()) return why;
  for (const auto* node : nodes) {
    const auto view = look_at(network_, *node);
    if (!view) return node->code + " does not answer";
    if (view->height < clients_.highest()) return node->code + " is at height " + std::to_string(view->height);
  }
  return {};
}

std::string ProcessWorld::not_final(const std::vector<std::string>& at) {
  auto nodes = machines_.working();
  std::erase_if(nodes, [&](const auto* node) { return std::ranges::find(at, node->code) == at.end(); });
  return nodes.size() < at.size() ? "not all of them run" : behind(nodes);
}

std::string ProcessWorld::not_final() { return behind(following()); }

std::vector<const NodeEntry*> ProcessWorld::following() const {
  auto nodes = machines_.working();
  std::erase_if(nodes, [this](const auto* node) { return strangers_.contains(node->code); });
  return nodes;
}

std::string ProcessWorld::unrest() {
  const auto nodes = following();
  if (auto why = behind(nodes); !why.empty()) return why;
  std::optional<NodeView> first;
  for (const auto* node : nodes) {
    const auto view = look_at(network_, *node);
    if (!view || (members_.contains(node->code) && !view->ready)) return node->code + " is not ready";
    if (view->pool != 0) return node->code + " has " + std::to_string(view->pool) + " pending";
    if (!first) first = view;
    if (view->size != first->size || view->root != first->root) return node->code + " has another tip";
  }
  return {};
}

// ---- acts

Done ProcessWorld::act(const Step& step) {
  if (step.verb == Verb::kSubmit) return submit(step);
  if (step.verb == Verb::kLoad) return load(step);
  if (step.verb >= Verb::kKill && step.verb <= Verb::kClockBehind) return act_machines(step);
  if (step.verb >= Verb::kCutFrom && step.verb <= Verb::kHeal) return act_links(step);
  if (step.verb == Verb::kAdmit || step.verb == Verb::kDismiss) return change_members(step);
  return std::unexpected("only the simulator can do that");
}

// As evenly as it goes.
Done ProcessWorld::submit(const Step& step) {
  const std::size_t authors = step.nodes.size();
  for (std::size_t i = 0; i < authors; ++i) {
    const std::uint64_t count = step.number / authors + (i < step.number % authors ? 1 : 0);
    if (count == 0) continue;
    if (const Done done = clients_.submit(count, step.nodes[i]); !done) return done;
  }
  return {};
}

Done ProcessWorld::load(const Step& step) {
  const auto authors = steady_authors();
  const auto total = static_cast<std::uint64_t>(plan_.length(step.time)) * step.number / scenario::kSecond;
  const auto interval = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(static_cast<double>(authors.size()) / static_cast<double>(step.number)));
  for (const auto& author : authors)
    if (const Done done = clients_.submit(std::max<std::uint64_t>(total / authors.size(), 1), author, interval); !done)
      return done;
  return {};
}

Done ProcessWorld::act_machines(const Step& step) {
  switch (step.verb) {
    case Verb::kKill:
      return machines_.kill(step.nodes);
    case Verb::kStart:
      return machines_.start(step.nodes);
    case Verb::kRestart:
      if (const Done killed = machines_.kill(step.nodes); !killed) return killed;
      return machines_.start(step.nodes);
    case Verb::kPause:
      return pause(step);
    default:
      return act_disks(step);
  }
}

Done ProcessWorld::act_disks(const Step& step) {
  for (const auto& code : step.nodes) {
    const Done done = step.verb == Verb::kKeepImage      ? machines_.keep_image(code)
                      : step.verb == Verb::kPutBackImage ? machines_.put_back_image(code)
                                                         : machines_.lose_ledger(code);
    if (!done) return done;
  }
  return {};
}

Done ProcessWorld::pause(const Step& step) {
  for (const auto& code : step.nodes) {
    if (const Done paused = machines_.pause(code); !paused) return paused;
    later(plan_.length(step.time), [this, code] { machines_.resume(code); });
  }
  return {};
}

Done ProcessWorld::act_links(const Step& step) {
  const auto both_ways = [&](const auto& change) {
    const Done there = machines_.change_links(step.nodes, step.others, change);
    return there ? machines_.change_links(step.others, step.nodes, change) : there;
  };
  switch (step.verb) {
    case Verb::kCutTo:
      return machines_.change_links(step.nodes, step.others, [](LinkFaults& faults) { faults.cut = true; });
    case Verb::kCutFrom:
      return both_ways([](LinkFaults& faults) { faults.cut = true; });
    case Verb::kJoin:
      return both_ways([](LinkFaults& faults) { faults.cut = false; });
    case Verb::kDelay:
      return both_ways([&](LinkFaults& faults) { faults.delay_ms = ms(plan_.length(step.time)).count(); });
    case Verb::kCorrupt:
      return both_ways([](LinkFaults& faults) { faults.corrupt_every_bytes = kCorruptEveryBytes; });
    case Verb::kReset:
      return machines_.reset_links(step.nodes, step.others);
    case Verb::kHealLinks:
      return machines_.heal_links();
    case Verb::kHeal:
      if (const Done healed = machines_.heal_links(); !healed) return healed;
      return machines_.bring_all_back();
    default:
      return {};  // lose nothing: nothing was lost
  }
}

// ---- members

Done ProcessWorld::change_members(const Step& step) {
  const auto& code = step.nodes.front();
  const auto& desk = plan_.members.front();
  const Micros began = now();
  const Micros within = plan_.length(step.time);
  const auto epoch = figures().epoch;
  // The desk's key is used by one program at a time.
  if (!run_until(within, [&] { return clients_.done(desk); })) return std::unexpected(clients_.unfinished());
  const std::size_t quorum = members_.size() - (members_.size() - 1) / 3;
  std::vector<std::string> voters(members_.begin(), members_.end());
  std::ranges::partition(voters, [&](const auto& each) { return each != code; });
  voters.resize(quorum);
  const bool admits = step.verb == Verb::kAdmit;
  if (const Done done = admits ? governing_.admit(code, voters) : governing_.dismiss(code, voters); !done) return done;
  if (admits) clients_.skip(desk);
  strangers_.erase(code);
  admits ? static_cast<void>(members_.insert(code)) : static_cast<void>(members_.erase(code));
  const Micros left = std::max<Micros>(0, within - (now() - began));
  if (run_until(left, [&] { return figures().epoch > epoch; })) return {};
  return std::unexpected("the next epoch has not begun after " + std::to_string(within / scenario::kSecond) + " s");
}

// Members of the genesis that stay; where members change, all but the one whose desk hands in what changes them.
std::vector<std::string> ProcessWorld::steady_authors() const {
  std::vector<std::string> authors;
  for (const auto& code : plan_.members) {
    const bool leaves = std::ranges::any_of(plan_.steps, [&](const auto& step) { return dismisses(step, code); });
    const bool desk = !plan_.candidates.empty() && code == plan_.members.front();
    if (!leaves && !desk) authors.push_back(code);
  }
  return authors;
}

// ---- the end

Done ProcessWorld::finish() {
  if (const Done healed = machines_.heal_links(); !healed) return healed;
  if (const Done back = machines_.bring_all_back(); !back) return back;
  if (!run_until(kEndPatience, [this] { return unrest().empty(); }))
    return std::unexpected("no rest after healing everything: " + unrest());
  if (const auto fallen = machines_.fallen(); !fallen.empty()) return std::unexpected(fallen);
  if (const auto refused = clients_.refused(); !refused.empty()) return std::unexpected(refused);
  for (const auto& node : network_.nodes) {
    if (metric(node, "quipu_evidence_total") > 0) return std::unexpected(node.code + " holds evidence");
    if (metric(node, "quipu_halted") > 0) return std::unexpected(node.code + " has halted");
  }
  Network asked = network_;
  std::erase_if(asked.nodes, [this](const auto& node) { return strangers_.contains(node.code); });
  const auto broken = broken_promises(asked, clients_.acknowledged());
  if (!broken.empty()) return std::unexpected(std::to_string(broken.size()) + " promises broken: " + broken.front());
  return audit();
}

Done ProcessWorld::audit() {
  const auto bundle = network_.directory / "export";
  const auto log = network_.directory / "audit.log";
  const auto& node = network_.nodes.front();
  Done exported;
  // A checkpoint comes a moment after its block, or a minute when cosigners were away.
  run_until(kCheckpointPatience, [&] {
    exported = run({program("quipu").string(), "export", "--out", bundle.string(), "--node", network_.url(node)}, log);
    return exported.has_value();
  });
  if (!exported) return exported;
  const Done verified = run({program("quipu-audit").string(), "verify", bundle.string(), "--genesis",
                             (network_.directory / "genesis.json").string()},
                            log);
  if (!verified) return std::unexpected("the audit of an export: " + verified.error());
  note_(std::to_string(clients_.acknowledged().size()) + " statements are at their place on all " +
        std::to_string(following().size()) + " nodes; an export of " + node.code + " is " + last_line(log));
  return {};
}

}  // namespace quipu::processes::stage
