// SPDX-License-Identifier: Apache-2.0
// One consistent state of the ledger as readers need it: look-ups, proofs, the mirror. Implemented over storage by
// node/host. Immutable; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "consensus/message.h"
#include "consensus/quorum_proof.h"
#include "consensus/types.h"
#include "crypto/merkle.h"
#include "crypto/status_map.h"
#include "node/ledger/calendar.h"
#include "node/ledger/mirror.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct BlockSummary {
  consensus::Height height;
  consensus::BlockId block;
  std::string proposer;
  std::uint64_t block_time_ms = 0;
  std::uint64_t first_index = 0;
  std::uint64_t tree_size = 0;  // after the seal
  crypto::Digest tree_root;
  consensus::Epoch epoch;  // whose members voted on it
  bool handover = false;   // the last one of its epoch
};

struct LeafLocation {
  std::uint64_t index = 0;
  consensus::Height height;
};

class LedgerReader {
 public:
  virtual ~LedgerReader() = default;
  virtual BlockSummary newest() const = 0;
  virtual std::optional<BlockSummary> block(consensus::Height height) const = 0;
  // The last block with block time <= time_ms; nothing before the genesis.
  virtual std::optional<BlockSummary> block_at_time(std::uint64_t time_ms) const = 0;
  // The state as known at a height; the newest without one.
  virtual std::shared_ptr<const StateView> state(std::optional<consensus::Height> known_at) const = 0;
  virtual std::optional<Bytes> leaf(std::uint64_t index) const = 0;
  virtual std::vector<Bytes> leaves(std::uint64_t first, std::uint64_t end) const = 0;
  virtual std::optional<LeafLocation> find(const crypto::Digest& leaf_hash) const = 0;
  virtual crypto::Digest node(unsigned level, std::uint64_t index) const = 0;  // complete nodes only
  virtual std::vector<consensus::LinkProof> links(consensus::Height height) const = 0;
  // Published checkpoint notes, by the height of their block. newest_note: the one `checkpoint` serves.
  virtual std::optional<Bytes> note(consensus::Height height) const = 0;
  virtual std::optional<consensus::Height> newest_note() const = 0;
  virtual std::vector<consensus::Height> note_heights(consensus::Height from, std::size_t most) const = 0;
  virtual std::vector<EvidenceFile> evidence() const = 0;
  // The status map behind the seal of a height, its root computed: at least of the newest published checkpoint's, once
  // that was published while the node ran.
  virtual std::optional<crypto::StatusMap> map(consensus::Height height) const = 0;
  // Keys of the certificates that have such entries as known at a height. False: this ledger has no index of them, and
  // none was named.
  using EachCertificate = std::function<void(const MapKey& certificate)>;
  virtual bool calendar(const CalendarRange& range, consensus::Height known_at, const EachCertificate& each) const = 0;
};

}  // namespace quipu::ledger
