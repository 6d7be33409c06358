// SPDX-License-Identifier: Apache-2.0
// Founding a local network: everything an administration's IT would do by hand, for all members at once.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <sstream>

#include "crypto/keyfile.h"
#include "node/ledger/genesis.h"
#include "node/ledger/json.h"
#include "node/ledger/ledger.pb.h"
#include "testnet/processes/children.h"
#include "testnet/processes/distances.h"
#include "testnet/processes/network.h"
#include "testnet/processes/proxy_process.h"
#include "testnet/processes/signers.h"

namespace quipu::processes {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

constexpr const char* kPurposes[] = {"vote", "cosigner", "log", "transport", "governance", "issuer", "approver"};

std::expected<std::string, std::string> read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Name, offset, dual control and programme of each administration that the data names.
std::expected<std::vector<ledger::v1::Member>, std::string> described_members(const FoundingPlan& plan) {
  std::vector<ledger::v1::Member> described;
  if (!plan.data) return described;
  const auto text = read_text(*plan.data / "members.json");
  if (!text) return std::unexpected(text.error());
  boost::system::error_code error;
  const auto parsed = json::parse(*text, error);
  if (error || !parsed.is_array()) return std::unexpected("members.json is not a JSON array");
  for (const auto& entry : parsed.as_array()) {
    ledger::v1::Member member;
    const auto read = ledger::message_from_json(json::serialize(entry), member);
    if (!read) return std::unexpected("members.json: " + read.error());
    described.push_back(std::move(member));
  }
  return described;
}

std::expected<std::vector<std::string>, std::string> all_codes(const FoundingPlan& plan,
                                                               const std::vector<ledger::v1::Member>& described) {
  if (!plan.members.empty()) return plan.members;
  std::vector<std::string> codes;
  for (const auto& member : described) codes.push_back(member.administration());
  if (codes.empty()) return std::unexpected("no members: name them with --members, or give --data with a members.json");
  return codes;
}

std::expected<void, std::string> check_codes(const FoundingPlan& plan, const std::vector<std::string>& codes) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (const auto& code : codes) {
    if (code.size() != 2 || !std::ranges::all_of(code, is_capital))
      return std::unexpected("\"" + code + "\" is no member's code: two capitals, with commas between members");
    if (std::ranges::count(codes, code) > 1) return std::unexpected(code + " is named twice");
  }
  for (const auto& code : plan.signers) {
    if (std::ranges::find(codes, code) == codes.end())
      return std::unexpected("no member " + code + " to give a signer");
  }
  return {};
}

// Who listens where. Nothing of it is on disk yet.
Network laid_out(const FoundingPlan& plan, const std::vector<std::string>& codes) {
  Network network{fs::absolute(plan.directory), "test-" + std::to_string(now_ms() / 1000), {}, {}};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto port = plan.first_port + 2 * static_cast<int>(i);
    network.nodes.push_back({codes[i], "127.0.0.1:" + std::to_string(port), "127.0.0.1:" + std::to_string(port + 1)});
  }
  if (plan.proxy) network.proxy = {static_cast<unsigned short>(plan.first_port + 2 * codes.size()), 0};
  return network;
}

std::expected<void, std::string> make_directory(const FoundingPlan& plan, const Network& network) {
  std::error_code error;
  fs::create_directories(network.directory, error);
  if (error) return std::unexpected("cannot make the folder " + plan.directory.string() + ": " + error.message());
  return plan.proxy && plan.distances ? keep_distances(network, *plan.distances) : std::expected<void, std::string>();
}

ledger::v1::Member description_of(const std::string& code, const std::vector<ledger::v1::Member>& described) {
  const auto found = std::ranges::find(described, code, &ledger::v1::Member::administration);
  if (found != described.end()) return *found;
  ledger::v1::Member member;
  member.set_administration(code);
  member.set_name("Customs of " + code);
  return member;
}

void set_key(ledger::v1::Member& member, const std::string& purpose, const crypto::PublicKey& key) {
  const std::string raw(key.view());
  if (purpose == "vote") member.set_vote_key(raw);
  if (purpose == "cosigner") member.set_cosigner_key(raw);
  if (purpose == "log") member.set_log_key(raw);
  if (purpose == "transport") member.set_transport_key(raw);
  if (purpose == "governance") member.set_governance_key(raw);
  if (purpose == "issuer") member.add_issuer_keys(raw);
  if (purpose == "approver") member.add_approver_keys(raw);
}

