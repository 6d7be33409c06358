// SPDX-License-Identifier: Apache-2.0
// Simplex consensus as a pure state machine (docs/protocol.md): one input in, ordered effects out. No clock,
// randomness, I/O or threads inside; one thread at a time may call it. Equal inputs give equal effects.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consensus/guard.h"
#include "consensus/limits.h"
#include "consensus/members.h"
#include "consensus/message.h"
#include "consensus/quorum_proof.h"
#include "consensus/types.h"

namespace quipu::consensus {

// A peer is a voting member, by index.
using PeerId = MemberIndex;
using Ticket = std::uint64_t;

// All durations of the protocol (consensus.md 2.8, 2.14), before back-off.
struct Timing {
  std::int64_t propose_ms = 1'200;
  std::int64_t advance_ms = 1'800;  // on top of propose_ms
  std::int64_t retry_ms = 2'000;
  std::int64_t finalize_ms = 2'000;
  std::int64_t repeat_ms = 1'000;
  std::int64_t retry_cap_ms = 30'000;
  std::int64_t backoff_cap_ms = 60'000;
  std::int64_t fetch_ms = 500;
  std::int64_t fetch_cap_ms = 30'000;
  std::int64_t status_ms = 30'000;
  static Timing wide_area() { return {}; }
  static Timing local();  // every duration divided by ten, but status
};

struct Config {
  Scope scope{};
  MemberSet members;
  MemberIndex self = 0;  // members.size(): an observer, who follows and signs nothing
  Timing timing{};
  std::uint64_t jitter_seed = 0;  // the only source of jitter
  crypto::VerifyFunction verify = &crypto::verify;
};

// What a restart finds on disk (consensus.md 2.6). For a new chain: the genesis block as the tip, everything else
// empty.
struct Restored {
  SafetyRecord record{};
  Tip finalized{};
  std::optional<QuorumProof> finalization{};  // F of finalized.view
  std::vector<QuorumProof> proofs{};          // of views above finalized.view
  std::vector<Block> blocks{};                // unfinalized ones
  std::vector<Vote> votes{};                  // each member's highest
};

// ---- inputs
struct Received {
  PeerId from = 0;
  Message message{};
};
struct Tick {};
// kLater: ask again when the clock has moved on. kForged: these are not the leaves that the header commits to, which
// says nothing about the block: its body is to be had elsewhere.
enum class Verdict : std::uint8_t { kValid, kInvalid, kLater, kForged };
struct BlockVerdict {
  BlockId block{};
  Verdict verdict = Verdict::kInvalid;
  std::int64_t block_time_ms = 0;
  std::optional<MemberIndex> proposer{};  // whom a valid block names as its maker, where the ledger has such a thing
};
struct Persisted {
  Ticket ticket = 0;
};
struct Signed {
  Slot slot{};
  Subject subject{};
  crypto::Signature signature{};
};
struct Refused {
  Slot slot{};
  Subject subject{};
  std::string why{};
};
struct Built {
  View view{};
  Block block{};
  std::int64_t block_time_ms = 0;
};
struct BuiltNone {
  View view{};
};
struct WorkChanged {
  bool ready = false;
};  // the pool holds a submission that is valid on the notarized tip
struct Committed {
  Height height{};
};
// This member must take no part from here on; what is final it keeps serving. Answered by Halt.
struct Stop {
  std::string why{};
};
struct PeerUp {
  PeerId peer = 0;
};
struct PeerDown {
  PeerId peer = 0;
};
using Input = std::variant<Received, Tick, BlockVerdict, Persisted, Signed, Refused, Built, BuiltNone, WorkChanged,
                           Committed, Stop, PeerUp, PeerDown>;

// ---- effects, to be carried out in order
// Make durable before any later effect of this or a later step is carried out, then answer Persisted{ticket}. Votes
// ride along: a member's highest of each kind, in the place of an earlier one, kept until its epoch is over.
struct Persist {
  Ticket ticket = 0;
  std::vector<Block> blocks{};
  std::vector<QuorumProof> proofs{};
  std::vector<Vote> votes{};
};
// Through Signer: guard, slot written and synced, then the signature. Answer Signed or Refused.
struct Sign {
  Slot slot{};
  Subject subject{};
};
struct Send {
  PeerId to = 0;
  Message message{};
};
struct Broadcast {
  Message message{};
};
// A block for this view on that parent, or none. `most_bytes` of leaves, or a single submission that is longer.
struct RequestBuild {
  View view{};
  BlockId parent{};
  std::size_t most_bytes = limits::kBlockLeafBytes;
};
// Does the ledger accept this block on its parent? First of all: do its leaves give the header's tree? `check_clock`:
// is its time near enough to vote for (first vote only)?
struct RequestVerify {
  Block block{};
  bool check_clock = false;
};
// Read from disk what a peer asked for and send it: finalized heights, or ids not in memory. Bounded by limits.
struct Serve {
  PeerId to = 0;
  BlockRequest request{};
};
struct FinalBlock {
  Block block{};
  std::vector<LinkProof> links{};
};
// One synced batch with all that follows from these blocks, then the tip into the slot, then answer Committed.
struct Commit {
  std::vector<FinalBlock> blocks{};
  QuorumProof finalization{};
  Tip tip{};
  std::vector<Vote> votes{};  // as in Persist
};
// Unfinalized blocks that are held no longer: what was kept about them may go. Should one be notarized after all, it is
// fetched and verified anew.
struct Forget {
  std::vector<BlockId> blocks{};
};
struct ReportEvidence {
  Evidence evidence{};
};
// What this peer sent cost so many signature checks and was false: no honest member sends such a thing. The host meters
// it and, when there is too much of it, keeps the peer out for a while.
struct Blame {
  PeerId peer = 0;
  std::size_t checks = 0;
};
struct Halt {
  std::string reason{};
};  // FORK, DIVERGED or what Stop said: stop voting for good, keep serving
// The safety record does not tell all that was signed under this member's key. Put this bar into it before any later
// effect, and tell the operator.
struct Abstain {
  View until{};
  std::string why{};
};
using Effect = std::variant<Persist, Sign, Send, Broadcast, RequestBuild, RequestVerify, Serve, Commit, Forget,
                            ReportEvidence, Blame, Halt, Abstain>;
using Effects = std::vector<Effect>;

// Whether this member may vote, as far as its sign state goes.
enum class Standing : std::uint8_t {
  kGood,
  kChecking,    // asks the others, at every start, what they hold of its votes
  kRecovering,  // its safety file was lost or put back: it abstains up to a view that the others named, or will name
  kStopped,     // another process signs with its key
};
std::string_view to_string(Standing standing);

// What operators see; no decision is taken on it.
struct EngineStatus {
  View current{};
  Tip finalized{};
  MemberIndex leader = 0;
  bool awake = false;
  bool syncing = false;
  bool halted = false;
  Standing standing = Standing::kGood;
  std::uint64_t nullified_views = 0;
  std::uint64_t evidence = 0;
  std::size_t blocks_held = 0;  // above the committed one
  std::size_t bytes_held = 0;   // of their leaves
};

class Engine {
 public:
  Engine(Config config, Restored restored);
  ~Engine();
  Engine(Engine&&) noexcept;

  // What the slot shows above the finalized view is signed again and counted: call once, before the first step.
  Effects start(Instant now);
  Effects step(Input input, Instant now);
  // Steady time of the next deadline in microseconds; nothing when dormant. The host then steps with Tick.
  std::optional<std::int64_t> next_deadline_us() const;

  // Proves the finalized tip; nothing for the block that the epoch starts from.
  const std::optional<QuorumProof>& finalization() const;
  // The block to build on: of the highest notarized view, else the finalized one.
  BlockId notarized_tip() const;
  // Of the highest verified finalization, committed here or not.
  Height known_final() const;
  EngineStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quipu::consensus
