// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care_commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "crypto/signature.h"
#include "node/runtime/care/backup.h"
#include "node/runtime/care/doctor.h"
#include "node/runtime/care/drill.h"
#include "node/runtime/care/mark_file.h"
#include "node/runtime/care/reindex.h"
#include "node/runtime/care/restore.h"
#include "node/runtime/data_directory.h"

namespace quipu::runtime {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

int fail(const std::string& why) {
  std::cerr << "quipud: " << why << "\n";
  return 1;
}

// Names and values, as text one a line.
void print(const json::object& answer, const std::string& output) {
  if (output == "json") {
    std::cout << json::serialize(answer) << "\n";
    return;
  }
  for (const auto& [name, value] : answer) {
    std::cout << std::string_view(name) << ": "
              << (value.is_string() ? std::string(value.as_string()) : json::serialize(value)) << "\n";
  }
}

json::object answer_of(const BackupMark& mark, const fs::path& backup) {
  return {{"backup", backup.string()},
          {"chain_id", mark.chain_id},
          {"administration", mark.administration},
          {"height", mark.height},
          {"size", mark.size},
          {"root", mark.root},
          {"report", mark.report},
          {"verified_at", time_text(mark.verified_ms)}};
}

struct Wishes {
  std::string config;
  std::string out;
  std::string verify;
  std::string genesis;
  std::string node;
  std::string token_file;
  std::string ca;
  std::string backup;
  std::string directory;
  std::string drill_of;
  std::string output = "text";
};

// The genesis file that counts: the one given, else the node's.
std::expected<ledger::Genesis, std::string> known_genesis(const Wishes& wishes) {
  if (!wishes.genesis.empty()) return read_genesis(wishes.genesis);
  if (wishes.config.empty()) return std::unexpected("--verify needs --genesis FILE, or --config of the node");
  const auto config = read_config(wishes.config);
  if (!config) return std::unexpected(config.error());
  return read_genesis(config->resolve(config->genesis));
}

int verify(const Wishes& wishes) {
  const auto genesis = known_genesis(wishes);
  if (!genesis) return fail(genesis.error());
  const auto mark = verify_backup(wishes.verify, *genesis);
  if (!mark) return fail(mark.error());
  if (!wishes.config.empty()) {
    const auto place = fs::path(wishes.config).parent_path() / kLastMarkFile;
    if (const auto noted = write_mark(place, *mark); !noted) return fail(noted.error());
  }
  print(answer_of(*mark, wishes.verify), wishes.output);
  return 0;
}

int back_up(const Wishes& wishes) {
  if (!crypto::self_test()) return fail("this machine's cryptography fails its self-test: use another one");
  if (!wishes.verify.empty()) return verify(wishes);
  if (wishes.config.empty() || wishes.out.empty()) {
    std::cerr << "quipud: backup needs --config and --out, or --verify DIR\n";
    return 2;
  }
  const auto mark = make_backup({wishes.config, wishes.out, wishes.node, wishes.token_file, wishes.ca});
  if (!mark) return fail(mark.error());
  print(answer_of(*mark, wishes.out), wishes.output);
  return 0;
}

// What happens to the vote, which nobody should be surprised by.
std::string next_step(const Restored& restored, const fs::path& directory) {
  std::string words;
  if (!restored.missing_keys.empty()) words = "Put back " + restored.missing_keys + ". ";
  if (restored.safety_there) {
    words +=
        "The safety file that is there was left as it is: it must be this member's newest, never a copy; if it may be "
        "one, move it away. ";
  } else if (restored.config.signer_socket.empty()) {
    words +=
        "There is no safety file, and none is ever restored: the node will follow, vote for nothing until a quorum of "
        "others has told how far they are, and then vote again by itself. ";
  }
  return words + "Start it: quipud --config " + (directory / "quipud.toml").string();
}

int practise(const Wishes& wishes) {
  const auto mark = drill({wishes.backup, wishes.directory, wishes.genesis}, wishes.drill_of);
  if (!mark) return fail(mark.error());
  print({{"drilled", wishes.directory},
         {"height", mark->height},
         {"ended_at", time_text(mark->ended_ms)},
         {"next", "Delete " + wishes.directory + ": never start a second node of this member from it"}},
        wishes.output);
  return 0;
}

int put_back(const Wishes& wishes) {
  if (!crypto::self_test()) return fail("this machine's cryptography fails its self-test: use another one");
  if (!wishes.drill_of.empty()) return practise(wishes);
  const auto restored = restore({wishes.backup, wishes.directory, wishes.genesis});
  if (!restored) return fail(restored.error());
  print({{"restored", wishes.directory},
         {"administration", restored->config.administration},
         {"height", restored->height},
         {"next", next_step(*restored, wishes.directory)}},
        wishes.output);
  return 0;
}

int index_again(const Wishes& wishes) {
  if (!crypto::self_test()) return fail("this machine's cryptography fails its self-test: use another one");
  const auto config = read_config(wishes.config);
  if (!config) return fail(config.error());
  const auto done = reindex(*config);
  if (!done) return fail(done.error());
  print({{"height", done->height},
         {"size", done->size},
         {"before", done->set_aside.string()},
         {"next", "Start the node; when it works, delete " + done->set_aside.string()}},
        wishes.output);
  return 0;
}

void print(const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    std::cout << fmt::format("{:<5} {:<12} {}\n", name_of(finding.verdict), finding.check, finding.what);
    if (!finding.next.empty()) std::cout << fmt::format("{:18} -> {}\n", "", finding.next);
  }
}

