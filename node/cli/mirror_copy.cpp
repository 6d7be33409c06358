// SPDX-License-Identifier: Apache-2.0
#include "node/cli/mirror_copy.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>

#include "crypto/digest.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/terminal.h"

namespace quipu::cli {

namespace fs = std::filesystem;
namespace json = boost::json;

void MirrorCopy::Tree::append(BytesView entry) {
  range_.append(crypto::leaf_hash(entry), [this](unsigned level, std::uint64_t, const crypto::Digest& hash) {
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].push_back(hash);
  });
}

crypto::Digest MirrorCopy::Tree::root_at(std::uint64_t size) const {
  return crypto::root_at(size, [this](unsigned level, std::uint64_t index) { return node(level, index); });
}

// ---- Files

std::expected<std::optional<Bytes>, std::string> MirrorCopy::held(const std::string& path) {
  if (!reading_) {
    auto content = node_->get_file_if_held("/" + path);
    if (!content) return std::unexpected(path + ": " + content.error());
    return content;
  }
  if (!fs::exists(folder_ / path)) return std::optional<Bytes>();
  auto content = read_file(folder_ / path);
  if (!content) return std::unexpected(content.error());
  return std::optional(*std::move(content));
}

std::expected<Bytes, std::string> MirrorCopy::fetch(const std::string& path) {
  if (!reading_) {
    auto reply = node_->get_file("/" + path);
    if (!reply) return std::unexpected(path + ": " + reply.error());
    return std::move(reply->body);
  }
  auto content = held(path);
  if (!content) return std::unexpected(content.error());
  if (!*content) return std::unexpected((folder_ / path).string() + " is missing: begin a new copy in another folder");
  return **std::move(content);
}

MirrorCopy::Done MirrorCopy::write(const std::string& path, BytesView content) {
  if (reading_) return {};
  std::error_code error;
  fs::create_directories((folder_ / path).parent_path(), error);
  if (error) return std::unexpected("cannot make a folder for " + path + ": " + error.message());
  return write_file(folder_ / path, content);
}

// ---- Steps

// All heights with a published checkpoint above the copy's.
MirrorCopy::Done MirrorCopy::list_checkpoints() {
  heights_.clear();
  for (std::size_t known = 1; known != heights_.size();) {
    known = heights_.size();
    const std::uint64_t from = !heights_.empty() ? heights_.back() + 1 : founded_ ? copied_ + 1 : 0;
    const auto answer = node_->get_json("/v1/checkpoints?from=" + std::to_string(from));
    if (!answer) return std::unexpected(answer.error());
    for (const auto& entry : array_at(*answer, "heights")) {
      boost::system::error_code error;
      const auto height = entry.to_number<std::uint64_t>(error);
      const bool ascends = heights_.empty() || height > heights_.back();
      if (error || height < from || !ascends)
        return std::unexpected("the node lists its checkpoints out of order: ask another");
      heights_.push_back(height);
    }
  }
  return {};
}

// The chain, and who could vote at first. A copy that was founded takes no other.
MirrorCopy::Done MirrorCopy::take_founding() {
  if (founded_) return {};
  const auto genesis = fetch("genesis");
  if (!genesis) return std::unexpected(genesis.error());
  auto parsed = ledger::parse_genesis(*genesis);
  if (!parsed) return std::unexpected("genesis: " + parsed.error());
  genesis_ = std::move(*parsed);
  auto policy = take_policy(0);
  if (!policy) return std::unexpected(policy.error());
  epochs_ = {{0, genesis_->members.size(), *std::move(policy)}};
  return write("genesis", *genesis);
}

std::expected<ledger::TrustPolicy, std::string> MirrorCopy::take_policy(std::uint64_t epoch) {
  const std::string path = ledger::policy_path({epoch});
  const auto policy = fetch(path);
  if (!policy) return std::unexpected(policy.error());
  auto trusted = ledger::TrustPolicy::parse(*policy);
  if (!trusted) return std::unexpected(path + ": " + trusted.error());
  if (auto written = write(path, *policy); !written) return std::unexpected(written.error());
  return *std::move(trusted);
}

// Every epoch that a block up to the newest checkpoint has opened.
MirrorCopy::Done MirrorCopy::take_epochs() {
  while (true) {
    const std::uint64_t epoch = epochs_.size();
    const std::string path = ledger::handover_path({epoch});
    const auto content = held(path);
    if (!content) return std::unexpected(content.error());
    if (!*content) return {};
    const auto handover = ledger::decode_handover(**content, epochs_.back().members);
    if (!handover || handover->header.epoch.value != epoch - 1) return std::unexpected(path + " is not in form");
    if (handover->header.height.value > newest_) return {};
    if (handover->header.height.value < epochs_.back().first) return std::unexpected(path + " is out of order");
    auto policy = take_policy(epoch);
    if (!policy) return std::unexpected(policy.error());
    epochs_.push_back(
        {handover->header.height.value + 1, ledger::count_members(handover->next_members), *std::move(policy)});
    if (auto written = write(path, **content); !written) return written;
  }
}

