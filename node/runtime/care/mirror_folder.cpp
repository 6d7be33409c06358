// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/mirror_folder.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>
#include <vector>

#include "crypto/note.h"
#include "node/ledger/genesis.h"
#include "node/ledger/mirror.h"
#include "storage/whole_file.h"

namespace quipu::runtime {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t kMostFile = 32 << 20;

using Done = std::expected<void, std::string>;

class Filling {
 public:
  Filling(follow::Source& source, const fs::path& folder) : source_(source), folder_(folder) {}

  // The checkpoint last: before that, an interrupted filling shows.
  std::expected<MirrorEnd, std::string> run() {
    for (Done (Filling::*step)() : {&Filling::take_genesis, &Filling::take_heights, &Filling::take_epochs,
                                    &Filling::take_tiles, &Filling::take_quorums, &Filling::take_evidence}) {
      if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
    }
    if (auto done = write("checkpoint", note_); !done) return std::unexpected(done.error());
    return MirrorEnd{newest_, size_};
  }

 private:
  std::expected<std::optional<Bytes>, std::string> held(const std::string& path) {
    auto file = source_.get(path, kMostFile);
    if (!file) return std::unexpected(source_.name() + ": " + file.error());
    return file;
  }

  std::expected<Bytes, std::string> fetch(const std::string& path) {
    auto file = held(path);
    if (!file) return std::unexpected(file.error());
    if (!*file) return std::unexpected(source_.name() + " has no " + path + ": ask another node");
    return **std::move(file);
  }

  Done write(const std::string& path, BytesView content) { return storage::write_whole(folder_ / path, content); }

  Done copy(const std::string& path) {
    auto file = fetch(path);
    if (!file) return std::unexpected(file.error());
    return write(path, *file);
  }

  std::expected<json::value, std::string> fetch_json(const std::string& path) {
    const auto text = fetch(path);
    if (!text) return std::unexpected(text.error());
    boost::system::error_code error;
    auto value = json::parse(*text, error);
    if (error || !value.is_object()) return std::unexpected(source_.name() + ": " + path + " is no JSON object");
    return value;
  }

  static const json::array& array_at(const json::value& answer, std::string_view name) {
    static const json::array kNone;
    const auto* entry = answer.as_object().if_contains(name);
    return entry != nullptr && entry->is_array() ? entry->as_array() : kNone;
  }

  Done take_genesis() {
    const auto content = fetch("genesis");
    if (!content) return std::unexpected(content.error());
    const auto before = storage::read_whole(folder_ / "genesis");
    if (before && *before != *content) return std::unexpected(source_.name() + " keeps another chain than this backup");
    const auto genesis = ledger::parse_genesis(*content);
    if (!genesis) return std::unexpected("genesis: " + genesis.error());
    founders_ = genesis->members.size();
    return write("genesis", *content);
  }