json::object answer_of(const std::vector<Finding>& findings) {
  json::array checks;
  for (const auto& finding : findings) {
    json::object check{
        {"check", finding.check}, {"verdict", std::string(name_of(finding.verdict))}, {"what", finding.what}};
    if (!finding.next.empty()) check["next"] = finding.next;
    checks.push_back(std::move(check));
  }
  return {{"verdict", std::string(name_of(worst(findings)))}, {"checks", std::move(checks)}};
}

// 0, 1 or 2, as monitoring expects of its probes.
int diagnose(const Wishes& wishes) {
  const auto config = read_config(wishes.config);
  std::vector<Finding> findings{{"config", Verdict::kOk, "in order"}};
  if (!config) findings = {{"config", Verdict::kFail, config.error(), "mend the line that it names"}};
  if (!crypto::self_test())
    findings.push_back({"machine", Verdict::kFail, "its cryptography fails its self-test", "use another machine"});
  if (config) {
    for (auto& finding : examine(look_at_node(*config, wishes.token_file, wishes.ca)))
      findings.push_back(std::move(finding));
  }
  wishes.output == "json" ? print(answer_of(findings), wishes.output) : print(findings);
  return static_cast<int>(worst(findings));
}

}  // namespace

struct CareCommands::State {
  Wishes wishes;
  struct Command {
    CLI::App* app = nullptr;
    int (*run)(const Wishes&) = nullptr;
  };
  std::vector<Command> commands;

  CLI::App* add(CLI::App& app, const char* name, const char* what, const char* example, int (*run)(const Wishes&)) {
    auto* command = app.add_subcommand(name, what);
    command->footer(std::string("Example: ") + example);
    command->add_option("--output", wishes.output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    commands.push_back({command, run});
    return command;
  }

  void add_backup(CLI::App& app) {
    auto* command =
        add(app, "backup", "Back up the ledger and the settings, verified; never keys or what the member has signed",
            "quipud backup --config /var/lib/quipu/quipud.toml --out /backup/quipu", back_up);
    command->add_option("--config", wishes.config, "The node's TOML file; the node may run or not");
    command->add_option("--out", wishes.out, "Folder to make, or an earlier backup to bring up to date");
    command->add_option("--verify", wishes.verify, "Only verify this backup again, and mark it");
    command->add_option("--genesis", wishes.genesis, "With --verify: the genesis file, known from elsewhere");
    command->add_option("--node", wishes.node, "URL of the node to copy from [the configuration's own]");
    command->add_option("--token-file", wishes.token_file, "File with a token that opens that node's mirror");
    command->add_option("--ca", wishes.ca, "PEM file with whom to believe over https [this machine's store]");
  }

  void add_restore(CLI::App& app) {
    auto* command =
        add(app, "restore", "Make a node's directory from a backup; what the member has signed is not in one",
            "quipud restore /backup/quipu --dir /var/lib/quipu --genesis genesis.json", put_back);
    command->add_option("BACKUP", wishes.backup, "A folder that backup made")->required();
    command->add_option("--dir", wishes.directory, "The data directory; its keys may be in it")->required();
    command->add_option("--genesis", wishes.genesis, "The genesis file, known from elsewhere")->required();
    command->add_option("--drill-of", wishes.drill_of,
                        "A drill: the TOML file of the node, which may run and is told that this went well");
  }

  void add_reindex(CLI::App& app) {
    auto* command =
        add(app, "reindex", "Make everything that follows from the ledger's leaves anew, checking every root",
            "quipud reindex --config /var/lib/quipu/quipud.toml", index_again);
    command->add_option("--config", wishes.config, "The TOML file of a node that does not run")->required();
  }

  void add_doctor(CLI::App& app) {
    auto* command =
        add(app, "doctor", "Tell what is wrong with a node, and what to do; ends with 0 (OK), 1 (WARN), 2 (FAIL)",
            "quipud doctor --config /var/lib/quipu/quipud.toml", diagnose);
    command->add_option("--config", wishes.config, "The node's TOML file; the node may run or not")->required();
    command->add_option("--token-file", wishes.token_file, "File with a token that opens the node's API");
    command->add_option("--ca", wishes.ca, "PEM file with whom to believe over https [this machine's store]");
  }
};

CareCommands::CareCommands() : state_(std::make_unique<State>()) {}
CareCommands::~CareCommands() = default;

void CareCommands::add_to(CLI::App& app) {
  state_->add_backup(app);
  state_->add_restore(app);
  state_->add_reindex(app);
  state_->add_doctor(app);
}

std::optional<int> CareCommands::run() const {
  for (const auto& command : state_->commands) {
    if (command.app->parsed()) return command.run(state_->wishes);
  }
  return std::nullopt;
}

}  // namespace quipu::runtime
