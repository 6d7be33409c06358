// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/backup.h"

#include <fmt/format.h>

#include <thread>

#include "node/audit/directory_bundle.h"
#include "node/audit/verify.h"
#include "node/runtime/care/mirror_folder.h"
#include "node/runtime/clock.h"
#include "node/runtime/data_directory.h"
#include "node/signer/member_keys.h"
#include "storage/whole_file.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

namespace {

using Done = std::expected<void, std::string>;

// The database must live as long as the source.
struct Opened {
  std::unique_ptr<storage::RocksDatabase> database;
  std::unique_ptr<follow::Source> source;
};

std::expected<Opened, std::string> ask_node(const std::string& url, const BackupPlan& plan) {
  const auto token = signer::read_passphrase(plan.token_file);
  if (!token) return std::unexpected(token.error());
  auto source = node_source(url, *token, plan.ca);
  if (!source) return std::unexpected(source.error());
  return Opened{nullptr, *std::move(source)};
}

// A node that runs holds the lock on its ledger, and is asked.
std::expected<Opened, std::string> open_source(const BackupPlan& plan, const NodeConfig& config,
                                               const ledger::Genesis& genesis) {
  if (!plan.node.empty()) return ask_node(plan.node, plan);
  const auto path = config.resolve(config.ledger);
  if (!fs::exists(path)) return std::unexpected(path.string() + " is not there: there is nothing to back up");
  auto database = storage::RocksDatabase::open(path);
  if (!database && database.error().fault == storage::OpenFault::kLocked) return ask_node(own_url(config), plan);
  if (!database) return std::unexpected(fmt::format("cannot open {}: {}", path.string(), database.error().detail));
  const auto chain = storage::BlockStore(**database).chain();
  if (!chain || *chain != genesis.chain)
    return std::unexpected(path.string() + " holds another chain than the genesis file: see `quipu doctor`");
  auto source = stored_source(genesis, **database);
  return Opened{*std::move(database), std::move(source)};
}

// The earlier backup's files under a second name each: most of them never change.
Done link_earlier(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::remove_all(to, error);
  if (!error) fs::create_directories(to, error);
  if (!error && fs::exists(from / "mirror")) {
    fs::copy(from / "mirror", to / "mirror", fs::copy_options::recursive | fs::copy_options::create_hard_links, error);
  }
  if (error) return std::unexpected("cannot begin a backup in " + to.string() + ": " + error.message());
  return {};
}

// Only what is a backup of ours, or nothing, may be replaced.
Done may_replace(const fs::path& out, const ledger::Genesis& genesis) {
  if (!fs::exists(out) || fs::is_empty(out)) return {};
  const auto mark = read_mark(out / kMarkFile);
  if (mark && mark->chain == crypto::to_hex(genesis.chain.view())) return {};
  return std::unexpected(out.string() + " is there and is no backup of this chain: name a new folder");
}

Done copy_settings(const BackupPlan& plan, const NodeConfig& config, const fs::path& to) {
  const auto settings = storage::read_whole(plan.config);
  if (!settings) return std::unexpected(settings.error());
  if (auto written = storage::write_whole(to / "quipud.toml", *settings); !written) return written;
  const auto tokens = config.resolve(config.http_tokens);
  if (!fs::exists(tokens)) return {};
  const auto hashes = storage::read_whole(tokens);
  if (!hashes) return std::unexpected(hashes.error());
  return storage::write_whole(to / "tokens", *hashes);
}

// Old and new change places, so that at every moment a whole backup has the name.
Done put_in_place(const fs::path& made, const fs::path& out) {
  if (auto synced = storage::sync_all_at(made); !synced) return synced;
  std::error_code error;
  if (!fs::exists(out)) {
    fs::rename(made, out, error);
    if (error) return std::unexpected("cannot name the backup " + out.string() + ": " + error.message());
    return {};
  }
  if (auto changed = storage::exchange(made, out); !changed) return changed;
  fs::remove_all(made, error);
  return {};
}

}  // namespace

std::string own_url(const NodeConfig& config) {
  if (!config.http_admin_socket.empty()) return "unix:" + config.resolve(config.http_admin_socket).string();
  const auto& listen = config.http_listen;
  const auto colon = listen.rfind(':');
  const auto host = listen.substr(0, colon);
  const bool everywhere = host == "0.0.0.0" || host == "[::]" || host.empty();
  const std::string scheme = config.http_certificate.empty() ? "http://" : "https://";
  return scheme + (everywhere ? "127.0.0.1" : host) + listen.substr(colon);
}

std::expected<BackupMark, std::string> verify_backup(const fs::path& backup, const ledger::Genesis& genesis) {
  const auto bundle = audit::open_directory(backup / "mirror", "mirror");
  if (!bundle) return std::unexpected(bundle.error());
  const auto report = audit::verify(
      {.bundle = **bundle, .genesis = genesis.file, .threads = std::max(1U, std::thread::hardware_concurrency())});
  if (report.verdict() != audit::Verdict::kVerified) {
    return std::unexpected(fmt::format("{}: {}: this is no backup, make another one in a new folder", backup.string(),
                                       report.verdict_line()));
  }
  const auto settings = read_config(backup / "quipud.toml");
  BackupMark mark{genesis.chain_id,
                  crypto::to_hex(genesis.chain.view()),
                  settings ? settings->administration : "",
                  report.height,
                  report.size,
                  report.root,
                  report.digest(),
                  real_now().utc_ms};
  if (auto written = write_mark(backup / kMarkFile, mark); !written) return std::unexpected(written.error());
  return mark;
}

std::expected<BackupMark, std::string> make_backup(const BackupPlan& plan_in) {
  BackupPlan plan = plan_in;
  if (!plan.out.has_filename()) plan.out = plan.out.parent_path();  // "DIR/"
  const auto config = read_config(plan.config);
  if (!config) return std::unexpected(config.error());
  const auto genesis = read_genesis(config->resolve(config->genesis));
  if (!genesis) return std::unexpected(genesis.error());
  if (auto may = may_replace(plan.out, *genesis); !may) return std::unexpected(may.error());
  const fs::path making = plan.out.string() + ".making";
  if (auto begun = link_earlier(plan.out, making); !begun) return std::unexpected(begun.error());
  {
    auto opened = open_source(plan, *config, *genesis);
    if (!opened) return std::unexpected(opened.error());
    const auto filled = fill_folder(*opened->source, making / "mirror");
    if (!filled) return std::unexpected(filled.error());
  }
  if (auto copied = copy_settings(plan, *config, making); !copied) return std::unexpected(copied.error());
  auto mark = verify_backup(making, *genesis);
  if (!mark) return mark;
  if (auto placed = put_in_place(making, plan.out); !placed) return std::unexpected(placed.error());
  if (auto noted = write_mark(config->directory / kLastMarkFile, *mark); !noted)
    return std::unexpected("the backup is good, but the node will not know of it: " + noted.error());
  return mark;
}

}  // namespace quipu::runtime
