// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <optional>

#include "crypto/merkle.h"
#include "node/cli/commands.h"
#include "node/cli/files.h"
#include "node/cli/history_file.h"
#include "node/cli/import_progress.h"
#include "node/cli/submitting.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::cli {

namespace {

constexpr std::size_t kBadLinesShown = 20;
constexpr std::int64_t kPoll_ms = 20;
constexpr std::int64_t kPatience_ms = 10 * 60'000;
constexpr std::int64_t kSilentPoll_ms = 500;
constexpr std::int64_t kSilence_ms = 60'000;

std::string record_line(const OpenedRecord& record) {
  return boost::json::serialize(boost::json::object{{"commitment", crypto::to_hex(record.commitment.view())},
                                                    {"kind", record.kind},
                                                    {"record", crypto::to_base64(record.record)}}) +
         "\n";
}

// The side file: personal data that the ledger must never hold, readable by its owner alone.
Done append_records(const std::string& path, const std::vector<OpenedRecord>& records) {
  if (records.empty()) return {};
  std::string lines;
  for (const auto& record : records) lines += record_line(record);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written = file >= 0 && ::write(file, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
                       ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!written)
    return std::unexpected("cannot write " + path + ": make room or rights, then run the same command again");
  return {};
}

// Beside the imported file; an administration's own, because a file may hold lines of several.
struct Paths {
  std::string progress;
  std::string records;
};

Paths paths_of(const ImportHistoryOptions& options, const std::string& administration) {
  constexpr std::string_view kEnding = ".quipu-progress";
  std::string progress = options.progress;
  if (progress.empty()) progress = options.file + "." + administration + std::string(kEnding);
  std::string stem = progress;
  if (stem.ends_with(kEnding)) stem.resize(stem.size() - kEnding.size());
  return {std::move(progress), stem + ".quipu-records"};
}

struct Keys {
  crypto::UnlockedKey issuer;
  std::optional<crypto::UnlockedKey> approver;
};

class Import {
 public:
  Import(NodeClient& node, const Keys& keys, const ImportHistoryOptions& options, const std::vector<HistoryLine>& lines,
         Paths paths, ImportProgress progress)
      : node_(node),
        keys_(keys),
        options_(options),
        lines_(lines),
        paths_(std::move(paths)),
        progress_(std::move(progress)) {}

  Done run();
  std::size_t submissions() const { return submissions_; }
  std::size_t approvals() const { return approvals_; }
  std::size_t still_waiting() const { return progress_.waiting.size(); }

 private:
  Done resume();
  Done top_up();
  Done approve();
  Done settle();
  Done sign(PendingLeaf& pending);
  Done send(const PendingLeaf& pending);
  Done finish(const PendingLeaf& pending);
  Done refused(PendingLeaf& pending, const SubmissionAnswer& answer);
  Done make_anew(PendingLeaf& pending);
  Done save() { return write_file(paths_.progress, progress_.to_json(), 0600); }
  std::expected<std::uint64_t, std::string> next_sequence(bool approvals);
  std::set<std::string> waiting_certificates() const;
  bool all_lines_packed() const { return progress_.next_line() == lines_.size(); }

