// SPDX-License-Identifier: Apache-2.0
// Inside the engine only: its whole state and the decisions on it, one file each (proposing, voting, finalizing,
// catch_up, peers; engine.cpp dispatches and settles). R1..R12 are the rules of docs/protocol.md. One thread.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "consensus/block_size.h"
#include "consensus/blocks.h"
#include "consensus/deadlines.h"
#include "consensus/engine.h"
#include "consensus/fetches.h"
#include "consensus/limits.h"
#include "consensus/proofs.h"
#include "consensus/range_fetch.h"
#include "consensus/votes.h"

namespace quipu::consensus {

// A new block of mine, until its view ends.
struct OfferedBlock {
  std::size_t bytes = 0;  // of leaves
  std::int64_t at_us = 0;
};

// What happened in one view besides votes and proofs.
struct ViewNotes {
  std::optional<Proposal> proposal;  // the first one kept, its block moved to the tree
  Subject subject;                   // of `proposal`
  bool proposal_valid = false;       // verified and voted for, or my own
  std::optional<Proposal> mine;      // what I proposed, without block and proofs: they are attached when it is sent
  bool build_asked = false;
  std::optional<OfferedBlock> offered;
};

struct PeerNotes {
  bool up = false;
  bool down = false;               // said so by the host, and silent since
  std::uint32_t turns_missed = 0;  // its last so many turns as a leader were nullified
  std::int64_t distrusted_until_us = INT64_MIN / 2;
  std::int64_t forgiven_us = INT64_MIN / 2;
  bool forged_leaves = false;  // sent leaves that their header does not commit to: asked for blocks no more
  View last_voted;
  std::int64_t settled_sent_us = INT64_MIN / 2;  // R9: at most one a second
  std::int64_t status_sent_us = INT64_MIN / 2;
  std::int64_t answer_sent_us = INT64_MIN / 2;
};

struct PendingSign {
  Ticket after = 0;  // emitted only once this ticket is durable
  Slot slot;
  Subject subject;
};

// A view step to build on.
struct ParentRef {
  View view;
  Height height;
  BlockId block;
};

enum class Relay : bool { kNo, kYes };

// Link proofs of one block, and skipped views in all of them: what an export can tell of it (node/ledger/mirror.h).
inline constexpr std::size_t kLinksPerBlock = 4'096;

// A leader whose turns were nullified so often in a row is not waited for, for so long.
inline constexpr std::uint32_t kTurnsForgiven = 3;
inline constexpr std::int64_t kDistrust_us = 600'000'000;

struct Engine::State {
  State(Config config_in, Restored restored_in);

  // ---- engine.cpp: inputs, settling, deadlines
  void dispatch(Input&& input);
  void on(Received&& input);
  void on(const Tick&);
  void on(const BlockVerdict& input);
  void on(const Persisted& input);
  void on(const Signed& input);
  void on(const Refused& input);
  void on(Built&& input);
  void on(const BuiltNone& input);
  void on(const WorkChanged& input);
  void on(const Committed& input);
  void on(Stop&& input);
  void on(const PeerUp& input);
  void on(const PeerDown& input);
  void restore(Restored&& restored);
  void sign_again();
  void settle();
  void settle_once();
  void enter(View view);  // R1
  bool has_work() const;
  bool awake() const;  // consensus.md 2.7
  bool unfinalized_notarized() const;
  void set_deadlines();
  void set_view_deadlines();
  void fire(Deadline kind);
  void forget(std::vector<BlockId> gone);
  void halt(std::string reason);

  // ---- engine.cpp: small questions
  MemberIndex leader(View view) const;
  bool leading() const { return leader(current) == config.self; }
  bool observing() const { return config.self >= count(); }
  std::size_t count() const { return config.members.size(); }
  // Newest finality known, committed or not.
  View final_view() const;
  Height final_height() const;
  bool notarized_by_me(View view) const;
  bool nullified_by_me(View view) const;
  std::uint64_t backoff_exponent() const;
  std::int64_t due_in(std::int64_t base_ms);
  void emit(Effect effect) { out.push_back(std::move(effect)); }
  void broadcast(Message message);
  void send(PeerId to, Message message);
  void touch() { changed = true; }

