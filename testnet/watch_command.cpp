// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <ctime>
#include <iostream>

#include "testnet/background_load.h"
#include "testnet/board/keys.h"
#include "testnet/commands.h"
#include "testnet/observer.h"
#include "testnet/processes/control.h"
#include "testnet/processes/proxy_process.h"
#include "testnet/terminal.h"

namespace quipu::testnet {

namespace {

using board::Key;
using processes::Clock;
using processes::LinkFaults;
using processes::Network;
using processes::NodeEntry;
using Done = std::expected<void, std::string>;

constexpr auto kTurn = std::chrono::milliseconds(40);  // between two looks at the keyboard
constexpr auto kSecond = std::chrono::seconds(1);
constexpr double kRate = 50;  // submissions a second of the load
constexpr std::size_t kDeeds = 5;
constexpr std::size_t kFinals = 240;
constexpr std::size_t kPlainColumns = 200;

std::string clock_now() {
  const auto now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &local)};
}

std::vector<std::vector<board::Link>> links_of(const Network& network) {
  const auto count = network.nodes.size();
  if (!network.proxy || count < 2) return {};
  std::vector links(count, std::vector<board::Link>(count));
  const auto index = [&](const std::string& code) {
    return static_cast<std::size_t>(std::ranges::find(network.nodes, code, &NodeEntry::code) - network.nodes.begin());
  };
  for (const auto& [from, to, faults] : processes::read_links(network).value_or(std::vector<processes::FaultyLink>())) {
    if (index(from) >= count || index(to) >= count) continue;
    links[index(from)][index(to)] = {.delay_ms = faults.delay_ms,
                                     .jitter_ms = faults.jitter_ms,
                                     .cut = faults.cut,
                                     .stall = faults.stall,
                                     .harmed = faults.corrupt_every_bytes > 0 || faults.bytes_per_second > 0};
  }
  return links;
}

// One network on the board: looks, and does what the keys say.
class Watch {
 public:
  explicit Watch(Network network) : network_(std::move(network)), observer_(network_) {
    state_.directory = network_.directory.filename().string();
    state_.chain_id = network_.chain_id;
    state_.partner = 1;
  }

  void look(std::chrono::milliseconds time) {
    observer_.observe(time);
    if (Clock::now() >= next_second_) each_second();
    state_.members = observer_.members(network_);
    state_.load = load_.report();
    state_.clock = clock_now();
  }
  const board::State& state() const { return state_; }

  void press(Key key) {
    move(state_, key);
    refresh();
    auto& node = network_.nodes[state_.chosen];
    if (key == Key::kKill) tell(node.code + " killed", kill_node(network_, node));
    if (key == Key::kPause) tell(node.code + " paused", pause_node(node));
    if (key == Key::kRestart) restart(node);
    if (key == Key::kLink && !state_.links.empty()) toggle_link(node.code, network_.nodes[state_.partner].code);
    if (key == Key::kLoad) toggle_load();
    refresh();
  }

 private:
  // Other programs start and end nodes, too.
  void refresh() {
    if (auto network = processes::load_network(network_.directory)) network_ = std::move(*network);
    state_.links = links_of(network_);
  }

  void each_second() {
    next_second_ = Clock::now() + kSecond;
    refresh();
    double now = 0;
    for (const auto& member : state_.members) now = std::max(now, member.final_now);
    state_.finals.push_back(now);
    if (state_.finals.size() > kFinals) state_.finals.erase(state_.finals.begin());
  }

  void tell(const std::string& deed, const Done& done) {
    state_.deeds.push_back(clock_now() + " " + (done ? deed : done.error()));
    if (state_.deeds.size() > kDeeds) state_.deeds.erase(state_.deeds.begin());
  }

  // It is not waited for: the board shows when it is ready.
  void restart(NodeEntry& node) {
    if (is_paused(node)) return tell(node.code + " resumed", resume_node(node));
    const bool ran = is_running(node);
    const Done killed = kill_node(network_, node);
    if (!killed) return tell("", killed);
    tell(node.code + (ran ? " killed and started again" : " started again"), start_node(network_, node));
  }

  // Delays stay: they are the distance, not a fault.
  void toggle_link(const std::string& one, const std::string& other) {
    const bool heal =
        broken(state_.links[state_.chosen][state_.partner]) || broken(state_.links[state_.partner][state_.chosen]);
    Done done;
    for (const auto& link : processes::read_links(network_).value_or(std::vector<processes::FaultyLink>())) {
      const bool between = (link.from == one && link.to == other) || (link.from == other && link.to == one);
      if (!between || !done) continue;
      done = set_link(network_, link.from, link.to,
                      LinkFaults{.delay_ms = link.faults.delay_ms, .jitter_ms = link.faults.jitter_ms, .cut = !heal});
    }
    tell(one + " - " + other + (heal ? " healed" : " cut"), done);
  }

  void toggle_load() {
    if (load_.on()) {
      load_.stop();
      return tell("load stopped", {});
    }
    load_.start(network_, kRate);
    tell("load started", {});
  }

  Network network_;
  Observer observer_;
  BackgroundLoad load_;
  board::State state_;
  Clock::time_point next_second_;
};

void show_on(Terminal& terminal, Watch& watch) {
  std::string rest;
  for (bool quit = false; !quit && !end_asked() && !terminal.gone();) {
    watch.look(kTurn);
    terminal.rest_if_asked();
    for (const auto key : board::keys_in(terminal.typed(), rest)) {
      quit = quit || key == Key::kQuit;
      if (!quit) watch.press(key);
    }
    terminal.paint(board::board(watch.state(), terminal.size()));
  }
}

// Lines every second, for files and pipes.
void print(Watch& watch) {
  catch_end_signals();
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads may go; `up --watch` then still stops its network
  while (!end_asked() && std::cout) {
    watch.look(kSecond);
    for (const auto& line : board::board(watch.state(), {.columns = kPlainColumns})) std::cout << line.text << "\n";
    std::cout << std::endl;
  }
}

}  // namespace

int watch(const std::string& directory) {
  auto network = processes::load_network(directory);
  if (!network) return fail(network.error());
  Watch watch(std::move(*network));
  if (!Terminal::usable()) {
    print(watch);
    return 0;
  }
  Terminal terminal;
  show_on(terminal, watch);
  return 0;
}

}  // namespace quipu::testnet
