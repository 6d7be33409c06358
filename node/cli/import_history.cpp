// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>

#include "node/cli/commands.h"
#include "node/cli/connecting.h"
#include "node/cli/files.h"
#include "node/cli/importing.h"
#include "node/cli/json_fields.h"
#include "node/cli/paging.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

constexpr std::size_t kBadLinesShown = 20;
constexpr std::string_view kProgressEnding = ".quipu-progress";

// Two imports with one progress file would overwrite each other's. The lock goes with the process, however it ends.
class Lock {
 public:
  explicit Lock(const std::string& progress_file)
      : file_(::open((progress_file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)),
        held_(file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0) {}
  ~Lock() {
    if (file_ >= 0) ::close(file_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  bool could_open() const { return file_ >= 0; }
  bool held() const { return held_; }

 private:
  int file_;
  bool held_;
};

Done check_lines(const History& history) {
  if (history.bad.empty()) return {};
  const std::size_t shown = std::min(history.bad.size(), kBadLinesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    std::cerr << "line " << history.bad[i].number << ": " << history.bad[i].why << "\n";
  }
  const std::string count = history.bad.size() == 1 ? "1 bad line" : std::to_string(history.bad.size()) + " bad lines";
  const std::string some = shown < history.bad.size() ? " (the first " + std::to_string(shown) + " are shown)" : "";
  return std::unexpected(count + some + ", nothing was sent: correct the file and run the same command again");
}

std::expected<crypto::UnlockedKey, std::string> unlock_for(const std::string& purpose, const std::string& option,
                                                           const std::string& file,
                                                           const std::string& passphrase_file) {
  const auto header = crypto::read_key_header(file);
  if (header && header->purpose != purpose) {
    return std::unexpected(file + " is a key for " + header->purpose + ": give the file of an " + purpose +
                           " key with " + option);
  }
  return unlock(file, passphrase_file);
}

using Approver = std::optional<crypto::UnlockedKey>;

std::expected<Approver, std::string> unlock_approver(const ImportHistoryOptions& options, const std::string& of) {
  if (options.approver_key.empty()) return std::nullopt;
  auto key = unlock_for("approver", "--approver-key", options.approver_key, options.passphrase_file);
  if (!key) return std::unexpected(key.error());
  if (key->header.administration == of) return std::move(*key);
  return std::unexpected("the approver key is of " + key->header.administration + " and the issuer key of " + of +
                         ": give two keys of one administration");
}

// Beside the imported file; an administration's own, because a file may hold lines of several.
std::string progress_file_of(const ImportHistoryOptions& options, const std::string& administration) {
  if (!options.progress.empty()) return options.progress;
  return options.file + "." + administration + std::string(kProgressEnding);
}

std::string records_file_beside(std::string progress_file) {
  if (progress_file.ends_with(kProgressEnding)) progress_file.resize(progress_file.size() - kProgressEnding.size());
  return progress_file + ".quipu-records";
}

std::expected<ImportProgress, std::string> load_progress(const ImportPlan& plan, const ChainNames& chain) {
  const std::string& path = plan.progress_file;
  ImportProgress fresh;
  fresh.chain_id = chain.chain_id;
  fresh.chain = chain.chain;
  fresh.administration = plan.issuer.header.administration;
  fresh.key = crypto::to_hex(plan.issuer.header.public_key.view());
  if (!std::filesystem::exists(path)) return fresh;
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto progress = ImportProgress::from_json(*text);
  if (!progress) {
    return std::unexpected(path + ": " + progress.error() +
                           ": put back the one that this import wrote; without it all would be stated again");
  }
  if (progress->chain != fresh.chain || progress->key != fresh.key) {
    return std::unexpected(path +
                           " is of an import with another key or into another ledger: finish that one, or name "
                           "another file with --progress");
  }
  if (progress->next_line() > plan.lines.size()) {
    return std::unexpected(path + " has come further than the file is long: restore the lines");
  }
  if (digest_of_lines(plan.lines, 0, progress->lines_done, {}) != progress->done) {
    return std::unexpected("of the lines up to line " + std::to_string(plan.lines[progress->lines_done - 1].number) +
                           ", which are final, some have changed: restore them, and put what is new at the end");
  }
  return progress;
}

// Everything but the progress, which is only read under the lock.
std::expected<ImportPlan, std::string> plan_import(const ImportHistoryOptions& options, History& history) {
  const auto file = read_file(options.file);
  if (!file) return std::unexpected(file.error());
  auto issuer = unlock_for("issuer", "--key", options.key, options.passphrase_file);
  if (!issuer) return std::unexpected(issuer.error());
  const std::string administration = issuer->header.administration;
  auto approver = unlock_approver(options, administration);
  if (!approver) return std::unexpected(approver.error());
  history = read_history(*file, administration);
  if (auto fine = check_lines(history); !fine) return std::unexpected(fine.error());
  std::string progress_file = progress_file_of(options, administration);
  std::string records_file = records_file_beside(progress_file);
  return ImportPlan{std::move(*issuer),
                    std::move(*approver),
                    std::move(history.lines),
                    std::move(progress_file),
                    std::move(records_file),
                    options.pack,
                    options.window};
}

Done run(NodeClient& node, ImportPlan& plan, std::size_t others, Output output) {
  const auto chain = node.chain();
  if (!chain) return std::unexpected(chain.error());
  const auto dual = has_dual_control(node, plan.issuer.header.administration);
  if (!dual) return std::unexpected(dual.error());
  // Without dual control every event acts at once and there is nothing to approve.
  for (HistoryLine& line : plan.lines) line.approve = line.approve && *dual;
  auto progress = load_progress(plan, *chain);
  if (!progress) return std::unexpected(progress.error());
  const std::size_t before = progress->lines_done;
  Import import(node, plan, std::move(*progress));
  if (auto done = import.run(); !done) return done;
  print_answer(boost::json::object{{"events", plan.lines.size() - before},
                                   {"approvals", import.approvals()},
                                   {"submissions", import.submissions()},
                                   {"done_before", before},
                                   {"skipped_of_other_authors", others},
                                   {"records_kept", import.records_kept()},
                                   {"waiting_for_approval", import.still_waiting()}},
               output);
  return {};
}

}  // namespace

Done import_history(const Global& global, const ImportHistoryOptions& options) {
  History history;
  auto plan = plan_import(options, history);
  if (!plan) return std::unexpected(plan.error());
  auto connected = connect(global);
  if (!connected) return std::unexpected(connected.error());
  NodeClient node(std::move(*connected));
  const Lock lock(plan->progress_file);
  if (!lock.could_open()) return std::unexpected("cannot write beside " + plan->progress_file + ": see --progress");
  if (!lock.held()) {
    return std::unexpected("another import with " + plan->progress_file + " is running: wait until it has ended");
  }
  return run(node, *plan, history.others, global.output);
}

}  // namespace quipu::cli
