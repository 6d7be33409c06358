// SPDX-License-Identifier: Apache-2.0
// quipu-testnet: local networks for developers, of real processes and simulated.
#include <CLI/CLI.hpp>
#include <iostream>

#include "node/usage/misread.h"
#include "testnet/commands.h"
#include "testnet/sim/shrink.h"

namespace quipu::testnet {

int fail(const std::string& why) {
  std::cerr << "quipu-testnet: " << why << "\n";
  return 1;
}

namespace {

struct CommandLine {
  CLI::App app{"Local Quipu networks: real processes and simulated ones.", "quipu-testnet"};
  UpOptions up;
  StatusOptions status;
  ControlOptions control;
  LoadOptions load;
  LinkOptions link;
  SimulateOptions simulate;
  RunOptions run;
  DownOptions down;
  std::string proxy_directory;
  int result = 0;

  CommandLine();
  void add_up();
  void add_down();
  void add_status();
  void add_load();
  void add_link();
  void add_proxy();
  void add_simulate();
  void add_run();
  CLI::App* add_control(const char* name, const char* does, int (*act)(const ControlOptions&));
  CLI::App* add(const std::string& name, const char* does, const char* example);
};

CLI::App* CommandLine::add(const std::string& name, const char* does, const char* example) {
  auto* command = app.add_subcommand(name, does);
  command->footer(std::string("Example: quipu-testnet ") + example);
  return command;
}

void directory_option(CLI::App* command, std::string& directory) {
  command->add_option("--dir", directory, "The network's directory")->required();
}

CLI::Option* output_option(CLI::App* command, std::string& output) {
  return command->add_option("--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
}

void CommandLine::add_up() {
  auto* command = add("up", "Found a network, or start the one that is there",
                      "up --dir net --members BO,BR,CL,PE --data testnet/sample --import --detach");
  directory_option(command, up.directory);
  auto* members = command->add_option("--members", up.members, "Codes in the order of their ports, e.g. BO,BR,CL,PE");
  command->add_flag("--all", up.all, "Every member of the data's members.json")->excludes(members);
  auto* data = command->add_option("--data", up.data, "Folder with members.json, arrangements.json, history/");
  command->add_flag("--import", up.import, "Import the histories; returns when all is final everywhere")->needs(data);
  command->add_option("--port", up.port, "Of the first node's API; each node takes two [8480]");
  auto* detach = command->add_flag("--detach", up.detach, "Return and leave the network running");
  command->add_flag("--watch", up.watch, "Show the live board; leaving it stops the network")->excludes(detach);
  output_option(command, up.output)->excludes("--watch");
  command->add_flag("--proxy", up.proxy, "Nodes reach each other through a fault proxy (command link)");
  command
      ->add_option("--wan", up.distances,
                   "As far from each other as this table says, e.g. testnet/sample/distances.csv: a proxy delays, and "
                   "time-outs are those between countries")
      ->check(CLI::ExistingFile);
  command->add_option("--signers", up.signers, "Members whose vote keys a quipu-signer of their own holds, e.g. BO,PE");
  command->add_option("--timing", up.timing, "Time-outs of consensus [local]")->check(CLI::IsMember({"local", "wan"}));
  command->callback([this] { result = testnet::up(up); });
}

void CommandLine::add_down() {
  auto* command = add("down", "Stop all nodes", "down --dir net");
  directory_option(command, down.directory);
  output_option(command, down.output);
  command->callback([this] { result = testnet::down(down); });
}

void CommandLine::add_status() {
  auto* command = add("status", "What each node shows", "status --dir net --watch");
  directory_option(command, status.directory);
  output_option(command, status.output);
  command->add_flag("--watch", status.watch,
                    "The live board with its keys; with json a line every second, until Ctrl-C");
  command->callback([this] { result = testnet::status(status); });
}

// "max", or submissions a second.
std::string check_rate(const std::string& rate) {
  char* end = nullptr;
  const double number = std::strtod(rate.c_str(), &end);
  const bool good = rate == "max" || (end != rate.c_str() && *end == '\0' && number >= 0.01 && number <= 1e6);
  return good ? "" : "give submissions a second, or max";
}

void CommandLine::add_load() {
  auto* command = add("load", "Submit new statements of all members, each through its own node, and wait for FINAL",
                      "load --dir net --rate 200 --seconds 60 --acks acks.txt");
  directory_option(command, load.directory);
  command->add_option("--rate", load.rate, "Submissions a second of all members together, or max")
      ->required()
      ->check(check_rate);
  command->add_option("--seconds", load.seconds, "How long to send; it then waits for the last to be FINAL")
      ->required()
      ->check(CLI::Range(0.1, 1e6));
  command->add_option("--events-per-submission", load.events, "[1]")->check(CLI::Range(1, 256));
  command->add_option("--acks", load.acks, "File to append the id of each submission answered FINAL to, one a line");
  output_option(command, load.output);
  command->callback([this] { result = testnet::load(load); });
}

void CommandLine::add_link() {
  auto* command = add("link", "What is wrong from now on between two nodes of a network with a proxy",
                      "link BO PE --delay 200ms --dir net");
  command->add_option("one", link.from, "A node's code, or all");
  command->add_option("other", link.to, "A node's code, or all");
  directory_option(command, link.directory);
  command->add_option("--delay", link.delay, "Each way, e.g. 200ms or 1s");
  command->add_option("--jitter", link.jitter, "Up to so much more, e.g. 50ms");
  command->add_flag("--cut", link.cut, "Whatever is sent is lost, new connections are refused");
  command->add_flag("--cut-one-way", link.cut_one_way, "Only what ONE sends to OTHER is lost");
  command->add_flag("--stall", link.stall, "Nothing is read any more, connections stay open");
  command->add_option("--corrupt", link.corrupt_every_bytes, "One bit of every so-many-th byte is turned");
  command->add_option("--rate", link.bytes_per_second, "Bytes per second");
  command->add_flag("--one-way", link.one_way, "All this only from ONE to OTHER");
  command->add_flag("--reset", link.reset, "End the connections there are, at once");
  command->add_flag("--heal", link.heal, "Nothing is wrong any more");
  command->add_flag("--show", link.show, "Say what is wrong with which link");
  command->callback([this] { result = testnet::link(link); });
}

// Not for people: `up --proxy` starts it.
void CommandLine::add_proxy() {
  auto* command = add("proxy", "The fault proxy of a network", "proxy --dir net")->group("");
  directory_option(command, proxy_directory);
  command->callback([this] { result = testnet::proxy(proxy_directory); });
}

void CommandLine::add_simulate() {
  auto* command = add("simulate", "Run simulated networks and check them from outside", "simulate --seeds 1..300");
  command->add_option("--seeds", simulate.seeds, "A..B")->required();
  command->add_option("--members", simulate.sizes, "Sizes of the network [1 4 7]")->delimiter(',');
  command->add_option("--candidates", simulate.candidates, "Nodes beyond the members: then members come and go [0]")
      ->check(CLI::Range(0, 8));
  command->add_flag("--by-reference", simulate.by_reference,
                    "Every proposal names its submissions instead of carrying them, as in large networks");
  command->add_option("--disk-harm", simulate.disk_harm,
                      "Seconds between disks that are lost or put back [as the seed says]");
  command->add_option("--hours", simulate.hours, "Virtual hours of trouble per seed");
  std::vector<std::string> kinds;
  for (const auto& each : switches()) kinds.emplace_back(each.name);
  command->add_option("--without", simulate.without, "Kinds of trouble that the seeds decide on, left out")
      ->delimiter(',')
      ->check(CLI::IsMember(kinds));
  command->add_option("--submissions", simulate.submissions, "Instead of the number that the seed decides on");
  command->add_flag("--shrink", simulate.shrink, "Make a failing run small, and print what replays that one");
  command->add_flag("--verbose", simulate.verbose, "A line per seed");
  command->callback([this] { result = testnet::simulate(simulate); });
}

void CommandLine::add_run() {
  auto* command =
      app.add_subcommand("run", "Play a scenario, simulated or on real processes, and say whether it was kept");
  command->footer(
      "Examples:\n"
      "  quipu-testnet run tests/scenarios/*.scenario --simulated --quiet\n"
      "  quipu-testnet run tests/scenarios/dead-leader.scenario --simulated --seed 7\n"
      "  quipu-testnet run tests/scenarios/dead-leader.scenario --processes --dir net\n"
      "The language is in docs/scenarios.md. Exit code: 0 kept, 1 broken, 2 wrong usage or a file that is no "
      "scenario.");
  command->add_option("scenario", run.files, "Files in the scenario language")->required();
  auto* simulated = command->add_flag("--simulated", run.simulated, "In the simulator, under every law");
  auto* dir = command->add_option("--dir", run.directory, "Where the network of processes is founded; it stays there");
  command->add_flag("--processes", run.processes, "On real quipud processes behind the fault proxy")
      ->excludes(simulated)
      ->needs(dir);
  command->add_option("--seed", run.seed, "Of the simulator, instead of the file's")->needs(simulated);
  command->add_option("--port", run.port, "Of the first node's API [8480]");
  command->add_option("--output", run.output, "text or json, a line per scenario")
      ->check(CLI::IsMember({"text", "json"}));
  command->add_flag("--quiet", run.quiet, "No line per step");
  command->add_flag("--narrate", run.narrate, "Simulated: a line per message, signature and write")->needs(simulated);
  command->callback([this] { result = testnet::run(run); });
}

CLI::App* CommandLine::add_control(const char* name, const char* does, int (*act)(const ControlOptions&)) {
  auto* command = add(name, does, (std::string(name) + " PE --dir net").c_str());
  command->add_option("node", control.node, "The node's code, e.g. PE")->required();
  directory_option(command, control.directory);
  output_option(command, control.output);
  command->callback([this, act] { result = act(control); });
  return command;
}

CommandLine::CommandLine() {
  app.failure_message(usage::misread);
  app.set_version_flag("--version", "quipu-testnet " QUIPU_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  quipu-testnet up --dir net --data testnet/sample --all --import --detach\n"
      "  quipu-testnet status --dir net\n"
      "  quipu-testnet load --dir net --rate max --seconds 10\n"
      "  quipu-testnet kill PE --dir net\n"
      "  quipu-testnet down --dir net\n"
      "  quipu-testnet simulate --seeds 1..300");
  add_up();
  add_down();
  add_status();
  add_control("kill", "End a node as a power cut would (SIGKILL)", kill_one)
      ->add_flag("--signer", control.signer, "And its quipu-signer");
  add_control("pause", "Freeze a node as a hung machine would (SIGSTOP)", pause_one);
  add_control("resume", "Let a paused node go on (SIGCONT)", resume_one);
  add_control("restart", "Kill a node, start it again and wait until it is ready", restart_one);
  add_load();
  add_link();
  add_proxy();
  add_simulate();
  add_run();
}

}  // namespace

}  // namespace quipu::testnet

int main(int argc, char** argv) {
  quipu::testnet::CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return line.app.exit(error) == 0 ? 0 : 2;
  }
  return line.result;
}