  // ---- proofs (engine.cpp): R6
  void form_proofs();
  bool rivals_tip(const QuorumProof& proof) const;
  bool on_proof(QuorumProof proof, bool verified, Relay relay);
  void report_conflict(const QuorumProof& first, const QuorumProof& second);
  void take_proof(PeerId from, QuorumProof proof, Relay relay);
  void size_next_block(const QuorumProof& proof);
  void note_turn(const QuorumProof& proof);
  std::optional<QuorumProof> entry_proof() const;

  // ---- proposing.cpp: R2
  void propose();
  void propose_on(const ParentRef& parent);
  void propose_repeat(const ParentRef& parent);
  void offer(Proposal proposal, const Subject& subject);
  Proposal complete(const Proposal& skeleton) const;
  std::optional<ParentRef> parent_at(View view) const;

  // ---- voting.cpp: R3, R4, R5 and the order Persist -> Sign
  void receive(PeerId from, Proposal&& proposal);
  std::optional<Subject> subject_of(const Proposal& proposal) const;
  void consider_proposal();
  bool ends_epoch(const BlockId& id) const;
  bool fits(const ViewNotes& notes, const ParentRef& parent) const;
  void vote_for(ViewNotes& notes);
  void drop_forged(const BlockId& id);
  void give_up();  // R5
  void skip_hopeless_leader();
  bool hopeless(PeerId who) const;
  bool trusted(const PeerNotes& peer) const;
  bool ask(VoteKind kind, const Subject& subject);
  bool holds_entry(View view) const;
  bool must_persist(VoteKind kind, const Subject& subject) const;
  void persist_for(const Subject& subject, VoteKind kind);
  void release_signs();
  bool synced(const std::optional<std::uint64_t>& persisted_by) const { return persisted_by && *persisted_by <= done; }
  void count_vote(const Vote& vote, Carrier carrier, PeerId from);

  // ---- finalizing.cpp: R7, R8
  void mark_needed();
  void verify_blocks();
  bool may_ask(const KnownBlock& known) const;
  void request_verify(KnownBlock& known, bool check_clock);
  bool is_final_tip(const BlockId& block) const { return block == fin.block; }
  bool parent_ready(const Block& block) const;
  void ask_finalize();
  void commit();
  enum class Chain : std::uint8_t { kReady, kIncomplete, kForked, kDiverged };
  Chain chain_to(const Subject& subject, std::vector<BlockId>& ascending) const;
  void emit_commit(const QuorumProof& finalization, const std::vector<BlockId>& ascending);
  std::map<BlockId, std::vector<LinkProof>> links_below(const QuorumProof& finalization) const;
  std::optional<View> untold_step(const QuorumProof& finalization, const std::vector<BlockId>& ascending) const;

  // ---- catch_up.cpp
  struct Hole {
    BlockId block;
    Height height;
  };
  std::optional<Hole> first_hole(const QuorumProof& proof) const;
  Height settled_height() const { return committing ? committing->height : fin.height; }
  std::vector<HeightRun> missing_runs() const;
  std::vector<Wanted> wanted() const;
  void want_block_chain(const QuorumProof& proof, std::vector<Wanted>& list) const;
  std::optional<View> commit_waits_for(const QuorumProof& finalization) const;
  void want_links(const QuorumProof& finalization, std::vector<Wanted>& list) const;
  bool links_in_vain(View step) const;
  void want_proofs(std::vector<Wanted>& list) const;
  std::vector<PeerId> candidates(const std::vector<MemberIndex>& preferred) const;
  std::vector<PeerId> block_candidates(const std::vector<MemberIndex>& preferred) const;
  void fetch();
  void receive(PeerId from, const ProofRequest& request);
  void receive(PeerId from, ProofResponse&& response);
  void receive(PeerId from, BlockRequest&& request);
  void receive(PeerId from, BlockResponse&& response);
  bool take_blocks(PeerId from, std::vector<Block>&& blocks);
  bool is_named(const BlockId& id) const;
  void take_answer(PeerId from, const HeightRun& request, BlockResponse&& response);
  bool take_run(PeerId from, std::uint64_t first, BlockResponse&& response);
  void take_final(PeerId from, const BlockId& id, FinalizedBlock&& item);
  bool links_good(const BlockId& parent, const BlockId& block, const std::vector<LinkProof>& links) const;

