// SPDX-License-Identifier: Apache-2.0
// The replica's insides, shared by its own files only: replica.cpp (dispatch), intake.cpp (submissions on their way
// in), execution.cpp (blocks: built, verified, committed), dissemination.cpp (offers, requests, expiry), epochs.cpp
// (members come and go, guests, peers in other epochs).
#pragma once

#include <deque>
#include <map>
#include <set>

#include "consensus/limits.h"
#include "node/replica/admission.h"
#include "node/replica/chain.h"
#include "node/replica/conduct.h"
#include "node/replica/cosigning.h"
#include "node/replica/mempool.h"
#include "node/replica/proposer.h"
#include "node/replica/references.h"
#include "node/replica/replica.h"

namespace quipu::replica {

using SharedSubmission = std::shared_ptr<const ledger::Submission>;

using Item = VerifySubmissions::Item;

// Ids of the newest final submissions, so that what a slow peer still offers is not fetched again. Bounded.
class RecentFinals {
 public:
  void add(const crypto::Digest& id) {
    if (!ids_.insert(id).second) return;
    order_.push_back(id);
    if (order_.size() <= limits::kRecentFinals) return;
    ids_.erase(order_.front());
    order_.pop_front();
  }
  bool contains(const crypto::Digest& id) const { return ids_.contains(id); }

 private:
  std::set<crypto::Digest> ids_;
  std::deque<crypto::Digest> order_;
};

// Leaves whose signatures are being checked outside.
struct Checking {
  std::optional<std::uint64_t> request;  // from our own API: to be answered
  std::vector<Item> items;
  std::optional<PeerId> from{};  // a peer vouches for them; a proposal's are its block's business
};

// A block on its way to a verdict.
struct Verifying {
  consensus::Block block;
  bool check_clock = false;
  std::vector<Item> items;             // its submissions and the keys that must have signed them
  std::set<crypto::Digest> unchecked;  // ids whose signatures are still being checked
};

struct Replica::State {
  State(Config config, Restored restored);

  // dispatch (replica.cpp)
  void handle(Received& input);
  void handle(Submitted& input);
  void handle(Tick&);
  void handle(SubmissionsVerified& input);
  void handle(Persisted& input) { engine_inputs.emplace_back(consensus::Persisted{input.ticket}); }
  void handle(Signed& input) {
    engine_inputs.emplace_back(consensus::Signed{input.slot, input.subject, input.signature});
  }
  void handle(Refused& input) { engine_inputs.emplace_back(consensus::Refused{input.slot, input.subject, input.why}); }
  void handle(Committed& input);
  void handle(Cosigned& input);
  void handle(PeerUp& input);
  void handle(PeerDown& input);
  void run_engine();
  void take(consensus::Effects effects);
  void send(PeerId to, const consensus::Message& message);
  void broadcast(const consensus::Message& message);
  void blame(PeerId peer, std::size_t checks);
  template <class M>
  void about_records(PeerId from, M message) {
    out.emplace_back(AboutRecords{from, std::move(message)});
  }
  void take_cosignature(PeerId from, const consensus::CosignatureMessage& message);

  // effects of the engine (replica.cpp, execution.cpp, naming.cpp)
  void on(consensus::Send& effect);
  void on(consensus::Broadcast& effect);
  void on(consensus::RequestBuild& effect);
  void on(consensus::RequestVerify& effect);
  void on(consensus::Commit& effect);
  void on(consensus::Forget& effect) { chain.forget(effect.blocks); }
  void on(consensus::Persist& effect) { out.emplace_back(std::move(effect)); }
  void on(consensus::Sign& effect) { out.emplace_back(effect); }
  void on(consensus::Serve& effect) { out.emplace_back(std::move(effect)); }
  void on(consensus::ReportEvidence& effect) { out.emplace_back(std::move(effect)); }
  void on(const consensus::Blame& effect) { blame(effect.peer, effect.checks); }
  void on(consensus::Halt& effect);
  void on(consensus::Abstain& effect) { out.emplace_back(std::move(effect)); }

