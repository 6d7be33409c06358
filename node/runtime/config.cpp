// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/config.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "node/runtime/door.h"
#include "node/runtime/listen_address.h"
#include "node/runtime/managed_signing.h"
#include "storage/whole_file.h"

namespace quipu::runtime {

namespace {

struct Setting {
  const char* table;
  const char* name;
  std::string NodeConfig::* text;  // or number
  std::int64_t NodeConfig::* number;
  std::function<bool(const NodeConfig&)> in_bounds;
  const char* bound;
  const char* sentence;
};

bool is_code(const std::string& code) {
  return code.size() == 2 && std::isupper(static_cast<unsigned char>(code[0])) != 0 &&
         std::isupper(static_cast<unsigned char>(code[1])) != 0;
}

bool one_of(const std::string& value, std::initializer_list<const char*> choices) {
  return std::ranges::any_of(choices, [&](const char* choice) { return value == choice; });
}

Setting text(const char* table, const char* name, std::string NodeConfig::* field, const char* sentence,
             std::function<bool(const NodeConfig&)> in_bounds = nullptr, const char* bound = "") {
  return {table, name, field, nullptr, std::move(in_bounds), bound, sentence};
}

bool key_with_certificate(const NodeConfig& c) { return c.http_certificate_key.empty() == c.http_certificate.empty(); }
bool ca_with_certificate(const NodeConfig& c) { return c.http_client_ca.empty() || !c.http_certificate.empty(); }

constexpr std::size_t kMostIdentities = 64;

bool identities_if_managed(const NodeConfig& c) {
  const auto identities = identities_in(c.managed_identities);
  return c.managed_issuer_key.empty() || (!identities.empty() && identities.size() <= kMostIdentities &&
                                          !identities.contains(std::string(http::kGuest)));
}

bool confirmations_within(const NodeConfig& c) {
  if (c.managed_confirmations < 1 || c.managed_confirmations > 8) return false;
  return c.managed_issuer_key.empty() ||
         static_cast<std::size_t>(c.managed_confirmations) <= identities_in(c.managed_identities).size();
}

std::vector<Setting> managed_settings() {
  return {
      text("managed_signing", "issuer_key", &NodeConfig::managed_issuer_key,
           "Issuer key file with which this node signs what its callers draft; empty: it signs for nobody. Read the "
           "handbook's section on managed signing first."),
      text("managed_signing", "passphrase_file", &NodeConfig::managed_passphrase_file,
           "File whose first line unlocks the issuer key; empty for a key without a passphrase."),
      text(
          "managed_signing", "identities", &NodeConfig::managed_identities,
          "Who may ask for signatures: ids that quipud token list shows, with spaces between; a submitter's role alone "
          "does not do.",
          identities_if_managed, "1 to 64 ids, guest not among them, if managed_signing.issuer_key is named"),
      {"managed_signing", "confirmations", nullptr, &NodeConfig::managed_confirmations, confirmations_within,
       "1 to 8, and no more than there are identities",
       "So many of them must ask for the same draft before it is signed."},
      {"managed_signing", "per_hour", nullptr, &NodeConfig::managed_per_hour,
       [](const NodeConfig& c) { return c.managed_per_hour >= 1 && c.managed_per_hour <= 100'000; }, "1 to 100000",
       "How many drafts one of them may ask for in an hour."},
      text("managed_signing", "account", &NodeConfig::managed_account,
           "Folder with a file for each draft signed: who asked, and the signed bytes. Keep it: a draft that stands "
           "there is never signed twice."),
  };
}

std::vector<Setting> node_settings() {
  return {
      text(
          "node", "administration", &NodeConfig::administration,
          "Whose node this is: the member's code in the genesis file.",
          [](const NodeConfig& c) { return is_code(c.administration); }, "two upper-case letters"),
      text(
          "node", "role", &NodeConfig::role,
          "member: votes, and refuses to start with keys that are not the member's. follower: follows without a vote "
          "until the members have let these keys in.",
          [](const NodeConfig& c) { return one_of(c.role, {"member", "follower"}); }, "member or follower"),
      text(
          "node", "timing", &NodeConfig::timing,
          "Time-outs of consensus: wan between countries, local when all members share a machine.",
          [](const NodeConfig& c) { return one_of(c.timing, {"wan", "local"}); }, "wan or local"),
      {"node", "workers", nullptr, &NodeConfig::workers,
       [](const NodeConfig& c) { return c.workers >= 0 && c.workers <= 256; }, "0 to 256",
       "Threads that check signatures; 0 = one per processor."},
      {"node", "disk_reserve_mib", nullptr, &NodeConfig::disk_reserve_mib,
       [](const NodeConfig& c) { return c.disk_reserve_mib >= 0 && c.disk_reserve_mib <= 1 << 30; }, "0 to 1073741824",
       "So much of the ledger's and the safety file's disks is kept for what the members decide: with less free the "
       "node "
       "takes no submissions. 0 = nothing."},
      {"node", "newest_protocol_version", nullptr, &NodeConfig::newest_protocol_version,
       [](const NodeConfig& c) { return c.newest_protocol_version >= 0 && c.newest_protocol_version <= UINT32_MAX; },
       "0 to 4294967295",
       "On a training network, to rehearse an upgrade: the newest version of the protocol that this node plays to "
       "know; "
       "0 = all that the program knows."},
      text("paths", "genesis", &NodeConfig::genesis, "The genesis file, byte for byte as all members have it."),
      text("paths", "keys", &NodeConfig::keys, "Folder with vote.key, cosigner.key, log.key and transport.key."),
      text("paths", "ledger", &NodeConfig::ledger, "The database."),
      text("paths", "safety", &NodeConfig::safety,
           "The safety file: what this member has signed. Never copy, snapshot, restore or delete it."),
      text("paths", "passphrase_file", &NodeConfig::passphrase_file,
           "File whose first line unlocks the keys; empty for keys without a passphrase (test networks)."),
      text("signer", "socket", &NodeConfig::signer_socket,
           "Socket of the quipu-signer that holds vote.key, cosigner.key and the safety file; empty: this node holds "
           "them itself."),
      text("side", "directory", &NodeConfig::side_directory,
           "Records of persons and sites beside the ledger, sealed with side.key of the keys folder."),
  };
}

std::vector<Setting> http_settings() {
  return {
      text(
          "http", "listen", &NodeConfig::http_listen, "Address of the HTTP API.",
          [](const NodeConfig& c) { return parse_listen_address(c.http_listen).has_value(); }, kListenAddress),
      text("http", "certificate", &NodeConfig::http_certificate,
           "PEM file with the API's certificate and those between it and its CA; empty: HTTP in clear. Read again when "
           "it changes."),
      text("http", "certificate_key", &NodeConfig::http_certificate_key,
           "PEM file with the certificate's key, not for everybody to read.", key_with_certificate,
           "named if http.certificate is, and not otherwise"),
      text("http", "client_ca", &NodeConfig::http_client_ca,
           "PEM file of the CA whose certificates callers may show in place of a token; empty: none.",
           ca_with_certificate, "empty without http.certificate"),
      text("http", "tokens", &NodeConfig::http_tokens,
           "File with the hashes of the tokens that open the API, made by quipud token; need not be there."),
      text(
          "http", "guests", &NodeConfig::http_guests,
          "What callers without a token may do: all, reader (look-ups and the mirror), mirror, none; auto: all while "
          "http.listen is a loopback address, else none. Behind a proxy on this machine choose another than auto.",
          [](const NodeConfig& c) { return guest_roles(c.http_guests, c.http_listen).has_value(); },
          "auto, all, reader, mirror or none"),
      {"http", "requests_per_second", nullptr, &NodeConfig::http_requests_per_second,
       [](const NodeConfig& c) { return c.http_requests_per_second >= 0 && c.http_requests_per_second <= 1'000'000; },
       "0 to 1000000", "How often one token may ask; 0 = without limit."},
      text("http", "access_log", &NodeConfig::http_access_log,
           "Who asked for what, each line chained to the one before (quipud access-log); empty: not kept."),
      text("http", "admin_socket", &NodeConfig::http_admin_socket,
           "Unix socket, for this node's user and root alone, on which the operator drains the node and sets its log "
           "level; "
           "empty: none."),
  };
}

std::vector<Setting> other_settings() {
  return {
      text(
          "peers", "listen", &NodeConfig::peers_listen, "Address on which the other members connect.",
          [](const NodeConfig& c) { return parse_listen_address(c.peers_listen).has_value(); }, kListenAddress),
      text(
          "log", "level", &NodeConfig::log_level, "How much is logged.",
          [](const NodeConfig& c) { return one_of(c.log_level, {"debug", "info", "warn", "error"}); },
          "debug, info, warn or error"),
      text(
          "log", "format", &NodeConfig::log_format, "Log lines for people or for machines.",
          [](const NodeConfig& c) { return one_of(c.log_format, {"text", "json"}); }, "text or json"),
  };
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> all;
    for (auto section : {node_settings, http_settings, other_settings, managed_settings}) {
      for (auto& setting : section()) all.push_back(std::move(setting));
    }
    return all;
  }();
  return table;
}

const Setting* find(const std::string& table, const std::string& name) {
  for (const auto& setting : settings()) {
    if (table == setting.table && name == setting.name) return &setting;
  }
  return nullptr;
}

std::string full_name(const Setting& setting) { return fmt::format("{}.{}", setting.table, setting.name); }

bool assign(NodeConfig& config, const Setting& setting, const toml::node& value) {
  if (setting.text != nullptr) {
    const auto text_value = value.value_exact<std::string>();
    if (text_value) config.*setting.text = *text_value;
    return text_value.has_value();
  }
  const auto number = value.value_exact<std::int64_t>();
  if (number) config.*setting.number = *number;
  return number.has_value();
}

// [peers.addresses]: a line per member.
std::expected<void, std::string> read_addresses(NodeConfig& config, const toml::node& value) {
  const auto* table = value.as_table();
  if (table == nullptr) return std::unexpected("peers.addresses must be a table of codes and addresses");
  for (const auto& [key, address] : *table) {
    const std::string code(key.str());
    const auto text_value = address.value_exact<std::string>();
    if (!is_code(code)) return std::unexpected("peers.addresses: " + code + " is no member's code");
    if (!text_value || text_value->find(':') == std::string::npos) {
      return std::unexpected(fmt::format("peers.addresses.{} must be host:port", code));
    }
    config.peer_addresses[code] = *text_value;
  }
  return {};
}

std::expected<void, std::string> read_table(NodeConfig& config, const std::string& name, const toml::table& table) {
  for (const auto& [key, value] : table) {
    if (name == "peers" && key == "addresses") {
      if (const auto read = read_addresses(config, value); !read) return read;
      continue;
    }
    const auto* setting = find(name, std::string(key.str()));
    if (setting == nullptr) {
      return std::unexpected(fmt::format("unknown setting {}.{}: remove it or check its spelling", name, key.str()));
    }
    if (!assign(config, *setting, value)) {
      return std::unexpected(fmt::format("{} must be {}", full_name(*setting), setting->text ? "a text" : "a number"));
    }
  }
  return {};
}

bool take(const toml::node& value, std::string& into) {
  const auto text_value = value.value_exact<std::string>();
  if (text_value) into = *text_value;
  return text_value.has_value();
}

bool take(const toml::node& value, bool& into) {
  const auto truth = value.value_exact<bool>();
  if (truth) into = *truth;
  return truth.has_value();
}

bool take(const toml::node& value, std::optional<std::uint64_t>& into) {
  const auto number = value.value_exact<std::int64_t>();
  if (!number || *number < 0) return false;
  into = static_cast<std::uint64_t>(*number);
  return true;
}

bool take(const toml::node& value, std::set<std::string>& into) {
  const auto* array = value.as_array();
  if (array == nullptr) return false;
  return std::ranges::all_of(*array, [&](const toml::node& each) {
    std::string text_value;
    const bool taken = take(each, text_value);
    into.insert(std::move(text_value));
    return taken;
  });
}

// True also for a setting that is none: `known` says so.
bool take_webhook_setting(webhooks::Endpoint& endpoint, std::string_view name, const toml::node& value, bool& known) {
  if (name == "name") return take(value, endpoint.name);
  if (name == "url") return take(value, endpoint.url);
  if (name == "secret_file") return take(value, endpoint.secret_file);
  if (name == "as") return take(value, endpoint.as);
  if (name == "kinds") return take(value, endpoint.kinds);
  if (name == "recognition_changes_only") return take(value, endpoint.recognition_changes_only);
  if (name == "ca") return take(value, endpoint.ca);
  if (name == "since") return take(value, endpoint.since);
  known = false;
  return true;
}

std::expected<webhooks::Endpoint, std::string> read_webhook(const toml::node& node) {
  const auto* table = node.as_table();
  if (table == nullptr) return std::unexpected("must be a table [[webhooks]]");
  webhooks::Endpoint endpoint;
  for (const auto& [key, value] : *table) {
    bool known = true;
    const bool taken = take_webhook_setting(endpoint, key.str(), value, known);
    if (!known) return std::unexpected(fmt::format("unknown setting {}: remove it or check its spelling", key.str()));
    if (!taken) return std::unexpected(fmt::format("{} is of another type than it must be", key.str()));
  }
  if (auto form = webhooks::check_form(endpoint); !form) return std::unexpected(form.error());
  return endpoint;
}

// [[webhooks]], each by a name of its own.
std::expected<void, std::string> read_webhooks(std::vector<webhooks::Endpoint>& endpoints, const toml::node& value) {
  const auto* array = value.as_array();
  if (array == nullptr) return std::unexpected("webhooks are tables [[webhooks]]");
  if (array->size() > webhooks::kMostEndpoints) return std::unexpected("there are more than 16 [[webhooks]]");
  std::set<std::string> names;
  for (const auto& node : *array) {
    auto endpoint = read_webhook(node);
    if (!endpoint) return std::unexpected(fmt::format("webhooks[{}]: {}", names.size(), endpoint.error()));
    if (!names.insert(endpoint->name).second) {
      return std::unexpected(fmt::format("webhooks[{}]: another is called {} too", names.size(), endpoint->name));
    }
    endpoints.push_back(*std::move(endpoint));
  }
  return {};
}

constexpr const char* kWebhooksExample =
    "\n# Whom to tell of changes by signed posts; any number of these tables up to 16 (docs/api.md, \"Webhooks\"):\n"
    "# [[webhooks]]\n"
    "# name = \"clearance\"                          # in metrics and in the log; 1 to 32 of a-z, 0-9 and -\n"
    "# url = \"https://clearance.example.pe/quipu\"\n"
    "# secret_file = \"webhooks/clearance.secret\"   # whsec_ and 24 to 64 bytes in base64; not for everybody to read\n"
    "# as = \"PE\"                                   # whose firms: those that this member recognises; without it, "
    "ours\n"
    "# kinds = [\"certificate_suspended\"]           # of events; without it, all\n"
    "# recognition_changes_only = true             # only what made a firm recognised, or recognised no more\n"
    "# ca = \"clearance-ca.pem\"                     # CA of the receiver's certificate; without it, this machine's "
    "store\n"
    "# since = 0                                   # begin after this height; without it, with what comes next\n";

std::expected<toml::table, std::string> parse(const std::filesystem::path& file) {
  const auto text = storage::read_whole(file);
  if (!text)
    return std::unexpected(fmt::format("cannot read {}: name a file of settings, as quipud init makes", file.string()));
  try {
    return toml::parse(*text, file.string());
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        fmt::format("{}: line {}: {}", file.string(), error.source().begin.line, error.description()));
  }
}

std::string format_addresses(const NodeConfig& config) {
  std::string out =
      "\n[peers.addresses]\n"
      "# Where this node dials a member, when not at its address in the genesis file (address translation, a tunnel):\n"
      "# PE = \"10.1.2.3:8481\"\n";
  for (const auto& [code, address] : config.peer_addresses) out += fmt::format("{} = \"{}\"\n", code, address);
  return out;
}

}  // namespace