// By the epoch of that height; the handover's tree by the one that it opened, too.
std::expected<crypto::Checkpoint, std::string> MirrorCopy::check_signatures(std::uint64_t height,
                                                                            BytesView note) const {
  std::expected<crypto::Checkpoint, std::string> checkpoint;
  for (auto epoch = epochs_.rbegin(); epoch != epochs_.rend(); ++epoch) {
    if (epoch->first > height + 1) continue;
    checkpoint = epoch->policy.check(note);
    if (checkpoint || epoch->first <= height) break;
  }
  return checkpoint;
}

// The height whose checkpoint the copy ends with.
MirrorCopy::Done MirrorCopy::find_newest() {
  const auto current = fetch("checkpoint");
  if (!current) return std::unexpected(current.error());
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder_ / "checkpoints", error)) {
    const std::string path = "checkpoints/" + file.path().filename().string();
    const auto height = ledger::numbered_path("checkpoints", path);
    if (height && fetch(path) == *current) newest_ = std::max(newest_, *height);
  }
  return {};
}

MirrorCopy::Done MirrorCopy::take_newest() {
  auto note = fetch(reading_ ? "checkpoint" : ledger::checkpoint_path({newest_}));
  if (!note) return std::unexpected(note.error());
  const auto checkpoint = check_signatures(newest_, *note);
  if (!checkpoint) return contradiction("the newest checkpoint is not good: " + checkpoint.error());
  if (checkpoint->size < checkpoint_.size) return contradiction("the newest checkpoint is older than the copy's");
  checkpoint_ = *checkpoint;
  newest_note_ = std::move(*note);
  return {};
}

// A bundle may begin with entries that the copy has.
MirrorCopy::Done MirrorCopy::take_bundle(const ledger::TileName& name) {
  const auto bundle = fetch(name.path());
  if (!bundle) return std::unexpected(bundle.error());
  const auto entries = ledger::decode_entries(*bundle, name.width);
  if (!entries) return std::unexpected(name.path() + " is not a bundle of " + std::to_string(name.width) + " entries");
  for (std::size_t i = tree_.size() - name.index * ledger::kTileWidth; i < entries->size(); ++i) {
    tree_.append((*entries)[i]);
  }
  return write(name.path(), *bundle);
}

// The entries that the copy has come from its own files, so the root says whether the new ones go on from them.
MirrorCopy::Done MirrorCopy::take_entries() {
  Progress bar("entries", checkpoint_.size);
  for (const auto& name : ledger::tiles_of(checkpoint_.size)) {
    if (name.level || name.index * ledger::kTileWidth + name.width <= tree_.size()) continue;
    if (auto done = take_bundle(name); !done) return done;
    bar.at(tree_.size());
  }
  if (tree_.size() != checkpoint_.size || tree_.root_at(checkpoint_.size) != checkpoint_.root) {
    return contradiction("the entries do not hash to the root that was cosigned: keep " + folder_.string() +
                         " as evidence and ask another node");
  }
  return {};
}

MirrorCopy::Done MirrorCopy::write_tiles() {
  const auto node = [this](unsigned level, std::uint64_t index) { return tree_.node(level, index); };
  for (const auto& name : ledger::tiles_of(checkpoint_.size)) {
    if (!name.level || fs::exists(folder_ / name.path()))
      continue;  // a name says how many hashes, and those never change
    if (auto done = write(name.path(), ledger::hash_tile(name, node)); !done) return done;
  }
  return {};
}

MirrorCopy::Done MirrorCopy::check_note(std::uint64_t height, BytesView note) {
  const auto checkpoint = check_signatures(height, note);
  const std::string name = ledger::checkpoint_path({height});
  if (!checkpoint) return contradiction(name + ": " + checkpoint.error());
  const bool fits = checkpoint->size <= tree_.size() && tree_.root_at(checkpoint->size) == checkpoint->root;
  if (!fits) return contradiction(name + " is of another history: keep " + folder_.string() + " as evidence");
  return write(name, note);
}

MirrorCopy::Done MirrorCopy::take_notes() {
  Progress bar("checkpoints", heights_.size());
  for (std::size_t i = 0; i < heights_.size(); ++i) {
    const auto note = heights_[i] == newest_ ? std::expected<Bytes, std::string>(newest_note_)
                                             : fetch(ledger::checkpoint_path({heights_[i]}));
    if (!note) return std::unexpected(note.error());
    if (auto done = check_note(heights_[i], *note); !done) return done;
    bar.at(i + 1);
  }
  return {};
}

