// SPDX-License-Identifier: Apache-2.0
// One whole node but its I/O: consensus engine, pool of submissions, proposer, ledger execution, cosigning. Pure and
// deterministic: one input in, ordered effects out; one thread at a time. The simulator and quipud run this same code.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "consensus/engine.h"
#include "consensus/limits.h"
#include "node/ledger/block.h"
#include "node/ledger/genesis.h"
#include "node/replica/hearsay.h"

namespace quipu::replica {

using consensus::Instant;
using consensus::PeerId;
using consensus::Ticket;

struct Config {
  ledger::Genesis genesis;
  // Among the members of the tip's epoch; their number: an observer, who follows and signs nothing.
  consensus::MemberIndex self = 0;
  consensus::Timing timing;
  std::uint64_t jitter_seed = 0;
  crypto::VerifyFunction verify = &crypto::verify;
  std::size_t inline_block_bytes = limits::kInlineBlockBytes;  // larger blocks are proposed by reference
  std::uint32_t newest_protocol_version = UINT32_MAX;          // to take part in, of those that the program knows
};

// What a restart finds on disk.
struct Restored {
  consensus::Restored consensus;
  ledger::Position committed;  // the finalized tip, its state a snapshot
};

// ---- inputs
// Peers are the other members by their index. Beyond the members' number stand guests: nodes that follow without a
// vote, who are told what is final and served what they ask for, and heard in nothing else.
struct Received {
  PeerId from = 0;
  Bytes frame;
};  // undecoded: the replica refuses what is not in form
struct Submitted {
  std::uint64_t request = 0;
  Bytes leaf;
};  // from this node's own API; answered by Answer{request}
struct Tick {};
// Answers to one or several VerifySubmissions; what they bring in goes out to the peers together.
struct SubmissionsVerified {
  struct Batch {
    Ticket ticket = 0;
    std::vector<bool> valid;  // in the order asked
  };
  std::vector<Batch> batches;
};
struct Persisted {
  Ticket ticket = 0;
};
struct Signed {
  consensus::Slot slot;
  consensus::Subject subject;
  crypto::Signature signature;
};
struct Refused {
  consensus::Slot slot;
  consensus::Subject subject;
  std::string why;
};
struct Committed {
  consensus::Height height;
  std::shared_ptr<const ledger::StateView> state;
};  // newest snapshot
struct Cosigned {
  std::uint64_t size = 0;
  crypto::Digest root;
  std::uint64_t time_s = 0;
  crypto::Signature signature;
};
struct PeerUp {
  PeerId peer = 0;
};
struct PeerDown {
  PeerId peer = 0;
};
using Input = std::variant<Received, Submitted, Tick, SubmissionsVerified, Persisted, Signed, Refused, Committed,
                           Cosigned, PeerUp, PeerDown>;

// ---- effects, in order
using consensus::Abstain;
using consensus::Halt;
using consensus::Persist;
using consensus::ReportEvidence;
using consensus::Serve;
using consensus::Sign;
struct Send {
  PeerId to = 0;
  std::shared_ptr<const Bytes> frame;
  consensus::Class queue = consensus::Class::kVotes;
};
struct Broadcast {
  std::shared_ptr<const Bytes> frame;
  consensus::Class queue = consensus::Class::kVotes;
};
struct ExpectAnswer {
  PeerId from = 0;
};  // the request just sent may be answered by a large frame
// Check these COSE signatures, each with the key named; on any thread; answer SubmissionsVerified.
struct VerifySubmissions {
  Ticket ticket = 0;
  struct Item {
    std::shared_ptr<const ledger::Submission> submission;
    crypto::PublicKey key;
  };
  std::vector<Item> items;
};
// A peer is in an epoch that is over: it gets what ended that epoch, and if it asks for blocks of it, those.
struct ServeEarlier {
  PeerId to = 0;
  consensus::Epoch epoch;
  std::optional<consensus::BlockRequest> request;  // of heights
};
struct CommittedBlock {
  std::shared_ptr<const ledger::ExecutedBlock> executed;
  std::vector<consensus::LinkProof> links;
};
// A member asks for side records, or sends some: the exchange's business (node/side).
struct AboutRecords {
  PeerId from = 0;
  std::variant<consensus::RecordRequest, consensus::RecordResponse> message;
};
// One synced batch, then the tip into the safety slot, then answer Committed.
struct Commit {
  std::vector<CommittedBlock> blocks;
  consensus::QuorumProof finalization;
  consensus::Tip tip;
  std::vector<consensus::Vote> votes;
};
// Read the block's leaves back from disk, recompute the root, and only if it is this one sign with the cosigner key.
struct Cosign {
  std::uint64_t size = 0;
  crypto::Digest root;
  std::uint64_t time_s = 0;
};
// A quorum has cosigned: build the note (log line, then these in member order), keep it, serve it.
struct PublishCheckpoint {
  consensus::Height height;
  std::uint64_t size = 0;
  crypto::Digest root;
  struct Line {
    consensus::MemberIndex member = 0;
    std::uint64_t time_s = 0;
    crypto::Signature signature;
  };
  std::vector<Line> lines;
};

enum class Phase : std::uint8_t { kPending, kFinal, kRejected, kExpired };
struct Outcome {
  crypto::Digest id;
  Phase phase = Phase::kPending;
  consensus::Height height;
  std::uint64_t index = 0;
  std::uint64_t block_time_ms = 0;
  std::optional<ledger::Rejection> rejection;
};
// A submission's state changed. kFinal comes only in the step that takes Committed.
struct Changed {
  Outcome outcome;
};
enum class Admission : std::uint8_t { kAccepted, kRejected, kSequence, kTooLarge, kBusy, kUnavailable };
struct Answer {
  std::uint64_t request = 0;
  Admission admission = Admission::kAccepted;
  crypto::Digest id;
  std::optional<ledger::Rejection> rejection;  // kRejected, kSequence
  std::optional<crypto::Digest> holder;        // kSequence, while the holder is pending here
  std::string why;                             // kBusy, kUnavailable
};
// It has sent too much that is false: its connection ends, and it is not let in again for a while.
struct KeepOut {
  PeerId peer = 0;
};
// The tip is a handover, and durable: this replica does nothing more. An epoch begins as a restart does, with a replica
// made from what the disk holds; these leaves were not final yet and are to be submitted to that one.
struct EpochEnded {
  std::vector<Bytes> pending;
};
using Effect = std::variant<Persist, Sign, Send, Broadcast, ExpectAnswer, VerifySubmissions, Serve, Commit, Cosign,
                            PublishCheckpoint, Changed, Answer, KeepOut, ReportEvidence, Halt, Abstain, ServeEarlier,
                            EpochEnded, AboutRecords>;
using Effects = std::vector<Effect>;

struct Status {
  consensus::Epoch epoch;
  consensus::EngineStatus engine;
  std::size_t pool = 0;
  std::size_t pool_bytes = 0;
  std::uint64_t block_time_ms = 0;
  // The q-th newest cosignature time of a checkpoint at the tip; nothing until a quorum has cosigned it.
  std::optional<std::uint64_t> cosigned_s;
  std::vector<PeerNews> peers;         // by member
  std::vector<std::uint64_t> rejects;  // what was false of what each sent, by member; after them of all guests together
};

class Replica {
 public:
  Replica(Config config, Restored restored);
  ~Replica();

  // Once, before the first step.
  Effects start(Instant now);
  Effects step(Input input, Instant now);
  std::optional<std::int64_t> next_deadline_us() const;

  Status status() const;
  // Next sequence of the key counting what is pending here.
  std::uint64_t next_sequence(const std::string& administration, const crypto::PublicKey& key) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::replica
