// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/restore.h"

#include <fmt/format.h>

#include <atomic>

#include "node/follow/pursuit.h"
#include "node/runtime/care/mirror_folder.h"
#include "node/runtime/data_directory.h"
#include "storage/whole_file.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

namespace {

using Done = std::expected<void, std::string>;

// Every block of the backup, into a ledger that has no name yet.
std::expected<std::uint64_t, std::string> fill_ledger(const fs::path& mirror, const ledger::Genesis& genesis,
                                                      const fs::path& to) {
  std::error_code error;
  fs::remove_all(to, error);
  if (!error) fs::create_directories(to.parent_path(), error);
  if (error) return std::unexpected("cannot make " + to.string() + ": " + error.message());
  auto database = storage::RocksDatabase::open(to);
  if (!database) return std::unexpected(fmt::format("cannot make {}: {}", to.string(), database.error().detail));
  auto pursuit = follow::Pursuit::open(genesis, **database);
  if (!pursuit) return std::unexpected(pursuit.error());
  const auto source = folder_source(mirror);
  const std::atomic<bool> never{false};
  const auto followed = (*pursuit)->follow(*source, never);
  if (!followed) {
    return std::unexpected(fmt::format(
        "{} cannot be restored from: {}: take another backup, or none: the other members refill an empty ledger",
        mirror.string(), followed.error().why));
  }
  return (*pursuit)->reader()->newest().height.value;
}

// Of an earlier try that was cut short, or none.
Done put_settings(const RestorePlan& plan, const std::string& name) {
  const auto content = storage::read_whole(plan.backup / name);
  if (!content) return std::unexpected(content.error());
  const auto place = plan.directory / name;
  if (!fs::exists(place)) return storage::write_whole(place, *content);
  const auto there = storage::read_whole(place);
  if (there && *there == *content) return {};
  return std::unexpected(place.string() + " is there and is not the backup's: restore into an empty folder");
}

std::string missing_keys(const NodeConfig& config) {
  std::string missing;
  for (const char* purpose : {"log", "transport", "vote", "cosigner"}) {
    const bool at_signer = !config.signer_socket.empty() && (*purpose == 'v' || *purpose == 'c');
    const auto file = config.resolve(config.keys) / (std::string(purpose) + ".key");
    if (!at_signer && !fs::exists(file)) missing += (missing.empty() ? "" : ", ") + file.string();
  }
  return missing;
}

Done put_genesis(const NodeConfig& config, const ledger::Genesis& genesis) {
  const auto place = config.resolve(config.genesis);
  const auto there = storage::read_whole(place);
  if (there && *there == genesis.file) return {};
  if (there)
    return std::unexpected(place.string() + " is there and founds another chain: restore into an empty folder");
  return storage::write_whole(place, genesis.file);
}

}  // namespace

std::expected<Restored, std::string> restore(const RestorePlan& plan) {
  const auto genesis = read_genesis(plan.genesis);
  if (!genesis) return std::unexpected(genesis.error());
  if (!fs::exists(plan.backup / "quipud.toml"))
    return std::unexpected(plan.backup.string() + " is no backup: it has no quipud.toml");
  if (fs::exists(plan.directory / NodeConfig().ledger))
    return std::unexpected((plan.directory / NodeConfig().ledger).string() + " is there: move it away first");
  if (auto put = put_settings(plan, "quipud.toml"); !put) return std::unexpected(put.error());
  const auto config = read_config(plan.directory / "quipud.toml");
  if (!config) return std::unexpected(config.error());
  const auto ledger = config->resolve(config->ledger);
  if (fs::exists(ledger)) return std::unexpected(ledger.string() + " is there: move it away first");
  if (fs::exists(plan.backup / "tokens")) {
    if (auto put = put_settings(plan, "tokens"); !put) return std::unexpected(put.error());
  }
  if (auto put = put_genesis(*config, *genesis); !put) return std::unexpected(put.error());
  const fs::path restoring = ledger.string() + ".restoring";
  const auto height = fill_ledger(plan.backup / "mirror", *genesis, restoring);
  if (!height) return std::unexpected(height.error());
  std::error_code error;
  const auto safety = config->resolve(config->safety);
  if (fs::path(config->safety).is_relative()) fs::create_directories(safety.parent_path(), error);
  if (!error) fs::rename(restoring, ledger, error);
  if (error) return std::unexpected("cannot name the ledger " + ledger.string() + ": " + error.message());
  if (auto synced = storage::sync_all_at(ledger); !synced) return std::unexpected(synced.error());
  return Restored{*config, *height, fs::exists(safety), missing_keys(*config)};
}

}  // namespace quipu::runtime
