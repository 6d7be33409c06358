// SPDX-License-Identifier: Apache-2.0
// A verified copy of a node's mirror in a folder: fetched at its newest published checkpoint, and brought up to newer
// ones. Tiles of hashes are computed here from the entries fetched, and count only because their root is the one that
// the members cosigned; what was copied once must be the beginning of all that comes. One thread.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/merkle.h"
#include "node/cli/node_client.h"
#include "node/ledger/genesis.h"
#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"

namespace quipu::cli {

class MirrorCopy {
 public:
  // The folder is empty, or holds an earlier copy. The node must outlive it.
  MirrorCopy(NodeClient& node, std::filesystem::path folder) : node_(&node), folder_(std::move(folder)) {}

  // Reads what the folder holds and checks its entries against the cosigned root. Other files that are there are kept
  // as they are: `quipu-audit verify` judges them. The error says why it is no copy to go on from.
  std::expected<void, std::string> open();

  enum class News : bool { kNo, kYes };
  // Fetches what the node has published since; what is published meanwhile comes with the next call. The checkpoint is
  // written last, so that an interrupted update leaves the copy that was there and some files too many, which open()
  // removes. After an error open() first.
  std::expected<News, std::string> update();

  // The last error was no absence: what the node shows is signed wrongly or does not go on from the copy.
  bool contradicted() const { return contradicted_; }
  std::uint64_t size() const { return checkpoint_.size; }
  std::uint64_t height() const { return newest_; }

 private:
  using Done = std::expected<void, std::string>;
  // Who voted from a height on, and whom to believe about checkpoints of their epoch.
  struct Epoch {
    std::uint64_t first = 0;  // height of its first block
    std::size_t members = 0;
    ledger::TrustPolicy policy;
  };
  // Every complete node of the tree, as the range announced it.
  class Tree {
   public:
    void append(BytesView entry);
    std::uint64_t size() const { return range_.size(); }
    crypto::Digest node(unsigned level, std::uint64_t index) const { return levels_[level][index]; }
    crypto::Digest root_at(std::uint64_t size) const;

   private:
    crypto::CompactRange range_;
    std::vector<std::vector<crypto::Digest>> levels_;
  };

  // From where a file comes: the folder while an earlier copy is opened, else the node.
  std::expected<std::optional<Bytes>, std::string> held(const std::string& path);
  std::expected<Bytes, std::string> fetch(const std::string& path);
  Done write(const std::string& path, BytesView content);

  Done list_checkpoints();
  Done take_founding();
  Done take_epochs();
  Done find_newest();
  Done take_newest();
  Done take_entries();
  Done take_bundle(const ledger::TileName& name);
  Done take_notes();
  Done check_note(std::uint64_t height, BytesView note);
  std::expected<ledger::TrustPolicy, std::string> take_policy(std::uint64_t epoch);
  std::expected<crypto::Checkpoint, std::string> check_signatures(std::uint64_t height, BytesView note) const;
  Done write_tiles();
  Done fetch_quorum(std::uint64_t height);
  Done fetch_quorums();
  Done fetch_evidence();
  void remove_what_does_not_belong() const;
  std::unexpected<std::string> contradiction(std::string what);

  NodeClient* node_;
  std::filesystem::path folder_;
  bool reading_ = false;                  // the folder's files, not the node's
  std::vector<std::uint64_t> heights_{};  // with a published checkpoint, not copied yet
  std::vector<std::uint64_t> without_votes_{};
  std::uint64_t copied_ = 0;  // the newest height of the copy
  std::uint64_t newest_ = 0;
  bool founded_ = false;
  bool contradicted_ = false;
  crypto::Checkpoint checkpoint_{};
  Bytes newest_note_{};
  std::optional<ledger::Genesis> genesis_{};
  std::vector<Epoch> epochs_{};
  Tree tree_{};
};

}  // namespace quipu::cli