// The votes of one block. A node need not hold them: the bundle then lacks them, and its audit says so.
MirrorCopy::Done MirrorCopy::fetch_quorum(std::uint64_t height) {
  const std::string path = ledger::quorum_path({height});
  const auto links = held(path);
  if (!links) return std::unexpected(links.error());
  if (!*links) {
    without_votes_.push_back(height);
    return {};
  }
  const auto voters =
      std::ranges::find_if(epochs_.rbegin(), epochs_.rend(), [&](auto& e) { return e.first <= height; });
  if (!ledger::decode_links(**links, voters->members)) return std::unexpected(path + " is not in form");
  return write(path, **links);
}

MirrorCopy::Done MirrorCopy::fetch_quorums() {
  Progress bar("quorum proofs", newest_ - copied_);
  for (std::uint64_t height = copied_ + 1; height <= newest_; ++height) {
    if (auto done = fetch_quorum(height); !done) return done;
    bar.at(height - copied_);
  }
  if (!without_votes_.empty()) {
    std::cerr << "note: the node does not hold the votes for " << without_votes_.size() << " of " << newest_ - copied_
              << " blocks (the first: height " << without_votes_.front()
              << "); an audit of this bundle will miss them: export from another node\n";
  }
  return {};
}

MirrorCopy::Done MirrorCopy::fetch_evidence() {
  const auto answer = node_->get_json("/evidence");
  if (!answer) return std::unexpected(answer.error());
  for (const auto& entry : array_at(*answer, "evidence")) {
    const std::string path = text_at(entry, "path");
    if (!path.starts_with("evidence/") || fs::exists(folder_ / path)) continue;
    const auto content = fetch(path);
    if (!content) return std::unexpected(content.error());
    if (ledger::evidence_path(*content) != path) return std::unexpected(path + " has other content than its name says");
    if (auto done = write(path, *content); !done) return done;
  }
  return {};
}

std::unexpected<std::string> MirrorCopy::contradiction(std::string what) {
  contradicted_ = true;
  return std::unexpected(std::move(what));
}

// Partial tiles that the log has outgrown, and what an interrupted update left beyond the checkpoint.
void MirrorCopy::remove_what_does_not_belong() const {
  std::set<std::string> tiles;
  for (const auto& name : ledger::tiles_of(checkpoint_.size)) tiles.insert(name.path());
  std::vector<fs::path> alien;
  std::error_code error;
  for (const auto& each : fs::recursive_directory_iterator(folder_, error)) {
    const std::string path = fs::relative(each.path(), folder_).generic_string();
    const auto height = std::max(ledger::numbered_path("quorum", path), ledger::numbered_path("checkpoints", path));
    const auto epoch = std::max(ledger::numbered_path("policy", path), ledger::handover_number(path));
    const bool outgrown = path.starts_with("tile/") && each.is_regular_file() && !tiles.contains(path);
    if (outgrown || height > newest_ || (epoch && *epoch >= epochs_.size())) alien.push_back(each.path());
  }
  for (const auto& path : alien) fs::remove(path, error);
}

// ---- The two ways

std::expected<void, std::string> MirrorCopy::open() {
  *this = MirrorCopy(*node_, folder_);
  if (!fs::exists(folder_ / "checkpoint")) return {};
  reading_ = true;
  if (auto found = find_newest(); !found) return found;
  for (Done (MirrorCopy::*step)() :
       {&MirrorCopy::take_founding, &MirrorCopy::take_epochs, &MirrorCopy::take_newest, &MirrorCopy::take_entries}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  reading_ = false;
  founded_ = true;
  copied_ = newest_;
  remove_what_does_not_belong();
  return {};
}

std::expected<MirrorCopy::News, std::string> MirrorCopy::update() {
  if (auto listed = list_checkpoints(); !listed) return std::unexpected(listed.error());
  if (heights_.empty()) {
    if (founded_) return News::kNo;
    return std::unexpected("the node has published no checkpoint yet: try again in a minute");
  }
  newest_ = heights_.back();
  for (Done (MirrorCopy::*step)() :
       {&MirrorCopy::take_founding, &MirrorCopy::take_epochs, &MirrorCopy::take_newest, &MirrorCopy::take_entries,
        &MirrorCopy::write_tiles, &MirrorCopy::fetch_quorums, &MirrorCopy::fetch_evidence, &MirrorCopy::take_notes}) {
    if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
  }
  if (auto written = write("checkpoint", newest_note_); !written) return std::unexpected(written.error());
  if (founded_) remove_what_does_not_belong();
  founded_ = true;
  copied_ = newest_;
  return News::kYes;
}

}  // namespace quipu::cli