std::expected<void, std::string> check_bounds(const NodeConfig& config) {
  for (const auto& setting : settings()) {
    if (!setting.in_bounds || setting.in_bounds(config)) continue;
    return std::unexpected(fmt::format("{} must be {}", full_name(setting), setting.bound));
  }
  return {};
}

std::expected<NodeConfig, std::string> read_config(const std::filesystem::path& file) {
  NodeConfig config;
  config.directory = file.parent_path();
  const auto root = parse(file);
  if (!root) return std::unexpected(root.error());
  for (const auto& [key, value] : *root) {
    if (key == "webhooks") {
      const auto read = read_webhooks(config.webhooks, value);
      if (!read) return std::unexpected(fmt::format("{}: {}", file.string(), read.error()));
      continue;
    }
    const auto* table = value.as_table();
    if (table == nullptr) return std::unexpected(fmt::format("{}: unknown setting {}", file.string(), key.str()));
    const auto read = read_table(config, std::string(key.str()), *table);
    if (!read) return std::unexpected(fmt::format("{}: {}", file.string(), read.error()));
  }
  if (const auto good = check_bounds(config); !good)
    return std::unexpected(fmt::format("{}: {}", file.string(), good.error()));
  for (auto& endpoint : config.webhooks) {
    if (endpoint.as.empty()) endpoint.as = config.administration;
  }
  return config;
}

