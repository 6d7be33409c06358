// SPDX-License-Identifier: Apache-2.0
// Fetches a node's mirror at its newest published checkpoint. Tiles of hashes are computed here from the entries
// fetched, and count only because their root is the one that the members cosigned.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/cli/commands.h"
#include "node/cli/files.h"
#include "node/cli/json_fields.h"
#include "node/cli/node_client.h"
#include "node/ledger/block.h"
#include "node/ledger/genesis.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"

namespace quipu::cli {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// Every complete node of the tree, as the range announced it.
class Tree {
 public:
  void append(BytesView entry) {
    range_.append(crypto::leaf_hash(entry), [this](unsigned level, std::uint64_t, const crypto::Digest& hash) {
      if (levels_.size() <= level) levels_.resize(level + 1);
      levels_[level].push_back(hash);
    });
  }
  std::uint64_t size() const { return range_.size(); }
  crypto::Digest node(unsigned level, std::uint64_t index) const { return levels_[level][index]; }
  crypto::Digest root_at(std::uint64_t size) const {
    return crypto::root_at(size, [this](unsigned level, std::uint64_t index) { return node(level, index); });
  }

 private:
  crypto::CompactRange range_;
  std::vector<std::vector<crypto::Digest>> levels_;
};

class Export {
 public:
  Export(NodeClient& node, fs::path folder) : node_(node), folder_(std::move(folder)) {}
  Done run();
  std::uint64_t size() const { return tree_.size(); }
  std::uint64_t height() const { return newest_; }

 private:
  Done fetch_checkpoints();
  Done fetch_founding();
  std::expected<ledger::TrustPolicy, std::string> fetch_policy(std::uint64_t epoch);
  Done fetch_epochs();
  std::expected<crypto::Checkpoint, std::string> check_signatures(std::uint64_t height, BytesView note) const;
  Done fetch_entries();
  Done fetch_bundle(const ledger::TileName& name);
  Done write_tiles();
  Done fetch_and_check_notes();
  Done check_note(std::uint64_t height, BytesView note);
  Done fetch_quorum(std::uint64_t height);
  Done fetch_quorums();
  Done fetch_evidence();
  Done fetch_evidence_file(const std::string& path);
  std::expected<Bytes, std::string> fetch(const std::string& path);
  Done write(const std::string& path, BytesView content);

