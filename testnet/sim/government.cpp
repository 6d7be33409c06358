// SPDX-License-Identifier: Apache-2.0
#include "testnet/sim/government.h"

#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::testnet {

namespace v1 = ledger::v1;

namespace {

constexpr const char* kDecided = "2026-03-01";
constexpr Micros kAgain = 3 * kSecond;

v1::Event event_today() {
  v1::Event event;
  event.set_decision_date(kDecided);
  return event;
}

}  // namespace

bool Government::admit(std::size_t administration, Micros within) {
  const Micros until = cluster_.now() + within;
  const auto before = cluster_.newest_members().epoch;
  v1::ProposalOpened opened;
  *opened.mutable_member_add() = member_card(cluster_.cast().code(administration), true);
  return propose(std::move(opened), until) && vote(members().quorum(), until) && get_ready(administration, until) &&
         next_epoch(before, until);
}

bool Government::dismiss(std::size_t administration, Micros within) {
  const Micros until = cluster_.now() + within;
  const auto before = cluster_.newest_members().epoch;
  v1::ProposalOpened opened;
  opened.set_member_remove(cluster_.cast().code(administration));
  return propose(std::move(opened), until) && vote(members().quorum(), until) && next_epoch(before, until);
}

bool Government::upgrade(Micros within) {
  const Micros until = cluster_.now() + within;
  const auto& membership = cluster_.newest_members();
  const auto before = membership.epoch;
  v1::ProposalOpened opened;
  opened.set_protocol_version(membership.protocol_version + 1);
  return propose(std::move(opened), until) && vote(members().size(), until) && next_epoch(before, until);
}

bool Government::propose(v1::ProposalOpened opened, Micros until) {
  const auto& members = this->members();
  opener_ = cluster_.cast().place_of(members[static_cast<consensus::MemberIndex>(proposals_ % members.size())].code);
  proposal_ = "P-" + std::to_string(++proposals_);
  opened.set_proposal(proposal_);
  opened.set_expires("2026-12-31");
  v1::Event event = event_today();
  *event.mutable_proposal_opened() = std::move(opened);
  return state(opener_, event, until);
}

// The last of them may end the epoch.
bool Government::vote(std::size_t voters, Micros until) {
  const auto members = this->members();
  for (consensus::MemberIndex i = 0; i < voters; ++i) {
    v1::Event event = event_today();
    auto* voted = event.mutable_proposal_voted();
    voted->set_author(cluster_.cast().code(opener_));
    voted->set_proposal(proposal_);
    voted->set_accept(true);
    if (!state(cluster_.cast().place_of(members[i].code), event, until)) return false;
  }
  return true;
}

bool Government::get_ready(std::size_t administration, Micros until) {
  const auto height = cluster_.furthest().finalized.height;
  const auto key = secret_key(cluster_.cast().code(administration), "vote");
  const auto scope = cluster_.newest_members().scope(cluster_.cast().genesis.chain);
  v1::Event event = event_today();
  auto* ready = event.mutable_member_ready();
  ready->set_author(cluster_.cast().code(opener_));
  ready->set_proposal(proposal_);
  ready->set_height(height.value);
  ready->set_possession(Bytes(key.sign(ledger::ready_bytes(scope, height, key.public_key(), proposal_)).view()));
  return state(opener_, event, until, "desk");
}

bool Government::next_epoch(consensus::Epoch before, Micros until) {
  return cluster_.run_until(until - cluster_.now(), [&] { return cluster_.newest_members().epoch > before; }) &&
         !cluster_.violation();
}

// Through every node, until one of them has it final.
bool Government::state(std::size_t administration, const v1::Event& event, Micros until, const char* purpose) {
  const Bytes bytes = leaf(administration, event, purpose);
  const auto id = crypto::leaf_hash(bytes);
  cluster_.announce(bytes);
  while (cluster_.now() < until && !cluster_.violation()) {
    for (Endpoint each = 0; each < cluster_.endpoints(); ++each)
      if (cluster_.node(each).honest()) cluster_.submit_to(each, bytes);
    if (cluster_.run_until(kAgain, [&] { return cluster_.final_somewhere(id); })) return true;
  }
  return false;
}

Bytes Government::leaf(std::size_t administration, const v1::Event& event, const char* purpose) {
  const auto& cast = cluster_.cast();
  v1::Submission submission;
  submission.set_chain_id(cast.genesis.chain_id);
  submission.set_administration(cast.code(administration));
  submission.set_sequence(++next_sequence_[{administration, purpose}]);
  *submission.add_events() = event;
  const auto now_s = static_cast<std::uint64_t>(kStartUtc_ms / 1000 + cluster_.now() / kSecond);
  return ledger::sign_submission(submission, secret_key(cast.code(administration), purpose), now_s);
}

}  // namespace quipu::testnet
