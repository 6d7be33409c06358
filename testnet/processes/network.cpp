// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/network.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <sstream>

#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "testnet/processes/proxy_process.h"
#include "testnet/processes/signers.h"

namespace quipu::processes {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr auto kStartPatience = std::chrono::seconds(60);
constexpr auto kStopPatience = std::chrono::seconds(10);

std::uint64_t number(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::string text(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

void add_peer(NodeView& view, const json::object& peer) {
  const auto* up = peer.if_contains("up");
  if (up != nullptr && up->is_bool() && up->as_bool()) ++view.peers_up;
  view.received_bytes += number(peer, "received_bytes");
  view.sent_bytes += number(peer, "sent_bytes");
}

constexpr char kNoProcess = '\0';

// As ps shows it.
char process_state(int pid) {
  if (pid <= 0) return kNoProcess;
  waitpid(pid, nullptr, WNOHANG);  // a child that ended, when it is ours
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(in, stat);
  const auto name_end = stat.rfind(") ");
  // The name tells it from a stranger that has got the number since.
  const bool ours = stat.find("(quipu") != std::string::npos && name_end != std::string::npos;
  return ours ? stat[name_end + 2] : kNoProcess;
}

// The first thread of a killed process may be a zombie while another still waits for the disk, with every file locked.
bool has_threads(int pid) {
  std::error_code error;
  const fs::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", error);
  return !error && std::distance(begin(threads), end(threads)) > 1;
}

// Binding without listening stands in nobody's way. The address is 127.0.0.1 and a port.
std::expected<void, std::string> check_free(const std::string& address) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io);
  const auto port = static_cast<unsigned short>(std::stoul(address.substr(address.rfind(':') + 1)));
  const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (!error) return {};
  return std::unexpected("cannot listen on " + address + ": " + error.message() +
                         "; stop the program there (another network: quipu-testnet down --dir DIR), or found a network "
                         "in another folder with --port");
}

// Another network's node there would answer in place of one that cannot listen.
std::expected<void, std::string> check_addresses(const Network& network) {
  for (const auto& node : network.nodes) {
    if (is_running(node)) continue;
    for (const auto& address : {node.http, node.peers}) {
      if (const auto is_free = check_free(address); !is_free) return is_free;
    }
  }
  return {};
}

// A node that shows guests nothing says at least this.
bool says_ready(const NodeEntry& node) {
  const auto answer = get(node.http, "/readyz");
  return answer && answer->status == 200;
}

}  // namespace

std::expected<Network, std::string> load_network(const fs::path& directory) {
  std::ifstream in(directory / "testnet.json");
  if (!in) {
    return std::unexpected(directory.string() + " holds no network: start one with `quipu-testnet up --dir " +
                           directory.string() + "`");
  }
  std::ostringstream content;
  content << in.rdbuf();
  boost::system::error_code error;
  const auto parsed = json::parse(content.str(), error);
  if (error || !parsed.is_object()) return std::unexpected("testnet.json in " + directory.string() + " is damaged");
  Network network{fs::absolute(directory), text(parsed.as_object(), "chain_id"), {}, {}};
  if (const auto* proxy = parsed.as_object().if_contains("proxy"); proxy != nullptr && proxy->is_object()) {
    const auto& object = proxy->as_object();
    network.proxy = {static_cast<unsigned short>(number(object, "first_port")),
                     static_cast<int>(number(object, "pid"))};
  }
  const auto* nodes = parsed.as_object().if_contains("nodes");
  if (nodes == nullptr || !nodes->is_array()) return std::unexpected("testnet.json names no nodes");
  for (const auto& entry : nodes->as_array()) {
    if (!entry.is_object()) return std::unexpected("testnet.json is damaged");
    const auto& object = entry.as_object();
    network.nodes.push_back({text(object, "code"), text(object, "http"), text(object, "peers"),
                             static_cast<int>(number(object, "pid")), static_cast<int>(number(object, "signer_pid"))});
  }
  return network;
}

std::expected<void, std::string> save_network(const Network& network) {
  json::array nodes;
  for (const auto& node : network.nodes) {
    nodes.push_back({{"code", node.code},
                     {"http", node.http},
                     {"peers", node.peers},
                     {"pid", node.pid},
                     {"signer_pid", node.signer_pid}});
  }
  json::object root{{"chain_id", network.chain_id}, {"nodes", nodes}};
  if (network.proxy) root["proxy"] = {{"first_port", network.proxy->first_port}, {"pid", network.proxy->pid}};
  const auto path = network.directory / "testnet.json";
  const auto fresh = network.directory / "testnet.json.new";
  std::ofstream out(fresh);
  out << json::serialize(root) << "\n";
  out.close();
  std::error_code error;
  fs::rename(fresh, path, error);
  if (!out || error) return std::unexpected("cannot write " + path.string());
  return {};
}