  // Where the folder's copy ended; the note there may have more cosignatures by now.
  std::uint64_t copied_height() const {
    std::uint64_t highest = 0;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder_ / "checkpoints", error)) {
      const auto path = "checkpoints/" + file.path().filename().string();
      highest = std::max(highest, ledger::numbered_path("checkpoints", path).value_or(0));
    }
    return highest;
  }

  std::expected<std::vector<std::uint64_t>, std::string> list_heights() {
    std::vector<std::uint64_t> heights;
    for (std::uint64_t from = copied_height();;) {
      const auto answer = fetch_json("v1/checkpoints?from=" + std::to_string(from));
      if (!answer) return std::unexpected(answer.error());
      const auto before = heights.size();
      for (const auto& entry : array_at(*answer, "heights")) {
        boost::system::error_code error;
        const auto height = entry.to_number<std::uint64_t>(error);
        if (error || height < from) return std::unexpected(source_.name() + " lists its checkpoints out of order");
        heights.push_back(height);
        from = height + 1;
      }
      if (heights.size() == before) return heights;
    }
  }

  Done take_heights() {
    const auto heights = list_heights();
    if (!heights) return std::unexpected(heights.error());
    if (heights->empty())
      return std::unexpected(source_.name() + " has published no checkpoint yet: try again in a minute");
    for (const auto height : *heights) {
      if (auto done = copy(ledger::checkpoint_path({height})); !done) return done;
    }
    newest_ = heights->back();
    note_ = storage::read_whole(folder_ / ledger::checkpoint_path({newest_})).value_or("");
    const auto note = crypto::Note::parse(note_);
    const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
    if (!checkpoint) return std::unexpected(source_.name() + ": its newest checkpoint is not in form");
    size_ = checkpoint->size;
    return {};
  }

  // Every epoch that a block up to the checkpoint has opened.
  Done take_epochs() {
    if (auto first = copy(ledger::policy_path({0})); !first) return first;
    std::size_t voters = founders_;
    for (std::uint64_t epoch = 1;; ++epoch) {
      const auto path = ledger::handover_path({epoch});
      const auto content = held(path);
      if (!content) return std::unexpected(content.error());
      if (!*content) return {};
      const auto handover = ledger::decode_handover(**content, voters);
      if (!handover) return std::unexpected(source_.name() + ": " + path + " is not in form");
      if (handover->header.height.value > newest_) return {};
      voters = ledger::count_members(handover->next_members);
      if (auto written = write(path, **content); !written) return written;
      if (auto policy = copy(ledger::policy_path({epoch})); !policy) return policy;
    }
  }

  Done take_tiles() {
    std::set<std::string> tiles;
    for (const auto& name : ledger::tiles_of(size_)) {
      tiles.insert(name.path());
      if (fs::exists(folder_ / name.path())) continue;
      if (auto done = copy(name.path()); !done) return done;
    }
    remove_outgrown(tiles);
    return {};
  }

  // Partial tiles of a log that was shorter.
  void remove_outgrown(const std::set<std::string>& tiles) const {
    std::vector<fs::path> outgrown;
    std::error_code error;
    for (const auto& each : fs::recursive_directory_iterator(folder_ / "tile", error)) {
      const bool known = tiles.contains(fs::relative(each.path(), folder_).generic_string());
      if (each.is_regular_file() && !known) outgrown.push_back(each.path());
    }
    for (const auto& path : outgrown) fs::remove(path, error);
  }

  // A block that was final by a later one's votes may have none of its own.
  Done take_quorums() {
    for (std::uint64_t height = 1; height <= newest_; ++height) {
      const auto path = ledger::quorum_path({height});
      if (fs::exists(folder_ / path)) continue;
      const auto votes = held(path);
      if (!votes) return std::unexpected(votes.error());
      if (!*votes) continue;
      if (auto done = write(path, **votes); !done) return done;
    }
    return {};
  }

  Done take_evidence() {
    const auto answer = fetch_json("evidence");
    if (!answer) return std::unexpected(answer.error());
    for (const auto& entry : array_at(*answer, "evidence")) {
      const auto* path = entry.is_object() ? entry.as_object().if_contains("path") : nullptr;
      if (path == nullptr || !path->is_string()) return std::unexpected(source_.name() + ": evidence without a path");
      const std::string name(path->as_string());
      const auto content = fetch(name);
      if (!content) return std::unexpected(content.error());
      if (ledger::evidence_path(*content) != name)
        return std::unexpected(name + " has other content than its name says");
      if (auto done = write(name, *content); !done) return done;
    }
    return {};
  }

  follow::Source& source_;
  const fs::path& folder_;
  std::size_t founders_ = 0;
  std::uint64_t newest_ = 0;
  std::uint64_t size_ = 0;
  Bytes note_;
};

class FolderSource final : public follow::Source {
 public:
  explicit FolderSource(fs::path folder) : folder_(std::move(folder)), name_(folder_.string()) {}
  const std::string& name() const override { return name_; }
  std::expected<std::optional<Bytes>, std::string> get(const std::string& path, std::size_t most_bytes) override {
    std::error_code error;
    if (!fs::exists(folder_ / path, error)) return std::nullopt;
    if (fs::file_size(folder_ / path, error) > most_bytes) return std::unexpected(path + " is too long");
    auto content = storage::read_whole(folder_ / path);
    if (!content) return std::unexpected(content.error());
    return std::optional(*std::move(content));
  }

 private:
  fs::path folder_;
  std::string name_;
};

}  // namespace

std::expected<MirrorEnd, std::string> fill_folder(follow::Source& source, const fs::path& folder) {
  return Filling(source, folder).run();
}

std::unique_ptr<follow::Source> folder_source(fs::path folder) {
  return std::make_unique<FolderSource>(std::move(folder));
}

}  // namespace quipu::runtime
