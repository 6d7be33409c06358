// SPDX-License-Identifier: Apache-2.0
// quipu-signer: the one process that holds a member's vote and cosigner keys and its safety file.
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "crypto/signature.h"
#include "node/signer/directory.h"
#include "node/signer/server.h"
#include "node/usage/misread.h"

namespace {

namespace fs = std::filesystem;
using quipu::signer::InitPlan;

struct Options {
  std::string directory;
  std::string socket;
  std::string client;
  std::string passphrase_file;
  std::string log_format = "text";
  InitPlan init;
};

int fail(const std::string& why) {
  std::cerr << "quipu-signer: " << why << "\n";
  return 1;
}

// Key material must not reach a core file or a debugger of the same user, and nothing started from here gains rights.
void protect_memory() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void set_up_log(const std::string& format) {
  if (format == "json") {
    spdlog::set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
                        spdlog::pattern_time_type::utc);
  } else {
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  }
  spdlog::flush_on(spdlog::level::info);
}

// SIGTERM and SIGINT, to be waited for like a message.
int ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

int init(const Options& options) {
  if (const auto made = quipu::signer::initialise(options.init); !made) return fail(made.error());
  const auto directory = options.init.directory.string();
  std::cout << "Initialised the signer of " << options.init.administration << " in " << directory
            << "\nStart it: quipu-signer --dir " << directory
            << "\nAnd in its node's quipud.toml:\n[signer]\nsocket = \""
            << fs::absolute(options.init.directory / "socket").string() << "\"\n";
  return 0;
}

int serve(const Options& options) {
  set_up_log(options.log_format);
  const int stop = ending_signals();
  if (!quipu::crypto::self_test()) {
    return fail("the cryptographic self-test failed: a library of this machine computes wrongly, do not start");
  }
  const passwd* client = options.client.empty() ? nullptr : getpwnam(options.client.c_str());
  if (!options.client.empty() && client == nullptr) return fail("there is no user " + options.client);
  const auto opened = quipu::signer::open_signer(options.directory, options.passphrase_file);
  if (!opened) return fail(opened.error());
  if (!opened->notice.empty()) spdlog::warn(opened->notice);
  const fs::path socket = options.socket.empty() ? fs::path(options.directory) / "socket" : fs::path(options.socket);
  auto listener = quipu::signer::listen_at(socket, client == nullptr ? std::nullopt : std::optional(client->pw_gid));
  if (!listener) {
    return fail(listener.error() + ": check the folder and, with --client, that this user is in that user's group");
  }
  std::vector<uid_t> users{geteuid()};
  if (client != nullptr) users.push_back(client->pw_uid);
  spdlog::info("signer of {} on {} at {}", opened->administration, opened->chain_id, socket.string());
  quipu::signer::serve({std::move(*listener), *opened->signing, users, [](const auto& line) { spdlog::info(line); }},
                       stop);
  unlink(socket.c_str());
  spdlog::info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  protect_memory();
  Options options;
  CLI::App app{"Holds a member's vote and cosigner keys and its safety file, and signs for its node alone.",
               "quipu-signer"};
  app.failure_message(quipu::usage::misread);
  app.set_version_flag("--version", "quipu-signer " QUIPU_VERSION);
  app.footer(
      "Examples:\n"
      "  quipu-signer init --dir /var/lib/quipu-signer --genesis genesis.json --administration BO\n"
      "  quipu-signer --dir /var/lib/quipu-signer --socket /run/quipu-signer/socket --client quipu");
  app.add_option("--dir", options.directory, "Its folder: genesis.json, keys/, safety/ (made by init)");
  app.add_option("--socket", options.socket, "Where the node connects [DIR/socket]");
  app.add_option("--client", options.client, "The user who runs the node, when it is another than the signer's");
  app.add_option("--passphrase-file", options.passphrase_file, "File whose first line unlocks the keys");
  app.add_option("--log-format", options.log_format, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
  auto* init_command = app.add_subcommand("init", "Make a new member's folder; its keys must be in DIR/keys");
  init_command->add_option("--dir", options.init.directory, "The signer's folder")->required();
  init_command->add_option("--genesis", options.init.genesis_file, "The genesis file")->required();
  init_command->add_option("--administration", options.init.administration, "The member's code, e.g. BO")->required();
  init_command->add_option("--passphrase-file", options.init.passphrase_file, "File whose first line unlocks the keys");
  init_command->add_flag("--candidate", options.init.candidate, "Not a member yet: to be let in by the others");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (init_command->parsed()) return init(options);
  if (options.directory.empty()) {
    std::cerr << app.help();
    return 2;
  }
  return serve(options);
}