  NodeClient& node_;
  fs::path folder_;
  std::vector<std::uint64_t> heights_;
  std::vector<std::uint64_t> without_votes_;
  std::uint64_t newest_ = 0;
  crypto::Checkpoint checkpoint_;
  Bytes newest_note_;
  std::optional<ledger::Genesis> genesis_;
  // Who voted from a height on, and whom to believe about checkpoints of their epoch.
  struct Epoch {
    std::uint64_t first = 0;  // height of its first block
    std::size_t members = 0;
    ledger::TrustPolicy policy;
  };
  std::vector<Epoch> epochs_;
  Tree tree_;
};

std::expected<Bytes, std::string> Export::fetch(const std::string& path) {
  auto reply = node_.get_file("/" + path);
  if (!reply) return std::unexpected(path + ": " + reply.error());
  return std::move(reply->body);
}

Done Export::write(const std::string& path, BytesView content) {
  std::error_code error;
  fs::create_directories((folder_ / path).parent_path(), error);
  if (error) return std::unexpected("cannot make a folder for " + path + ": " + error.message());
  return write_file(folder_ / path, content);
}

// All heights with a published checkpoint; what is published while we fetch comes with the next export.
Done Export::fetch_checkpoints() {
  for (std::size_t known = 1; known != heights_.size();) {
    known = heights_.size();
    const std::uint64_t from = heights_.empty() ? 0 : heights_.back() + 1;
    const auto answer = node_.get_json("/v1/checkpoints?from=" + std::to_string(from));
    if (!answer) return std::unexpected(answer.error());
    for (const auto& entry : array_at(*answer, "heights")) {
      boost::system::error_code error;
      const auto height = entry.to_number<std::uint64_t>(error);
      const bool ascends = heights_.empty() || height > heights_.back();
      if (error || !ascends) return std::unexpected("the node lists its checkpoints out of order: ask another");
      heights_.push_back(height);
    }
  }
  if (heights_.empty()) return std::unexpected("the node has published no checkpoint yet: try again in a minute");
  newest_ = heights_.back();
  return {};
}

Done Export::fetch_founding() {
  const auto genesis = fetch("genesis");
  if (!genesis) return std::unexpected(genesis.error());
  auto parsed = ledger::parse_genesis(*genesis);
  if (!parsed) return std::unexpected("genesis: " + parsed.error());
  genesis_ = std::move(*parsed);
  auto policy = fetch_policy(0);
  if (!policy) return std::unexpected(policy.error());
  epochs_.push_back({0, genesis_->members.size(), *std::move(policy)});
  if (auto done = fetch_epochs(); !done) return done;
  auto note = fetch(ledger::checkpoint_path({newest_}));
  if (!note) return std::unexpected(note.error());
  const auto checkpoint = check_signatures(newest_, *note);
  if (!checkpoint) return std::unexpected("the newest checkpoint is not good: " + checkpoint.error());
  checkpoint_ = *checkpoint;
  newest_note_ = std::move(*note);
  return write("genesis", *genesis);
}

std::expected<ledger::TrustPolicy, std::string> Export::fetch_policy(std::uint64_t epoch) {
  const std::string path = ledger::policy_path({epoch});
  const auto policy = fetch(path);
  if (!policy) return std::unexpected(policy.error());
  auto trusted = ledger::TrustPolicy::parse(*policy);
  if (!trusted) return std::unexpected(path + ": " + trusted.error());
  if (auto written = write(path, *policy); !written) return std::unexpected(written.error());
  return *std::move(trusted);
}

// Every epoch that a block up to the newest checkpoint has opened.
Done Export::fetch_epochs() {
  while (true) {
    const std::uint64_t epoch = epochs_.size();
    const std::string path = ledger::handover_path({epoch});
    const auto content = node_.get_file_if_held("/" + path);
    if (!content) return std::unexpected(path + ": " + content.error());
    if (!*content) return {};
    const auto handover = ledger::decode_handover(**content, epochs_.back().members);
    if (!handover || handover->header.epoch.value != epoch - 1) return std::unexpected(path + " is not in form");
    if (handover->header.height.value > newest_) return {};
    if (handover->header.height.value < epochs_.back().first) return std::unexpected(path + " is out of order");
    auto policy = fetch_policy(epoch);
    if (!policy) return std::unexpected(policy.error());
    epochs_.push_back(
        {handover->header.height.value + 1, ledger::count_members(handover->next_members), *std::move(policy)});
    if (auto written = write(path, **content); !written) return written;
  }
}

// By the epoch of that height; the handover's tree by the one that it opened, too.
std::expected<crypto::Checkpoint, std::string> Export::check_signatures(std::uint64_t height, BytesView note) const {
  std::expected<crypto::Checkpoint, std::string> checkpoint;
  for (auto epoch = epochs_.rbegin(); epoch != epochs_.rend(); ++epoch) {
    if (epoch->first > height + 1) continue;
    checkpoint = epoch->policy.check(note);
    if (checkpoint || epoch->first <= height) break;
  }
  return checkpoint;
}

Done Export::fetch_bundle(const ledger::TileName& name) {
  const auto bundle = fetch(name.path());
  if (!bundle) return std::unexpected(bundle.error());
  const auto entries = ledger::decode_entries(*bundle, name.width);
  if (!entries) return std::unexpected(name.path() + " is not a bundle of " + std::to_string(name.width) + " entries");
  for (const Bytes& entry : *entries) tree_.append(entry);
  return write(name.path(), *bundle);
}

Done Export::fetch_entries() {
  Progress bar("entries", checkpoint_.size);
  for (const auto& name : ledger::tiles_of(checkpoint_.size)) {
    if (name.level) continue;
    if (auto done = fetch_bundle(name); !done) return done;
    bar.at(tree_.size());
  }
  if (tree_.size() != checkpoint_.size || tree_.root_at(checkpoint_.size) != checkpoint_.root) {
    return std::unexpected("the entries do not hash to the root that was cosigned: keep " + folder_.string() +
                           " as evidence and ask another node");
  }
  return {};
}

Done Export::write_tiles() {
  const auto node = [this](unsigned level, std::uint64_t index) { return tree_.node(level, index); };
  for (const auto& name : ledger::tiles_of(checkpoint_.size)) {
    if (!name.level) continue;
    if (auto done = write(name.path(), ledger::hash_tile(name, node)); !done) return done;
  }
  return {};
}

Done Export::check_note(std::uint64_t height, BytesView note) {
  const auto checkpoint = check_signatures(height, note);
  const std::string name = ledger::checkpoint_path({height});
  if (!checkpoint) return std::unexpected(name + ": " + checkpoint.error());
  const bool fits = checkpoint->size <= tree_.size() && tree_.root_at(checkpoint->size) == checkpoint->root;
  if (!fits) return std::unexpected(name + " is of another history: keep " + folder_.string() + " as evidence");
  return write(name, note);
}

Done Export::fetch_and_check_notes() {
  Progress bar("checkpoints", heights_.size());
  for (std::size_t i = 0; i < heights_.size(); ++i) {
    const bool newest = heights_[i] == newest_;
    const auto note =
        newest ? std::expected<Bytes, std::string>(newest_note_) : fetch(ledger::checkpoint_path({heights_[i]}));
    if (!note) return std::unexpected(note.error());
    if (auto done = check_note(heights_[i], *note); !done) return done;
    bar.at(i + 1);
  }
  return write("checkpoint", newest_note_);
}

// The votes of one block. A node need not hold them: the bundle then lacks them, and its audit says so.
Done Export::fetch_quorum(std::uint64_t height) {
  const std::string path = ledger::quorum_path({height});
  const auto links = node_.get_file_if_held("/" + path);
  if (!links) return std::unexpected(path + ": " + links.error());
  if (!*links) {
    without_votes_.push_back(height);
    return {};
  }
  const auto voters =
      std::ranges::find_if(epochs_.rbegin(), epochs_.rend(), [&](auto& e) { return e.first <= height; });
  if (!ledger::decode_links(**links, voters->members)) return std::unexpected(path + " is not in form");
  return write(path, **links);
}

Done Export::fetch_quorums() {
  Progress bar("quorum proofs", newest_);
  for (std::uint64_t height = 1; height <= newest_; ++height) {
    if (auto done = fetch_quorum(height); !done) return done;
    bar.at(height);
  }
  if (!without_votes_.empty()) {
    std::cerr << "note: the node does not hold the votes for " << without_votes_.size() << " of " << newest_
              << " blocks (the first: height " << without_votes_.front()
              << "); an audit of this bundle will miss them: export from another node\n";
  }
  return {};
}

Done Export::fetch_evidence_file(const std::string& path) {
  const auto content = fetch(path);
  if (!content) return std::unexpected(content.error());
  if (ledger::evidence_path(*content) != path) return std::unexpected(path + " has other content than its name says");
  return write(path, *content);
}

Done Export::fetch_evidence() {
  const auto answer = node_.get_json("/evidence");
  if (!answer) return std::unexpected(answer.error());
  for (const auto& entry : array_at(*answer, "evidence")) {
    if (auto done = fetch_evidence_file(text_at(entry, "path")); !done) return done;
  }
  return {};
}

Done Export::run() {
  for (Done (Export::*step)() :
       {&Export::fetch_checkpoints, &Export::fetch_founding, &Export::fetch_entries, &Export::write_tiles,
        &Export::fetch_and_check_notes, &Export::fetch_quorums, &Export::fetch_evidence}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  return {};
}

}  // namespace

Done export_bundle(const Global& global, const std::string& out) {
  if (fs::exists(out)) return std::unexpected(out + " exists: export into a new folder");
  const fs::path partial = out + ".partial";
  std::error_code error;
  fs::remove_all(partial, error);
  fs::create_directories(partial, error);
  if (error) return std::unexpected("cannot make " + partial.string() + ": " + error.message());
  auto http = HttpClient::make(global.node);
  if (!http) return std::unexpected(http.error());
  NodeClient node(std::move(*http));
  Export bundle(node, partial);
  if (auto done = bundle.run(); !done) return done;
  fs::rename(partial, out, error);
  if (error) return std::unexpected("cannot name the bundle " + out + ": " + error.message());
  print_answer(json::object{{"bundle", out}, {"height", bundle.height()}, {"size", bundle.size()}}, global.output);
  return {};
}

}  // namespace quipu::cli
