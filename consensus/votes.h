// SPDX-License-Identifier: Apache-2.0
// The vote pool: three slots per view and member, tallies that check signatures only when a quorum is in reach, and the
// contradictions that prove a member guilty. One thread; no I/O.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "consensus/members.h"
#include "consensus/message.h"
#include "consensus/quorum_proof.h"
#include "crypto/signature.h"

namespace quipu::consensus {

// Who brought a vote. The signer's own channel vouches for it until a quorum is in reach; anybody else's word is
// checked first, so that nobody can block another's slot with junk.
enum class Carrier : std::uint8_t { kSigner, kOther, kSelf };

class VotePool {
 public:
  VotePool(const Scope& scope, const MemberSet& members, crypto::VerifyFunction verify);

  struct Added {
    bool stored = false;                 // new in its slot, or put in the place of one that failed
    bool bad_signature = false;          // the carrier is to blame
    std::optional<Evidence> evidence{};  // once per signer, view and kind of contradiction
  };
  // Bounds on the view are the caller's. A verified vote is never overwritten.
  Added add(const Vote& vote, Carrier carrier);

  // Verifies what it must and returns a proof once q members voted for one subject; votes that fail are dropped.
  std::optional<QuorumProof> form(VoteKind kind, View view);

  // The vote in a slot, checked or not.
  std::optional<Vote> find(View view, MemberIndex signer, VoteKind kind) const;
  // The same, but checked now if nobody did; one that fails is dropped.
  std::optional<Vote> find_proven(View view, MemberIndex signer, VoteKind kind);
  // True when the slot holds exactly this vote and its signature was checked.
  bool holds_verified(const Vote& vote) const;
  // Distinct members with any vote in views at or above.
  std::size_t others_voting_from(View first, MemberIndex self) const;
  // One vote each of at most `most` such members, checked; those that fail are dropped.
  std::vector<Vote> proven_votes_from(View first, MemberIndex self, std::size_t most);
  // A member's votes in views above `after`, ascending, at most `most`, the newest.
  std::vector<Vote> votes_of(MemberIndex signer, View after, std::size_t most) const;
  // Of each kind the highest that was ever added, checked; those that fail are dropped.
  std::vector<Vote> highest_votes_of(MemberIndex signer);
  // The highest votes that no call returned before: to be kept, for restore_highest().
  std::vector<Vote> take_unkept();
  void restore_highest(const std::vector<Vote>& kept);
  // Would convict() count it? Signatures are not looked at.
  bool is_news(const Evidence& evidence) const;
  // Counts a contradiction found elsewhere; false when it was reported before or the signer's share of the evidence
  // kept is used up. Never forgotten: who was convicted once would be so again and again.
  bool convict(const Evidence& evidence);
  std::size_t convictions(MemberIndex signer) const;

  // Whose votes, taken on their own word, turned out to be false since the last call: how many of each.
  std::map<MemberIndex, std::size_t> take_false_votes() { return std::exchange(false_votes_, {}); }

  void forget_through(View view);

 private:
  struct Kept {
    Subject subject{};
    crypto::Signature signature{};
    bool verified = false;
  };
  using Slots = std::array<std::optional<Kept>, 3>;
  using Convicted = std::tuple<MemberIndex, View, VoteKind, VoteKind>;

  bool check(MemberIndex signer, VoteKind kind, const Kept& kept) const;
  bool make_sure(MemberIndex signer, VoteKind kind, std::optional<Kept>& slot);
  // Of the evidence kept, a member's part.
  std::size_t share() const;
  static Convicted entry_of(const Evidence& evidence);
  void raise_highest(const Vote& vote, bool verified);
  Added add_second(const Vote& vote, Carrier carrier, Kept incoming, std::optional<Kept>& slot);
  std::optional<Evidence> cross_check(View view, MemberIndex signer, Slots& slots);
  std::optional<Subject> leading_subject(VoteKind kind, const std::vector<Slots>& view) const;
  std::optional<Evidence> accuse(const Vote& first, const Vote& second);

  Scope scope_;
  MemberSet members_;
  crypto::VerifyFunction check_;
  std::map<View, std::vector<Slots>> views_;
  std::vector<Slots> highest_;  // by member; never forgotten
  std::set<std::pair<MemberIndex, VoteKind>> unkept_;
  std::set<Convicted> convicted_;
  std::map<MemberIndex, std::size_t> false_votes_;
};

// The pair of kinds and contents that no honest member signs in one view (E1..E4); signatures are not looked at.
bool contradict(const Vote& first, const Vote& second);

}  // namespace quipu::consensus