  // ---- recovery.cpp: may this member vote?
  void check_start();
  bool may_vote() const;
  // Not known to stand as high as it may have voted: its answers help nobody who asks.
  bool recovering() const { return asked.abstain_until.value > 0 && current <= asked.abstain_until; }
  Standing standing() const;
  void inquire();
  void take_answer(PeerId from, const Status& status);
  void conclude();
  void examine(PeerId from, const Vote& vote);
  void abstain(View until, std::string why);

  // ---- peers.cpp: R9..R12, status, relay, evidence
  void receive(PeerId from, const Vote& vote);
  void receive(PeerId from, QuorumProof&& proof);
  void receive(PeerId from, Status&& status);
  void receive(PeerId from, const Evidence& evidence);
  template <class ReplicasMessage>
  void receive(PeerId, const ReplicasMessage&) {}
  void relay_proof(const QuorumProof& proof);
  void settle_past(PeerId to, View view);  // R9
  void ask_status(PeerId to);              // R10
  void resend_own();                       // R11
  void wake_others();
  void greet(PeerId to);  // R12
  Status status_for(PeerId to, bool answer_wanted);
  void send_status(PeerId to, bool answer_wanted);
  void send_next_status();
  void report(const Evidence& evidence);
  void blame(PeerId peer, std::size_t checks);
  void compare(const Vote& first, const Vote& second);
  void compare_with_votes(const QuorumProof& proof);
  void compare_with_proofs(const Vote& vote);

  Config config;
  std::vector<MemberIndex> order;
  Instant now;
  Effects out;
  bool changed = false;

  View current{1};
  Tip fin;              // committed; its view may run ahead of the disk's by repeats of the same block
  View committed_view;  // the view of the last Commit
  std::optional<QuorumProof> finalization;  // F of fin.view
  View highest_final;                       // of the F proofs held
  std::optional<Tip> committing;            // handed out, not yet Committed
  std::optional<QuorumProof> committing_proof;
  bool syncing = false;  // a verified F is above what I can commit
  bool halted = false;
  bool epoch_over = false;  // the tip is a handover: the members it names go on, in an engine of their own

  SafetyRecord asked;  // the slot as it will be once every vote asked for is signed
  std::deque<PendingSign> signs;
  Ticket last_ticket = 0;
  Ticket done = 0;

  VotePool votes;
  ProofStore proofs;
  BlockTree blocks;
  std::map<View, ViewNotes> views;  // fin.view < view <= current + 2
  std::set<std::pair<View, VoteKind>> dirty;
  std::vector<PeerNotes> peers;
  FetchTable fetches;
  RangeFetch ranges;
  std::map<Height, BlockId> proven;  // held blocks of fetched runs, final by their hash links to a verified F
  Deadlines deadlines;
  Jitter jitter;
  BlockSize block_size;

  bool ready = false;
  bool was_awake = false;
  bool repeat_awaited = false;
  bool repeat_due = false;
  std::int64_t retry_ms = 0;
  std::int64_t finalize_ms = 0;
  PeerId next_status_peer = 0;
  std::uint64_t nullified_views = 0;
  std::uint64_t evidence_count = 0;

  std::uint64_t question = 0;  // which the peers are asked; 0 = none is open
  std::set<PeerId> answered;
  View start_bound;  // no vote of mine from before the start is above
  std::int64_t inquire_ms = 0;
};

}  // namespace quipu::consensus
