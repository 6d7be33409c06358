// SPDX-License-Identifier: Apache-2.0
// quipud: one administration's node.
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "crypto/signature.h"
#include "node/runtime/api_tls.h"
#include "node/runtime/care_commands.h"
#include "node/runtime/config.h"
#include "node/runtime/data_directory.h"
#include "node/runtime/follower_node.h"
#include "node/runtime/node.h"
#include "node/runtime/token_commands.h"
#include "node/runtime/webhook_couriers.h"
#include "node/usage/misread.h"

namespace {

using quipu::runtime::NodeConfig;

struct Options {
  std::string config_file;
  bool check_only = false;
  bool default_config = false;
  std::vector<std::string> follow;
  std::string follow_directory;
  std::string follow_ca;
  std::string follow_token_file;
  quipu::http::TlsFiles tls;
  std::string init_directory;
  std::string genesis_file;
  std::string administration;
  std::string http_listen;
  std::string guests = "auto";
  std::string peers_listen;
  std::string timing = "wan";
  std::string role = "member";
  std::string passphrase_file;
  std::string signer_socket;
  std::vector<std::string> peer_addresses;
  bool again = false;
};

int fail(const std::string& why) {
  std::cerr << "quipud: " << why << "\n";
  return 1;
}

// Key material must not reach a core file or a debugger of the same user.
void protect_memory() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

void set_up_log(const NodeConfig& config) {
  if (config.log_format == "json") {
    spdlog::set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
                        spdlog::pattern_time_type::utc);
  } else {
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  }
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  spdlog::flush_on(spdlog::level::info);
}

int init_again(const Options& options) {
  const auto config = quipu::runtime::read_config(std::filesystem::path(options.init_directory) / "quipud.toml");
  if (!config) return fail(config.error());
  if (const auto made = quipu::runtime::initialise_ledger_again(*config); !made) return fail(made.error());
  std::cout << "An empty ledger is in place; start the node and the other members refill it.\n";
  return 0;
}

// PE=10.1.2.3:8481
bool read_peer_address(const std::string& word, NodeConfig& config) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || word.find(':', equals) == std::string::npos) return false;
  config.peer_addresses[word.substr(0, equals)] = word.substr(equals + 1);
  return true;
}

int init(const Options& options) {
  if (options.again) return init_again(options);
  if (options.genesis_file.empty() || options.administration.empty()) {
    std::cerr << "quipud: init needs --genesis and --administration\n";
    return 2;
  }
  NodeConfig config;
  config.passphrase_file = options.passphrase_file;
  config.signer_socket = options.signer_socket;
  config.directory = options.init_directory;
  config.administration = options.administration;
  config.timing = options.timing;
  config.role = options.role;
  if (!options.http_listen.empty()) config.http_listen = options.http_listen;
  if (!options.peers_listen.empty()) config.peers_listen = options.peers_listen;
  for (const auto& word : options.peer_addresses) {
    if (!read_peer_address(word, config)) return fail("--peer-address " + word + " is not CODE=host:port");
  }
  if (const auto good = quipu::runtime::check_bounds(config); !good) return fail(good.error());
  if (const auto made = quipu::runtime::initialise(config, options.genesis_file); !made) return fail(made.error());
  std::cout << "Initialised the node of " << options.administration << " in " << options.init_directory
            << "\nStart it: quipud --config " << options.init_directory << "/quipud.toml\n";
  return 0;
}

// --check-config, of a member or a follower.
int check(const quipu::http::TlsFiles& tls, const std::vector<quipu::webhooks::Endpoint>& webhooks,
          const std::filesystem::path& folder) {
  const auto certificate = quipu::runtime::judge_certificate(tls);
  if (!certificate) return fail(certificate.error());
  if (const auto judged = quipu::runtime::judge_webhooks(webhooks, folder); !judged) return fail(judged.error());
  std::cout << "The configuration is in order.\n";
  if (!certificate->empty()) std::cout << *certificate << "\n";
  return 0;
}

int follow(const Options& options) {
  quipu::runtime::FollowerConfig config;
  if (!options.config_file.empty()) {
    auto read = quipu::runtime::read_follower_config(options.config_file);
    if (!read) return fail(read.error());
    config = *std::move(read);
  }
  if (options.check_only) return check(options.tls, config.webhooks, config.directory);
  set_up_log({});
  if (!quipu::crypto::self_test()) {
    return fail("the cryptographic self-test failed: a library of this machine computes wrongly, do not start");
  }
  const auto listen = options.http_listen.empty() ? NodeConfig().http_listen : options.http_listen;
  const auto node = quipu::runtime::FollowerNode::open({.sources = options.follow,
                                                        .genesis = options.genesis_file,
                                                        .directory = options.follow_directory,
                                                        .http_listen = listen,
                                                        .guests = options.guests,
                                                        .tls = options.tls,
                                                        .ca = options.follow_ca,
                                                        .token_file = options.follow_token_file,
                                                        .config = std::move(config)});
  if (!node) return fail(node.error());
  if (const auto ran = (*node)->run(); !ran) return fail(ran.error());
  return 0;
}

int serve(const Options& options) {
  const auto config = quipu::runtime::read_config(options.config_file);
  if (!config) return fail(config.error());
  if (options.check_only) return check(quipu::runtime::tls_files(*config), config->webhooks, config->directory);
  set_up_log(*config);
  if (!quipu::crypto::self_test()) {
    return fail("the cryptographic self-test failed: a library of this machine computes wrongly, do not start");
  }
  const auto node = quipu::runtime::Node::open(*config);
  if (!node) return fail(node.error());
  if (const auto ran = (*node)->run(); !ran) return fail(ran.error());
  return 0;
}