std::expected<FollowerConfig, std::string> read_follower_config(const std::filesystem::path& file) {
  FollowerConfig config{.directory = file.parent_path()};
  const auto root = parse(file);
  if (!root) return std::unexpected(root.error());
  for (const auto& [key, value] : *root) {
    if (key != "webhooks") {
      return std::unexpected(
          fmt::format("{}: {} is no setting of a follower: its file has [[webhooks]] alone, the rest are options of "
                      "quipud --follow",
                      file.string(), key.str()));
    }
    const auto read = read_webhooks(config.webhooks, value);
    if (!read) return std::unexpected(fmt::format("{}: {}", file.string(), read.error()));
  }
  const auto nobody = std::ranges::find_if(config.webhooks, [](const auto& each) { return each.as.empty(); });
  if (nobody == config.webhooks.end()) return config;
  return std::unexpected(fmt::format("{}: webhooks[{}]: as must name a member: a follower has no administration",
                                     file.string(), nobody - config.webhooks.begin()));
}

std::string format_config(const NodeConfig& config) {
  std::string out = "# Settings of one Quipu node. Everything here has the value that runs without the line.\n";
  std::string table;
  for (const auto& setting : settings()) {
    if (table != setting.table) out += fmt::format("\n[{}]\n", table = setting.table);
    out += fmt::format("# {}{}\n", setting.sentence, *setting.bound != '\0' ? fmt::format(" ({})", setting.bound) : "");
    if (setting.text != nullptr) {
      out += fmt::format("{} = \"{}\"\n", setting.name, config.*setting.text);
    } else {
      out += fmt::format("{} = {}\n", setting.name, config.*setting.number);
    }
  }
  return out + format_addresses(config) + kWebhooksExample;
}

}  // namespace quipu::runtime
