// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/local_network.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "node/ledger/date.h"
#include "testnet/processes/children.h"
#include "testnet/processes/importing.h"
#include "testnet/processes/patience.h"

namespace quipu::processes::trial {

namespace fs = std::filesystem;

namespace {

constexpr unsigned short kLastPort = 12400;
constexpr unsigned short kRange = 920;
constexpr unsigned short kFirstProxiedPort = 23'000;
constexpr unsigned short kPorts = 8;
constexpr unsigned short kProxiedPorts = 20;  // and one for every ordered pair

unsigned short look_from = 11480;

bool is_free(unsigned short port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(listener);
  return bound;
}

bool are_free(unsigned short first, unsigned short count) {
  for (unsigned short port = first; port < first + count; ++port) {
    if (!is_free(port)) return false;
  }
  return true;
}

unsigned short free_ports(bool proxy) {
  const auto from = proxy ? kFirstProxiedPort : look_from;
  for (unsigned offset = 0; offset < kRange; offset += 20) {
    const auto first = static_cast<unsigned short>(from + offset);
    if (are_free(first, proxy ? kProxiedPorts : kPorts)) return first;
  }
  throw std::runtime_error("not enough free ports beside one another");
}

fs::path fresh_directory() {
  std::string name = (fs::temp_directory_path() / "quipu-processes-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return name;
}

// Ends the network when this program ends in any way: then its standard input closes.
std::FILE* start_warden(const fs::path& root) {
  const auto command = "trap '' INT TERM; cat >/dev/null; '" + program("quipu-testnet").string() + "' down --dir '" +
                       (root / "net").string() + "' >/dev/null 2>&1; rm -rf '" + root.string() + "'";
  return ::popen(command.c_str(), "we");
}

Network found(const fs::path& directory, unsigned short first_port, const fs::path& data, bool proxy,
              const std::string& timing, const std::vector<std::string>& signers = {}) {
  auto network = found_network({.directory = directory,
                                .members = {"BO", "BR", "CL", "PE"},
                                .data = data,
                                .first_port = first_port,
                                .proxy = proxy,
                                .timing = timing,
                                .signers = signers});
  if (!network) throw std::runtime_error(network.error());
  return *network;
}

// The sample's members and arrangements, but PE under dual control.
fs::path data_with_dual_control(const fs::path& directory) {
  fs::create_directories(directory);
  fs::copy_file(sample_data() / "arrangements.json", directory / "arrangements.json");
  std::ostringstream text;
  text << std::ifstream(sample_data() / "members.json").rdbuf();
  std::string members = text.str();
  const std::string choice = "\"dual_control\": false";
  const auto at = members.find(choice, members.find("\"PE\""));
  if (at == std::string::npos) throw std::runtime_error("members.json of the sample is not as expected");
  std::ofstream(directory / "members.json") << members.replace(at, choice.size(), "\"dual_control\": true");
  return directory;
}

template <class Value>
void require(const std::expected<Value, std::string>& done) {
  if (!done) throw std::runtime_error(done.error());
}

}  // namespace

fs::path sample_data() { return fs::path(QUIPU_SOURCE_DIR) / "testnet" / "sample"; }

LocalNetwork::LocalNetwork(Kind kind, const std::string& timing)
    : root_(fresh_directory()), warden_(start_warden(root_), ::pclose) {
  const bool proxy = kind == Kind::kProxied;
  const auto data = kind == Kind::kDualControl ? data_with_dual_control(root_ / "data") : sample_data();
  const std::vector<std::string> signers(kind == Kind::kSigner ? 1 : 0, "PE");
  network_ = found(root_ / "net", free_ports(proxy), data, proxy, timing, signers);
  require(start_nodes(network_));
}

// Our own children are ours to collect; the warden does the rest.
LocalNetwork::~LocalNetwork() { stop_nodes(network_); }

LocalNetwork& LocalNetwork::shared() {
  static LocalNetwork network(Kind::kPlain, "local");
  return network;
}

LocalNetwork& LocalNetwork::proxied(const std::string& timing) {
  static LocalNetwork network(Kind::kProxied, timing);
  return network;
}

LocalNetwork& LocalNetwork::with_signer() {
  static LocalNetwork network(Kind::kSigner, "local");
  return network;
}

LocalNetwork& LocalNetwork::with_dual_control() {
  static LocalNetwork network(Kind::kDualControl, "local");
  return network;
}

void LocalNetwork::look_for_ports_from(unsigned short first) { look_from = first; }

NodeEntry& LocalNetwork::node(const std::string& code) { return *find_node(network_, code).value(); }

void LocalNetwork::reload() { network_ = load_network(network_.directory).value(); }

fs::path LocalNetwork::scratch(const std::string& name) const {
  const auto directory = root_ / name;
  fs::create_directories(directory);
  return directory;
}

void LocalNetwork::import_samples() {
  if (imported_) return;
  require(import_histories(network_, sample_data()));
  imported_ = true;
}

Agreed LocalNetwork::wait_agreed() {
  if (!poll(std::chrono::seconds(60), [this] { return all_agree(network_); })) {
    throw std::runtime_error("the nodes do not show the same size and root with nothing pending");
  }
  const auto view = look_at(network_.nodes.front()).value();
  return {view.size, view.root};
}

Network LocalNetwork::found_another(const std::string& name) {
  return found(root_ / name, kLastPort, sample_data(), false, "local");
}

std::string in_two_months() {
  using namespace std::chrono;
  const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return ledger::Date::of(static_cast<std::uint64_t>(now_ms), 0).plus(60).text();
}

}  // namespace quipu::processes::trial
