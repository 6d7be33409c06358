// SPDX-License-Identifier: Apache-2.0
// Making and re-making blocks: the proposer and every voter run this same code and must reach the same bytes. Pure; a
// builder belongs to one thread, a Position is an immutable value.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "consensus/types.h"
#include "crypto/merkle.h"
#include "crypto/status_map.h"
#include "node/ledger/genesis.h"
#include "node/ledger/membership.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/state_view.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

// Where a block ends and the next one starts.
struct Position {
  consensus::Height height;
  consensus::BlockId block;
  std::uint64_t block_time_ms = 0;
  crypto::CompactRange tree;
  crypto::StatusMap map;
  std::shared_ptr<const StateView> state;
  std::shared_ptr<const Membership> membership;  // of the block that comes next
  bool handover = false;                         // the block here ended its epoch
};

// Of a submission that would be the first of a block on this position.
Origin next_origin(const Genesis& genesis, const Position& position, std::uint64_t block_time_ms);

// A seal's fields, decoded.
struct SealInfo {
  std::string chain_id;
  consensus::Height height;
  consensus::Epoch epoch;
  std::string proposer;
  std::uint64_t block_time_ms = 0;
  std::uint64_t first_index = 0;
  std::uint32_t submissions = 0;
  std::uint64_t previous_size = 0;
  crypto::Digest previous_root;
  crypto::Digest state_root;
  crypto::Digest membership_hash;
  std::uint32_t protocol_version = 0;
};
Bytes encode_seal_leaf(const SealInfo& seal);  // "quipu-seal-v1" 00 || canonical Seal
std::expected<SealInfo, std::string> decode_seal_leaf(BytesView leaf);
bool is_seal_leaf(BytesView leaf);
Bytes genesis_leaf(const consensus::ChainId& chain);  // "quipu-genesis-v1" 00 || chain

// The outcome of running a block.
struct ExecutedBlock {
  consensus::Block block;
  std::string proposer;
  std::uint64_t first_index = 0;
  std::vector<crypto::Digest> leaf_hashes;
  std::vector<std::pair<MapKey, Bytes>> changes;  // ascending by key
  Position after;                                 // its state is an overlay on the parent's
};

ExecutedBlock genesis_block(const Genesis& genesis);

class BlockBuilder {
 public:
  // `block_time_ms` must exceed the parent's, `proposer` vote in the parent's membership.
  BlockBuilder(const Genesis& genesis, const Position& parent, std::string proposer, std::uint64_t block_time_ms);
  ~BlockBuilder();
  // Runs the rules; on rejection nothing has changed. Does not verify the signature: the caller did.
  std::expected<void, Rejection> add(const Submission& submission);
  // A submission has ended the epoch: the block is a handover and takes no other (add: kEpochEnded).
  bool closed() const;
  std::size_t size() const;
  std::size_t leaf_bytes() const;
  // Requires size() >= 1.
  ExecutedBlock seal() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs a block proposed or fetched and compares every byte that follows from it. `submissions` are the decoded leaves
// of the block but its seal, in order, signatures already verified. The error says what differs.
std::expected<ExecutedBlock, Rejection> execute_block(const Genesis& genesis, const Position& parent,
                                                      const consensus::Block& block,
                                                      std::span<const std::shared_ptr<const Submission>> submissions);
// The same of a block known by its leaves alone, as a log holds it: its header follows from them and the parent.
std::expected<ExecutedBlock, Rejection> replay_block(const Genesis& genesis, const Position& parent,
                                                     const std::vector<Bytes>& leaves,
                                                     std::span<const std::shared_ptr<const Submission>> submissions);

}  // namespace quipu::ledger