  NodeClient& node_;
  const Keys& keys_;
  const ImportHistoryOptions& options_;
  const std::vector<HistoryLine>& lines_;
  Paths paths_;
  ImportProgress progress_;
  std::size_t submissions_ = 0;
  std::size_t approvals_ = 0;
};

std::expected<std::uint64_t, std::string> Import::next_sequence(bool approvals) {
  if (!progress_.pending.empty()) return progress_.pending.back().sequence + 1;
  const auto& key = approvals ? *keys_.approver : keys_.issuer;
  const auto sequence = node_.sequence(key.header.administration, key.header.public_key);
  if (!sequence) return std::unexpected(sequence.error());
  return sequence->next;
}

std::set<std::string> Import::waiting_certificates() const {
  std::set<std::string> certificates;
  for (const auto& target : progress_.waiting) certificates.insert(target.certificate);
  for (std::size_t i = progress_.lines_done; i < progress_.next_line(); ++i) {
    if (lines_[i].approve) certificates.insert(certificate_of(*lines_[i].event));
  }
  return certificates;
}

Done Import::sign(PendingLeaf& pending) {
  std::vector<ledger::v1::Event> events;
  std::vector<OpenedRecord> opened;
  for (std::size_t i = pending.first; i < pending.end; ++i) {
    if (pending.approvals) {
      const WaitingTarget& target = progress_.waiting[i];
      events.push_back(approval_of(target.leaf, target.index, target.decision_date));
    } else {
      events.push_back(seal_line(lines_[i], opened));
    }
  }
  const auto& key = pending.approvals ? *keys_.approver : keys_.issuer;
  pending.leaf = sign_events(events, key, progress_.chain_id, pending.sequence);
  return append_records(paths_.records, opened);
}

Done Import::send(const PendingLeaf& pending) {
  auto sent = send_patiently(node_, pending.leaf);
  if (sent || !sent.error().starts_with("SEQUENCE_TAKEN")) return sent;
  return std::unexpected("another program signs with the same key: stop it, then run the same command again (" +
                         sent.error() + ")");
}

// What an earlier run left behind: sent again as it is, or made anew where it was refused.
Done Import::resume() {
  for (PendingLeaf& pending : progress_.pending) {
    if (pending.leaf.empty()) {
      if (auto signed_anew = sign(pending); !signed_anew) return signed_anew;
    }
  }
  if (auto saved = save(); !saved) return saved;
  for (const PendingLeaf& pending : progress_.pending) {
    if (auto sent = send(pending); !sent) return sent;
  }
  return {};
}

Done Import::top_up() {
  const bool approving = !progress_.pending.empty() && progress_.pending.front().approvals;
  while (!approving && progress_.pending.size() < options_.window && !all_lines_packed()) {
    PendingLeaf pending;
    pending.first = progress_.next_line();
    pending.end = pack_end(lines_, pending.first, options_.pack, waiting_certificates());
    if (pending.end == pending.first) return {};
    const auto sequence = next_sequence(false);
    if (!sequence) return std::unexpected(sequence.error());
    pending.sequence = *sequence;
    if (auto made = sign(pending); !made) return made;
    progress_.pending.push_back(std::move(pending));
    if (auto saved = save(); !saved) return saved;
    if (auto sent = send(progress_.pending.back()); !sent) return sent;
  }
  return {};
}

// Everything that waits, in one submission of the approver's; called when nothing is pending.
Done Import::approve() {
  if (!keys_.approver) {
    return std::unexpected(std::to_string(progress_.waiting.size()) +
                           " events must be approved before the import can go on: give --approver-key");
  }
  const auto sequence = next_sequence(true);
  if (!sequence) return std::unexpected(sequence.error());
  PendingLeaf pending;
  pending.approvals = true;
  pending.end = std::min(progress_.waiting.size(), options_.pack);
  pending.sequence = *sequence;
  if (auto made = sign(pending); !made) return made;
  progress_.pending.push_back(std::move(pending));
  if (auto saved = save(); !saved) return saved;
  return send(progress_.pending.back());
}

Done Import::finish(const PendingLeaf& pending) {
  if (pending.approvals) {
    const auto begin = progress_.waiting.begin();
    progress_.waiting.erase(begin, begin + static_cast<std::ptrdiff_t>(pending.end));
    approvals_ += pending.end;
  } else {
    const crypto::Digest id = crypto::leaf_hash(pending.leaf);
    for (std::size_t i = pending.first; i < pending.end; ++i) {
      if (!lines_[i].approve) continue;
      const auto& event = *lines_[i].event;
      progress_.waiting.push_back(
          {id, static_cast<std::uint32_t>(i - pending.first), certificate_of(event), event.decision_date()});
    }
    progress_.lines_done = pending.end;
  }
  ++submissions_;
  progress_.pending.pop_front();
  return save();
}

Done Import::make_anew(PendingLeaf& pending) {
  if (auto made = sign(pending); !made) return made;
  if (auto saved = save(); !saved) return saved;
  return send(pending);
}

Done Import::refused(PendingLeaf& pending, const SubmissionAnswer& answer) {
  if (answer.status == "EXPIRED" || answer.code == "ISSUED_TOO_EARLY") return make_anew(pending);
  const std::size_t at = pending.first + answer.event.value_or(0);
  if (pending.approvals && answer.code == "ALREADY_APPROVED" && at < pending.end) {
    // Somebody gave this one by hand meanwhile.
    progress_.waiting.erase(progress_.waiting.begin() + static_cast<std::ptrdiff_t>(at));
    if (--pending.end > 0) return make_anew(pending);
    progress_.pending.pop_front();
    return save();
  }
  pending.leaf.clear();
  const std::string what = pending.approvals
                               ? "the approval of " + progress_.waiting[std::min(at, pending.end - 1)].certificate
                               : "line " + std::to_string(lines_[std::min(at, pending.end - 1)].number);
  if (auto saved = save(); !saved) return saved;
  return std::unexpected(
      what + ": " + answer.why +
      "; correct it (without adding or removing lines before the end), then run the same command again");
}

// Waits for the oldest pending submission.
Done Import::settle() {
  std::int64_t silent_ms = 0;
  for (std::int64_t waited_ms = 0; waited_ms < kPatience_ms; waited_ms += kPoll_ms) {
    PendingLeaf& pending = progress_.pending.front();
    const auto answer = node_.submission(crypto::leaf_hash(pending.leaf));
    if (!answer) {
      // The node may be starting again.
      if (silent_ms >= kSilence_ms) return std::unexpected(answer.error() + "; then run the same command again");
      sleep_ms(kSilentPoll_ms);
      silent_ms += kSilentPoll_ms;
      continue;
    }
    silent_ms = 0;
    if (answer->status == "FINAL") return finish(pending);
    if (answer->status == "REJECTED" || answer->status == "EXPIRED") return refused(pending, *answer);
    if (answer->status == "UNKNOWN") {
      if (auto sent = send(pending); !sent) return sent;
    }
    sleep_ms(kPoll_ms);
  }
  return std::unexpected(
      "nothing became final for ten minutes: see quipu node status, then run the same command again");
}

Done Import::run() {
  if (auto resumed = resume(); !resumed) return resumed;
  Progress bar("import", lines_.size());
  for (;;) {
    bar.at(progress_.lines_done);
    if (auto done = top_up(); !done) return done;
    if (!progress_.pending.empty()) {
      if (auto done = settle(); !done) return done;
      continue;
    }
    const bool approvable = !progress_.waiting.empty() && (keys_.approver || !all_lines_packed());
    if (!approvable) return {};
    if (auto done = approve(); !done) return done;
  }
}

std::expected<ImportProgress, std::string> load_progress(const std::string& path, const ChainNames& chain,
                                                         const crypto::KeyFile& key, std::size_t lines) {
  ImportProgress fresh;
  fresh.chain_id = chain.chain_id;
  fresh.chain = chain.chain;
  fresh.administration = key.administration;
  fresh.key = crypto::to_hex(key.public_key.view());
  if (!std::filesystem::exists(path)) return fresh;
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto progress = ImportProgress::from_json(*text);
  if (!progress) return std::unexpected(path + ": " + progress.error());
  if (progress->chain != fresh.chain || progress->key != fresh.key) {
    return std::unexpected(
        path + " is of an import with another key or into another ledger: finish that one, or remove the file");
  }
  if (progress->next_line() > lines)
    return std::unexpected(path + " has come further than the file is long: restore the lines");
  return progress;
}

Done report_bad_lines(const History& history) {
  for (std::size_t i = 0; i < std::min(history.bad.size(), kBadLinesShown); ++i) {
    std::cerr << "line " << history.bad[i].number << ": " << history.bad[i].why << "\n";
  }
  return std::unexpected(std::to_string(history.bad.size()) +
                         " bad lines, nothing was sent: correct them and run the command again");
}

std::expected<Keys, std::string> unlock_keys(const ImportHistoryOptions& options) {
  auto issuer = unlock(options.key, options.passphrase_file);
  if (!issuer) return std::unexpected(issuer.error());
  Keys keys{std::move(*issuer), std::nullopt};
  if (options.approver_key.empty()) return keys;
  auto approver = unlock(options.approver_key, options.passphrase_file);
  if (!approver) return std::unexpected(approver.error());
  if (approver->header.administration != keys.issuer.header.administration) {
    return std::unexpected("the approver key is of another administration");
  }
  keys.approver = std::move(*approver);
  return keys;
}

}  // namespace

Done import_history(const Global& global, const ImportHistoryOptions& options) {
  const auto file = read_file(options.file);
  if (!file) return std::unexpected(file.error());
  const auto keys = unlock_keys(options);
  if (!keys) return std::unexpected(keys.error());
  const History history = read_history(*file, keys->issuer.header.administration);
  if (!history.bad.empty()) return report_bad_lines(history);
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  NodeClient node(std::move(*http));
  const auto chain = node.chain();
  if (!chain) return std::unexpected(chain.error());
  const Paths paths = paths_of(options, keys->issuer.header.administration);
  auto progress = load_progress(paths.progress, *chain, keys->issuer.header, history.lines.size());
  if (!progress) return std::unexpected(progress.error());
  const std::size_t before = progress->lines_done;
  Import import(node, *keys, options, history.lines, paths, std::move(*progress));
  if (auto done = import.run(); !done) return done;
  print_answer(boost::json::object{{"events", history.lines.size() - before},
                                   {"approvals", import.approvals()},
                                   {"submissions", import.submissions()},
                                   {"done_before", before},
                                   {"skipped_of_other_authors", history.others},
                                   {"waiting_for_approval", import.still_waiting()}},
               global.output);
  return {};
}

}  // namespace quipu::cli