std::expected<void, std::string> make_keys(const Network& network, const NodeEntry& node, ledger::v1::Member& member) {
  fs::create_directories(network.node_directory(node) / "keys");
  for (const auto* purpose : kPurposes) {
    const auto key = crypto::generate_key();
    const crypto::KeyFile header{node.code, purpose, "testnet", key.public_key()};
    const auto written =
        crypto::write_key_file(network.key(node, purpose), header, key, "", crypto::KeyFileCost::kTestnet);
    if (!written) return written;
    set_key(member, purpose, key.public_key());
  }
  return {};
}

std::expected<void, std::string> write_genesis(const FoundingPlan& plan, const Network& network,
                                               const std::vector<ledger::v1::Member>& members) {
  std::string arrangements;
  if (plan.data) {
    const auto text = read_text(*plan.data / "arrangements.json");
    if (!text) return std::unexpected(text.error());
    arrangements = *text;
  }
  const auto file = ledger::make_genesis_file(network.chain_id, now_ms(), members, arrangements);
  if (!file) return std::unexpected("genesis: " + file.error());
  std::ofstream out(network.directory / "genesis.json", std::ios::binary);
  out << *file;
  out.flush();
  if (!out) return std::unexpected("cannot write the genesis file");
  return {};
}

std::expected<void, std::string> initialise_node(const FoundingPlan& plan, const Network& network,
                                                 const NodeEntry& node) {
  const auto directory = network.node_directory(node);
  std::vector<std::string> command{program("quipud").string(),
                                   "init",
                                   "--dir",
                                   directory.string(),
                                   "--genesis",
                                   (network.directory / "genesis.json").string(),
                                   "--administration",
                                   node.code,
                                   "--http",
                                   node.http,
                                   "--peers",
                                   node.peers,
                                   "--timing",
                                   plan.timing};
  const auto is_candidate = [&](const std::string& code) {
    return std::ranges::find(plan.candidates, code) != plan.candidates.end();
  };
  if (is_candidate(node.code)) command.insert(command.end(), {"--role", "follower"});
  if (std::ranges::find(plan.signers, node.code) != plan.signers.end()) {
    const auto socket = give_signer(network, node);
    if (!socket) return std::unexpected(socket.error());
    command.insert(command.end(), {"--signer", *socket});
  }
  for (const auto& link : proxy_links(network)) {
    if (link.from != node.code || is_candidate(link.from) || is_candidate(link.to)) continue;
    command.insert(command.end(), {"--peer-address", link.to + "=" + link.listen});
  }
  return run(command, directory / "init.log");
}

}  // namespace

std::expected<Network, std::string> found_network(const FoundingPlan& plan) {
  if (fs::exists(plan.directory / "testnet.json")) {
    return std::unexpected(plan.directory.string() + " holds a network already");
  }
  const auto described = described_members(plan);
  if (!described) return std::unexpected(described.error());
  auto codes = all_codes(plan, *described);
  if (!codes) return std::unexpected(codes.error());
  const std::size_t founders = codes->size();
  codes->insert(codes->end(), plan.candidates.begin(), plan.candidates.end());
  if (const auto good = check_codes(plan, *codes); !good) return std::unexpected(good.error());
  const auto network = laid_out(plan, *codes);
  if (const auto made = make_directory(plan, network); !made) return std::unexpected(made.error());
  std::vector<ledger::v1::Member> members;
  for (const auto& node : network.nodes) {
    auto member = description_of(node.code, *described);
    member.set_address(node.peers);
    if (const auto made = make_keys(network, node, member); !made) return std::unexpected(made.error());
    if (members.size() < founders) members.push_back(std::move(member));
  }
  if (const auto written = write_genesis(plan, network, members); !written) return std::unexpected(written.error());
  for (const auto& node : network.nodes) {
    if (const auto made = initialise_node(plan, network, node); !made) return std::unexpected(made.error());
  }
  if (const auto saved = save_network(network); !saved) return std::unexpected(saved.error());
  return network;
}

}  // namespace quipu::processes
