// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/proxy_process.h"

#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <sstream>

#include "testnet/processes/children.h"
#include "testnet/processes/distances.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/proxy_control.h"

namespace quipu::processes {

namespace {

constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::uint64_t kSeed = 1;

std::filesystem::path socket_of(const Network& network) { return network.directory / "proxy.sock"; }

std::expected<void, std::string> tell(const Network& network, const std::string& line) {
  const auto answer = ask_proxy(socket_of(network), line);
  if (!answer) return std::unexpected(answer.error());
  return {};
}

std::expected<void, std::string> tell_distances(const Network& network) {
  const auto distances = kept_distances(network);
  if (!distances) return std::unexpected(distances.error());
  for (const auto& link : proxy_links(network)) {
    const auto delay = distances->between(link.from, link.to);
    const auto set = delay ? set_link(network, link.from, link.to, *delay) : std::expected<void, std::string>();
    if (!set) return set;
  }
  return {};
}

}  // namespace

std::vector<ProxyLink> proxy_links(const Network& network) {
  std::vector<ProxyLink> links;
  if (!network.proxy) return links;
  int port = network.proxy->first_port;
  for (const auto& from : network.nodes) {
    for (const auto& to : network.nodes) {
      if (from.code == to.code) continue;
      links.push_back({from.code, to.code, "127.0.0.1:" + std::to_string(port++), to.peers});
    }
  }
  return links;
}

std::expected<void, std::string> start_proxy(Network& network) {
  if (!network.proxy || is_running(network.proxy->pid)) return {};
  const auto log = network.directory / "proxy.log";
  const auto pid = spawn({program("quipu-testnet").string(), "proxy", "--dir", network.directory.string()}, log);
  if (!pid) return std::unexpected(pid.error());
  network.proxy->pid = *pid;
  if (const auto saved = save_network(network); !saved) return saved;
  bool answers = false;
  poll(kPatience, [&] {
    answers = show_links(network).has_value();
    return answers || !is_running(*pid);
  });
  if (answers) return tell_distances(network);
  return std::unexpected("the fault proxy did not start: see " + log.string());
}

void stop_proxy(Network& network) {
  if (!network.proxy) return;
  const int pid = std::exchange(network.proxy->pid, 0);
  if (!is_running(pid)) return;
  kill(pid, SIGTERM);
  if (!poll(kPatience, [&] { return !is_running(pid); })) kill(pid, SIGKILL);
}

std::expected<void, std::string> serve_proxy(const Network& network) {
  boost::asio::io_context io{1};
  FaultProxy proxy(io, proxy_links(network), kSeed);
  if (const auto started = proxy.start(); !started) return started;
  ControlSocket control(io, proxy);
  if (const auto started = control.start(socket_of(network)); !started) return started;
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) {
    control.stop();
    proxy.stop();
    io.stop();
  });
  io.run();
  return {};
}

std::expected<void, std::string> set_link(const Network& network, const std::string& from, const std::string& to,
                                          const LinkFaults& faults) {
  return tell(network, "set " + from + " " + to + " " + format_link_faults(faults));
}

std::expected<void, std::string> set_all_links(const Network& network, const LinkFaults& faults) {
  for (const auto& link : proxy_links(network)) {
    if (const auto set = set_link(network, link.from, link.to, faults); !set) return set;
  }
  return {};
}

std::expected<void, std::string> reset_link(const Network& network, const std::string& one, const std::string& other) {
  return tell(network, "reset " + one + " " + other);
}

std::expected<std::string, std::string> show_links(const Network& network) {
  return ask_proxy(socket_of(network), "show");
}

std::expected<std::vector<FaultyLink>, std::string> read_links(const Network& network) {
  const auto shown = show_links(network);
  if (!shown) return std::unexpected(shown.error());
  std::vector<FaultyLink> links;
  std::istringstream in(*shown);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line.substr(0, line.find("  dialled ")));
    FaultyLink link;
    std::string arrow;
    std::string faults;
    words >> link.from >> arrow >> link.to;
    std::getline(words, faults);
    const auto parsed = parse_link_faults(faults);
    if (!parsed) return std::unexpected("the proxy says " + line);
    link.faults = *parsed;
    links.push_back(std::move(link));
  }
  return links;
}

}  // namespace quipu::processes