std::optional<NodeView> read_view(std::string_view status) {
  boost::system::error_code error;
  const auto parsed = json::parse(status, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const auto& object = parsed.as_object();
  NodeView view{.chain_id = text(object, "chain_id"),
                .epoch = number(object, "epoch"),
                .members = number(object, "members"),
                .height = number(object, "height"),
                .size = number(object, "size"),
                .root = text(object, "root"),
                .view = number(object, "view"),
                .leader = text(object, "leader"),
                .pool = number(object, "pool"),
                .nullified_views = number(object, "nullified_views"),
                .evidence = number(object, "evidence")};
  if (const auto* peers = object.if_contains("peers"); peers != nullptr && peers->is_array()) {
    for (const auto& peer : peers->as_array()) {
      if (peer.is_object()) add_peer(view, peer.as_object());
    }
  }
  return view;
}

std::optional<NodeView> look_at(const NodeEntry& node) {
  const auto answer = get(node.http, "/v1/node/status");
  if (!answer || answer->status != 200) return std::nullopt;
  auto view = read_view(answer->body);
  if (view) view->ready = says_ready(node);
  return view;
}

std::optional<NodeView> look_at(const Network& network, const NodeEntry& node) {
  if (!is_running(node)) return std::nullopt;
  auto view = look_at(node);
  if (view && view->chain_id != network.chain_id) return std::nullopt;
  return view;
}

bool is_running(const NodeEntry& node) { return is_running(node.pid); }

bool is_running(int pid) {
  const char state = process_state(pid);
  return state != kNoProcess && (state != 'Z' || has_threads(pid));  // a zombie has ended
}

bool is_paused(const NodeEntry& node) { return process_state(node.pid) == 'T'; }

bool all_agree(const Network& network) {
  std::optional<NodeView> first;
  for (const auto& node : network.nodes) {
    const auto view = look_at(network, node);
    if (!view || view->pool != 0) return false;
    if (!first) first = view;
    if (view->size != first->size || view->root != first->root) return false;
  }
  return true;
}

std::expected<void, std::string> start_node(Network& network, NodeEntry& node) {
  if (const auto signs = start_signer(network, node); !signs) return signs;
  const auto directory = network.node_directory(node);
  const auto pid =
      spawn({program("quipud").string(), "--config", (directory / "quipud.toml").string()}, directory / "quipud.log");
  if (!pid) return std::unexpected(pid.error());
  node.pid = *pid;
  return save_network(network);
}

std::expected<void, std::string> wait_ready(const Network& network, const NodeEntry& node) {
  bool ready = false;
  poll(kStartPatience, [&] {
    const auto view = look_at(network, node);
    ready = view ? view->ready : is_running(node) && says_ready(node);
    return ready || !is_running(node) || is_paused(node);
  });
  if (ready) return {};
  if (is_paused(node)) return std::unexpected("the node of " + node.code + " is paused: resume it");
  const auto log = network.node_directory(node) / "quipud.log";
  const auto said = is_running(node) ? get(node.http, "/readyz") : std::nullopt;
  const auto why = said ? said->body.substr(0, said->body.find('\n')) : last_line(log);
  return std::unexpected("the node of " + node.code + " did not become ready: " + why + ": see " + log.string());
}

std::expected<void, std::string> start_nodes(Network& network) {
  if (const auto all_free = check_addresses(network); !all_free) return all_free;
  if (const auto started = start_proxy(network); !started) return started;
  for (auto& node : network.nodes) {
    if (is_running(node)) continue;
    if (const auto started = start_node(network, node); !started) return started;
  }
  for (const auto& node : network.nodes) {
    if (const auto ready = wait_ready(network, node); !ready) return ready;
  }
  return {};
}

int stop_nodes(Network& network) {
  for (const auto& node : network.nodes) {
    if (!is_running(node)) continue;
    kill(node.pid, SIGTERM);
    kill(node.pid, SIGCONT);  // a paused one must wake up to end
  }
  int killed = 0;
  const auto running = [](const NodeEntry& node) { return is_running(node); };
  const auto any_left = [&] { return std::ranges::any_of(network.nodes, running); };
  if (!poll(kStopPatience, [&] { return !any_left(); })) {
    for (const auto& node : network.nodes) {
      if (is_running(node) && kill(node.pid, SIGKILL) == 0) ++killed;
    }
  }
  for (auto& node : network.nodes) node.pid = 0;
  killed += stop_signers(network);
  stop_proxy(network);
  static_cast<void>(save_network(network));
  return killed;
}

}  // namespace quipu::processes
