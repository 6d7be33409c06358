// SPDX-License-Identifier: Apache-2.0
// What the HTTP routes ask of a running node. node/runtime implements it; tests hand in a small one of their own.
// Every member may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/ledger/genesis.h"
#include "node/ledger/ledger_reader.h"
#include "node/ledger/submission.h"

namespace quipu::http {

enum class SubmissionPhase : std::uint8_t { kUnknown, kPending, kFinal, kRejected, kExpired };

struct SubmissionState {
  SubmissionPhase phase = SubmissionPhase::kUnknown;
  std::uint64_t height = 0;         // kFinal, kRejected
  std::uint64_t index = 0;          // kFinal: leaf index
  std::uint64_t block_time_ms = 0;  // kFinal
  std::optional<ledger::Rejection> rejection;
};

struct SubmitAnswer {
  enum class Kind : std::uint8_t {
    kAccepted,      // 202; also for one already pending or final: the same bytes again are fine
    kRejected,      // 422 by the rules, or 400 form
    kSequence,      // 409, with the holder of the sequence number: pending here, or final
    kTooLarge,      // 413
    kBusy,          // 429: the pool is full for this administration; send again later
    kNotAccepting,  // 503: nothing is taken now, and this was not
    kUnavailable,   // 503: the node stops or another epoch begins, and it may have been taken
    kReadOnly,      // 403: this node only follows
  };
  Kind kind = Kind::kAccepted;
  crypto::Digest id;
  std::optional<ledger::Rejection> rejection;  // kRejected, kSequence
  std::optional<crypto::Digest> holder;
  std::string why;  // kBusy, kNotAccepting, kUnavailable, kReadOnly
};

struct PeerSummary {
  std::string code;
  bool up = false;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  // As it says itself; nothing: it has not, or not of late.
  std::optional<std::uint64_t> height{};
  std::optional<std::int64_t> clock_offset_ms{};  // by how much this node's clock is ahead of its
  std::optional<std::uint16_t> newest_protocol_version{};
};

// Where a follower gets the ledger from.
struct SourceSummary {
  std::string url;
  std::string state;   // good, away, behind, lies, forked, newer; empty: not asked yet
  std::string detail;  // of a fault
};

struct NodeStatus {
  std::string administration;
  std::string version;
  std::uint64_t epoch = 0;
  std::uint32_t protocol_version = 0;         // of the epoch
  std::uint32_t newest_protocol_version = 0;  // that this node takes part in
  std::uint64_t view = 0;
  std::string leader;
  bool awake = false;
  bool syncing = false;
  bool halted = false;
  bool draining = false;   // its operator has said so: it takes no submissions
  std::string sign_state;  // good, checking, recovering, stopped (consensus::Standing); observing: no vote
  std::size_t pool = 0;
  std::size_t members = 0;
  std::size_t quorum = 0;
  std::uint64_t nullified_views = 0;
  std::uint64_t evidence = 0;
  // Age of the newest state: now minus the q-th newest cosignature time at this height or later, else minus block time.
  std::int64_t age_ms = 0;
  std::optional<std::int64_t> clock_offset_ms;  // by how much this node's clock is ahead of the median of its peers'
  std::vector<PeerSummary> peers;               // all other members
  std::vector<SourceSummary> sources;           // of a follower alone, which has no peers
};

class Doorkeeper;
class RecordDesk;
class SigningDesk;

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const ledger::Genesis& genesis() const = 0;
  virtual std::shared_ptr<const ledger::LedgerReader> reader() const = 0;
  virtual NodeStatus status() const = 0;
  // NodeStatus::age_ms alone: every look-up asks, so override it when the whole status costs more.
  virtual std::int64_t age_ms() const { return status().age_ms; }
  // Unix time, to tell whether a `known_at` lies in the future and what today is. By default the system's clock.
  virtual std::uint64_t now_ms() const;
  // `done` may run on another thread.
  virtual void submit(Bytes leaf, std::function<void(SubmitAnswer)> done) = 0;
  virtual SubmissionState submission(const crypto::Digest& id) const = 0;
  // The next sequence number counting what is pending here. `final_next` is in the state.
  virtual std::uint64_t next_sequence(const std::string& administration, const crypto::PublicKey& key) const = 0;
  virtual std::string metrics() const = 0;  // Prometheus text
  // nullptr: everybody may ask for everything.
  virtual Doorkeeper* doorkeeper() { return nullptr; }
  // nullptr: this node keeps no side records.
  virtual RecordDesk* record_desk() { return nullptr; }
  // nullptr: this node keeps no issuer key.
  virtual SigningDesk* signing_desk() { return nullptr; }
};

}  // namespace quipu::http