  // submissions on their way in (intake.cpp)
  void receive_leaves(PeerId from, std::vector<Bytes> leaves);
  std::optional<Item> wanted(PeerId from, BytesView leaf);
  bool from_the_future(const ledger::Submission& submission) const;
  std::string unable() const;
  void admit(const Submitted& input);
  std::optional<Answer> refuse_at_once(const ledger::Submission& submission, const crypto::PublicKey& key);
  void admit_verified(const Item& item, std::optional<std::uint64_t> request);
  std::optional<Answer> not_ready_for(const Item& item) const;
  std::optional<Answer> refused_by_rules(const Item& item);
  void keep(const Item& item, bool our_own);
  void verify(Checking checking);
  void take_verified(const SubmissionsVerified::Batch& verified);
  void gossip();

  // blocks (execution.cpp)
  void start_verifying(Verifying verifying);
  bool collect_submissions(Verifying& verifying, const ledger::Position& parent) const;
  void signature_checked(const crypto::Digest& id, bool valid);
  void execute(Verifying verifying);
  void keep_in_pool(const Verifying& verifying);
  void verdict(const consensus::BlockId& block, consensus::Verdict verdict, std::uint64_t block_time_ms);
  void accept(const ledger::ExecutedBlock& executed);
  void wake_children(const consensus::BlockId& parent);
  bool clock_allows(const Verifying& verifying, std::uint64_t block_time_ms);
  void settle_submission(const SharedSubmission& submission, consensus::Height height, std::uint64_t index,
                         std::uint64_t block_time_ms);
  void finish_commit(const consensus::Tip& tip);
  void reject(const std::vector<RejectedSubmission>& rejected);

  // proposals by reference (naming.cpp)
  void receive_proposal(PeerId from, consensus::Proposal proposal);
  void leaf_came(const crypto::Digest& id, const Bytes& leaf);
  void ask_for_missing();
  const Bytes* leaf_here(const crypto::Digest& id) const;

  // spreading and forgetting (dissemination.cpp)
  void offer_old();
  void expire_old();
  void answer_request(PeerId from, const consensus::SubmissionRequest& request);
  void ask_for_unknown(PeerId from, const consensus::SubmissionOffer& offer);
  void plan_sweep();

  // members come and go (epochs.cpp)
  const consensus::MemberSet& members() const { return membership->members; }
  bool observing() const { return config.self >= members().size(); }
  // The next block here is of the epoch that this replica lives in.
  bool lives_on(const ledger::Position& position) const { return position.membership->epoch == membership->epoch; }
  bool is_guest(PeerId peer) const { return peer >= members().size(); }
  void receive_guest(PeerId from, consensus::Message message);
  std::uint32_t newest_known() const;
  std::string outgrown() const;
  void tell_guests();
  void receive_other_epoch(const Received& input);
  bool tells_again(PeerId peer);
  void end_epoch();

  const ledger::Position& tip_position() const;
  void refresh_readiness();
  // What is ready stays ready when more comes in.
  void pool_grew() { pool_changed = pool_changed || !ready; }
  std::uint64_t likely_block_time_ms(const ledger::Position& parent) const;
  void announce(const crypto::Digest& id, Phase phase, std::optional<ledger::Rejection> rejection = std::nullopt);

  Config config;
  std::shared_ptr<const ledger::Membership> membership;  // whose epoch this replica lives in
  consensus::Scope scope;
  consensus::Engine engine;
  Chain chain;
  Mempool pool;
  RecentFinals finals;
  AdmissionCheck admission;
  Cosigning cosigning;
  Conduct conduct;
  Hearsay hearsay;
  References references;

  Instant now;
  Effects out;
  std::deque<consensus::Input> engine_inputs;

  Ticket next_ticket = 1;
  std::map<Ticket, Checking> checking;
  std::vector<SharedSubmission> to_gossip;  // taken from our own API in this step
  std::set<crypto::Digest> in_check;        // leaf ids under way, so that the same leaf is never verified twice
  std::map<consensus::BlockId, Verifying> waiting_for_leaves;
  std::multimap<consensus::BlockId, Verifying> waiting_for_parent;  // by parent id
  std::deque<consensus::Tip> committing;
  std::map<PeerId, std::int64_t> next_answer_us;  // when a peer's next request for submissions is answered
  bool ready = false;
  bool pool_changed = true;
  consensus::BlockId tip_of_readiness;
  bool halted = false;
  bool ended = false;  // the epoch, and with it all there is to do here
  std::set<PeerId> guests;
  consensus::Height guests_know;
  std::map<PeerId, std::int64_t> told_us;  // when a peer in another epoch was last told what ended its own
  std::optional<std::int64_t> sweep_us;
};

}  // namespace quipu::replica
