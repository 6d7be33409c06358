// SPDX-License-Identifier: Apache-2.0
// quipud's one TOML file: every setting with its default, its bound and a sentence, in one table that also prints the
// file. And a follower's, which has its webhooks alone.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "node/webhooks/endpoint.h"

namespace quipu::runtime {

struct NodeConfig {
  std::filesystem::path directory;  // where the file lies; other paths are relative to it
  std::string administration;
  std::string role = "member";
  std::string genesis = "genesis.json";
  std::string keys = "keys";
  std::string ledger = "ledger";
  std::string safety = "safety/slots";
  std::string passphrase_file;
  std::string signer_socket;  // empty: this process itself signs
  std::string side_directory = "side";
  std::string managed_issuer_key;  // empty: the node signs for nobody
  std::string managed_passphrase_file;
  std::string managed_identities;  // ids with a space between
  std::int64_t managed_confirmations = 1;
  std::int64_t managed_per_hour = 60;
  std::string managed_account = "managed";
  std::string http_listen = "127.0.0.1:8480";
  std::string http_certificate;  // empty: HTTP in clear
  std::string http_certificate_key;
  std::string http_client_ca;  // empty: callers show no certificates
  std::string http_tokens = "tokens";
  std::string http_guests = "auto";
  std::int64_t http_requests_per_second = 1'000;  // of one token; 0: no limit
  std::string http_access_log = "access.log";     // empty: none
  std::string http_admin_socket;                  // empty: none
  std::string peers_listen = "0.0.0.0:8481";
  std::string timing = "wan";
  std::string log_level = "info";
  std::string log_format = "text";
  std::int64_t workers = 0;
  std::int64_t disk_reserve_mib = 1024;
  std::int64_t newest_protocol_version = 0;  // 0: whatever the program knows
  // Where this node reaches a member whose address in the genesis file does not lead there from here, by code.
  std::map<std::string, std::string> peer_addresses;
  // Who is told of changes; `as` names somebody.
  std::vector<webhooks::Endpoint> webhooks;

  bool signs_itself() const { return signer_socket.empty(); }
  std::filesystem::path resolve(const std::string& path) const { return directory / path; }
};

// Of values that no file was read for; the error names the setting.
std::expected<void, std::string> check_bounds(const NodeConfig& config);

// Unknown settings, wrong types and values out of bounds are refused, each with its name.
std::expected<NodeConfig, std::string> read_config(const std::filesystem::path& file);

// Of a follower: receivers of webhooks, the rest are options of its command.
struct FollowerConfig {
  std::filesystem::path directory{};           // where the file lies; paths in it are relative to it
  std::vector<webhooks::Endpoint> webhooks{};  // `as` names somebody
};
// Refuses what read_config() refuses, a member's settings, and a receiver without `as`, since a follower is nobody's.
std::expected<FollowerConfig, std::string> read_follower_config(const std::filesystem::path& file);

// A commented file with these values; of webhooks an example alone.
std::string format_config(const NodeConfig& config);

}  // namespace quipu::runtime
