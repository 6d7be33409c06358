// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/look_at_stopped.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <optional>

#include "crypto/keyfile.h"
#include "node/runtime/data_directory.h"
#include "node/runtime/listen_address.h"
#include "node/signer/member_keys.h"
#include "storage/salvage_copy.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

namespace {

using Fault = std::optional<std::string>;
using boost::asio::ip::tcp;

// F_GETLK asks who holds RocksDB's lock and takes none.
std::string holder_of(const fs::path& ledger) {
  const int file = ::open((ledger / "LOCK").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(file);
  if (!held) return {};
  return lock.l_pid > 0 ? fmt::format("process {}", lock.l_pid) : "another process";
}

template <class Checked>
Fault fault_of(const Checked& checked) {
  return checked ? std::nullopt : Fault(checked.error());
}

std::vector<std::string> key_faults(const NodeConfig& config) {
  const auto file = config.passphrase_file.empty() ? fs::path() : config.resolve(config.passphrase_file);
  const auto passphrase = signer::read_passphrase(file);
  if (!passphrase) return {passphrase.error()};
  std::vector<std::string> purposes = {"log", "transport"};
  if (config.signs_itself()) purposes.insert(purposes.end(), {"vote", "cosigner"});
  const auto folder = config.resolve(config.keys);
  if (fs::exists(folder / "side.key")) purposes.emplace_back("side");
  std::vector<std::string> faults;
  for (const auto& purpose : purposes) {
    const auto key = signer::unlock_member_key(folder, purpose, config.administration, *passphrase);
    if (!key) faults.push_back(key.error());
  }
  return faults;
}

// The genesis file names each member's first keys; which have taken their place since, only the ledger says.
std::vector<std::string> unnamed_keys(const NodeConfig& config) {
  const auto genesis = read_genesis(config.resolve(config.genesis));
  const auto index = genesis ? genesis->members.index_of(config.administration) : std::nullopt;
  if (!index) return {};
  const auto& member = genesis->members[*index];
  std::map<std::string, crypto::PublicKey> named = {{"log", member.log}, {"transport", member.transport}};
  if (config.signs_itself()) named.insert({{"vote", member.vote}, {"cosigner", member.cosigner}});
  std::vector<std::string> unnamed;
  for (const auto& [purpose, key] : named) {
    const auto file = config.resolve(config.keys) / (purpose + ".key");
    const auto header = crypto::read_key_header(file);
    if (header && header->public_key != key) unnamed.push_back(file.string());
  }
  return unnamed;
}

Fault side_fault(const NodeConfig& config) {
  const auto key = config.resolve(config.keys) / "side.key";
  const auto records = config.resolve(config.side_directory);
  if (fs::exists(key) || !fs::exists(records)) return std::nullopt;
  return fmt::format("{} is missing, without which {} cannot be read", key.string(), records.string());
}

Fault signer_fault(const NodeConfig& config) {
  if (config.signs_itself()) return std::nullopt;
  const auto own = config.resolve(config.safety);
  if (fs::exists(own)) return fmt::format("{} is there although [signer] names another process", own.string());
  const auto socket = config.resolve(config.signer_socket);
  if (fs::is_socket(socket)) return std::nullopt;
  return fmt::format("{} is no socket: start quipu-signer there", socket.string());
}

// Somebody listens where the node would. Binding without listening stands in nobody's way.
Fault port_fault(const std::string& listen) {
  const auto address = parse_listen_address(listen);
  if (!address) return fmt::format("listen address \"{}\" is not {}", listen, kListenAddress);
  boost::asio::io_context io;
  tcp::acceptor acceptor(io);
  boost::system::error_code error;
  const tcp::endpoint endpoint(boost::asio::ip::make_address(address->host), address->port);
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  return error ? Fault(fmt::format("cannot listen on {}: {}", listen, error.message())) : std::nullopt;
}

std::vector<std::string> losses(const NodeConfig& config) {
  std::vector<std::string> lost;
  const auto ledger = config.resolve(config.ledger);
  if (!fs::exists(ledger / "CURRENT") && !storage::exchange_was_interrupted(ledger)) {
    lost.push_back(fmt::format("no ledger in {}", ledger.string()));
  }
  const auto safety = config.resolve(config.safety);
  if (config.signs_itself() && !fs::exists(safety)) lost.push_back(fmt::format("no safety file {}", safety.string()));
  return lost;
}

}  // namespace

StoppedNode look_at_stopped(const NodeConfig& config) {
  StoppedNode stopped{.held_by = holder_of(config.resolve(config.ledger)), .losses = losses(config)};
  if (!stopped.held_by.empty()) return stopped;
  stopped.faults = key_faults(config);
  stopped.unnamed_keys = unnamed_keys(config);
  for (auto& fault :
       {fault_of(read_genesis(config.resolve(config.genesis))), side_fault(config),
        fault_of(check_place(config.resolve(config.ledger))), fault_of(check_place(config.resolve(config.safety))),
        signer_fault(config), port_fault(config.http_listen), port_fault(config.peers_listen)}) {
    if (fault) stopped.faults.push_back(*fault);
  }
  return stopped;
}

}  // namespace quipu::runtime