CLI::App* add_init(CLI::App& app, Options& options) {
  auto* command = app.add_subcommand("init", "Make a member's data directory; its keys must be in DIR/keys");
  command->add_option("--dir", options.init_directory, "The data directory")->required();
  command->add_option("--genesis", options.genesis_file, "The genesis file");
  command->add_option("--administration", options.administration, "The member's code, e.g. BO");
  command->add_option("--http", options.http_listen, "Address of the HTTP API [127.0.0.1:8480]");
  command->add_option("--peers", options.peers_listen, "Address for the other members [0.0.0.0:8481]");
  command->add_option("--peer-address", options.peer_addresses,
                      "CODE=host:port: dial that member there, not at its address in the genesis file");
  command->add_option("--passphrase-file", options.passphrase_file, "File whose first line unlocks the keys");
  command->add_option("--signer", options.signer_socket,
                      "Socket of the quipu-signer that holds vote.key, cosigner.key and the safety file");
  command->add_flag("--again", options.again,
                    "The ledger is lost, the safety file is not: start it empty, to be refilled");
  command->add_option("--timing", options.timing, "wan or local [wan]");
  command
      ->add_option("--role", options.role,
                   "member, or follower: not one yet; follows, and votes once the members have let it in [member]")
      ->check(CLI::IsMember({"member", "follower"}));
  return command;
}

// quipud token ..., quipud access-log
struct AccessCommands {
  quipu::runtime::TokenWish wish;
  CLI::App* make = nullptr;
  CLI::App* list = nullptr;
  CLI::App* revoke = nullptr;
  CLI::App* log = nullptr;

  void add_to(CLI::App& app) {
    auto* token =
        app.add_subcommand("token", "Tokens and client certificates that open the node's API")->require_subcommand(1);
    make = token->add_subcommand("new", "Make one; it is shown once");
    make->add_option("--role", wish.roles,
                     "submitter, reader, auditor, operator, governance, personal; several with commas")
        ->required();
    make->add_option("--label", wish.label, "Whose it is");
    make->add_option("--certificate", wish.certificate,
                     "PEM file of a client certificate of http.client_ca that opens this in place of a token");
    make->add_option("--days", wish.days, "How long it opens anything [365]")->check(CLI::Range(1, 3660));
    make->footer("Example: quipud token new --config /etc/quipu/quipud.toml --role reader --label 'Desaguadero desk'");
    list = token->add_subcommand("list", "List them");
    revoke = token->add_subcommand("revoke", "Take one back");
    revoke->add_option("ID", wish.id, "As list shows it")->required();
    log = app.add_subcommand("access-log", "Check that no line of the access log was changed or left out");
    for (auto* command : {make, list, revoke, log}) {
      command->add_option("--config", wish.config, "The node's TOML file")->required();
    }
  }

  std::optional<int> run() const {
    if (make->parsed()) return quipu::runtime::new_token(wish);
    if (list->parsed()) return quipu::runtime::list_tokens(wish);
    if (revoke->parsed()) return quipu::runtime::revoke_token(wish);
    if (log->parsed()) return quipu::runtime::check_log(wish);
    return std::nullopt;
  }
};

}  // namespace

int main(int argc, char** argv) {
  protect_memory();
  Options options;
  CLI::App app{"The Quipu node of one customs administration.", "quipud"};
  app.failure_message(quipu::usage::misread);
  app.set_version_flag("--version", "quipud " QUIPU_VERSION);
  app.footer(
      "Examples:\n"
      "  quipud init --dir /var/lib/quipu --genesis genesis.json --administration BO\n"
      "  quipud --config /var/lib/quipu/quipud.toml\n"
      "  quipud --follow http://node.example.bo:8480,http://node.example.pe:8480 --genesis genesis.json --dir copy");
  app.add_option("--config", options.config_file,
                 "The node's TOML file (made by init); with --follow: one with [[webhooks]], need not be given");
  app.add_flag("--check-config", options.check_only, "Read the configuration, say whether it is in order, and stop");
  app.add_flag("--default-config", options.default_config, "Print every setting with its default, and stop");
  app.add_option("--follow", options.follow,
                 "Follow these nodes' mirrors (URLs) without being a member: look-ups and webhooks alone")
      ->delimiter(',');
  app.add_option("--genesis", options.genesis_file, "With --follow: the genesis file, needed the first time");
  app.add_option("--dir", options.follow_directory, "With --follow: where the ledger is kept");
  app.add_option("--http", options.http_listen, "With --follow: address of the HTTP API [127.0.0.1:8480]");
  app.add_option("--guests", options.guests, "With --follow: what callers without a token may do [auto]");
  app.add_option("--ca", options.follow_ca,
                 "With --follow https://...: PEM file of the CA that signed the nodes' certificates");
  app.add_option("--token-file", options.follow_token_file, "With --follow: a token of these nodes, in its first line");
  auto* certificate =
      app.add_option("--certificate", options.tls.certificate,
                     "With --follow: PEM file with the certificate of its own API, which is HTTPS then");
  app.add_option("--certificate-key", options.tls.key, "With --follow: PEM file with that certificate's key")
      ->needs(certificate);
  auto* init_command = add_init(app, options);
  AccessCommands access;
  access.add_to(app);
  quipu::runtime::CareCommands care;
  care.add_to(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (init_command->parsed()) return init(options);
  if (const auto done = access.run()) return *done;
  if (const auto done = care.run()) return *done;
  if (!options.follow.empty()) return follow(options);
  if (options.default_config) {
    std::cout << quipu::runtime::format_config({});
    return 0;
  }
  if (options.config_file.empty()) {
    std::cerr << app.help();
    return 2;
  }
  return serve(options);
}
