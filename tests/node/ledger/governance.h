// SPDX-License-Identifier: Apache-2.0
// A chain of real blocks on which members propose, vote and change: every submission is signed, every block run a
// second time as a voter would.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "node/ledger/block.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/rules/rule.h"
#include "node/ledger/state.pb.h"
#include "tests/node/ledger/sample_chain.h"
#include "tests/node/ledger/witness.h"
#include "tests/node/ledger/world.h"

namespace quipu::ledger::testing {

using Submissions = std::vector<std::shared_ptr<const Submission>>;

class GovernedChain {
 public:
  explicit GovernedChain(const std::vector<std::string>& codes = sample::kCodes,
                         const std::string& chain_id = "sample-1")
      : genesis_(genesis_of(codes, chain_id)) {
    positions_.push_back(genesis_block(genesis_).after);
  }

  const Genesis& genesis() const { return genesis_; }
  const Position& tip() const { return positions_.back(); }
  const Position& before_tip() const { return positions_[positions_.size() - 2]; }
  const ExecutedBlock& block() const { return block_; }
  const std::vector<ExecutedBlock>& blocks() const { return blocks_; }  // from height 1
  const Submissions& in_block() const { return in_block_; }
  std::uint64_t next_time_ms() const { return std::max(tip().block_time_ms + 1'000, not_before_ms_); }
  // Later blocks are of this day or after.
  void goes_on_until(std::string_view date) {
    not_before_ms_ = static_cast<std::uint64_t>(Date::parse(date)->days) * 86'400'000;
  }

  // Later events are signed with the sample key of this name: replaced(CC, "vote", "CC 2").
  void renames(const std::string& code, const std::string& to) { names_[code] = to; }
  crypto::SecretKey key(const std::string& code, const std::string& purpose) const {
    const auto renamed = names_.find(code);
    return sample::key(renamed == names_.end() ? code : renamed->second, purpose);
  }

  std::shared_ptr<const Submission> submission(const std::string& code, const std::vector<std::string>& event_texts,
                                               std::uint64_t ahead = 0) const {
    v1::Submission message;
    message.set_chain_id(genesis_.chain_id);
    message.set_administration(code);
    for (const auto& text : event_texts) {
      *message.add_events() = event_from_text(text);
      message.mutable_events()->rbegin()->set_decision_date(Date::of(next_time_ms(), 0).text());
    }
    const Rule* rule = rule_for(message.events(0).statement_case());
    REQUIRE(rule);
    const auto signer = key(code, rule->purpose == v1::GOVERNANCE ? "governance" : "issuer");
    message.set_sequence(next_sequence(*tip().state, code, signer.public_key()) + ahead);
    return decoded(sign_submission(message, signer, next_time_ms() / 1000));
  }
  std::shared_ptr<const Submission> submission(const std::string& code, const std::string& event_text) const {
    return submission(code, std::vector<std::string>{event_text});
  }
  std::shared_ptr<const Submission> decoded(const Bytes& leaf) const {
    auto read = decode_submission(leaf, genesis_.chain_id);
    REQUIRE(read);
    return std::make_shared<const Submission>(*std::move(read));
  }

  // "OK" once it stands in a block of its own that a voter has run, too; else the code of the refusal.
  std::string says(const std::string& code, const std::vector<std::string>& event_texts) {
    return takes({submission(code, event_texts)});
  }
  std::string says(const std::string& code, const std::string& event_text) {
    return says(code, std::vector<std::string>{event_text});
  }
  std::string takes(const Submissions& submissions) {
    BlockBuilder builder(genesis_, tip(), tip().membership->members[0].code, next_time_ms());
    Stated stated{{}, next_time_ms()};
    for (const auto& each : submissions) {
      stated.leaves.push_back(each->leaf);
      const auto key = signing_key(*tip().state, *each);
      if (!key) return refused(stated, key.error());
      if (auto added = builder.add(*each); !added) return refused(stated, added.error());
    }
    if (witness()) history_.push_back(stated);
    auto built = std::move(builder).seal();
    const auto executed = execute_block(genesis_, tip(), built.block, submissions);
    INFO((executed ? "" : executed.error().detail));
    REQUIRE(executed);
    REQUIRE(executed->after.block == built.after.block);
    block_ = std::move(built);
    in_block_ = submissions;
    positions_.push_back(block_.after);
    blocks_.push_back(block_);
    return "OK";
  }

  std::string votes(const std::string& code, const std::string& opener, const std::string& proposal,
                    bool accept = true) {
    return says(code, vote_text(opener, proposal, accept));
  }
  static std::string vote_text(const std::string& opener, const std::string& proposal, bool accept = true) {
    return "proposal_voted { author: '" + opener + "' proposal: '" + proposal +
           "' accept: " + (accept ? "true" : "false") + " }";
  }
  std::string opens(const std::string& code, const std::string& proposal, const std::string& change,
                    const std::string& expires = "2026-12-31") {
    return says(code, "proposal_opened { proposal: '" + proposal + "' expires: '" + expires + "' " + change + " }");
  }
  static std::string adding(const v1::Member& member) { return "member_add { " + member.ShortDebugString() + " }"; }

  // What the new member signs to be ready, now or with something about it wrong.
  Bytes possession(const std::string& proposal, const crypto::SecretKey& vote_key, consensus::Height height,
                   std::optional<consensus::Scope> scope = std::nullopt) const {
    const auto bytes =
        ready_bytes(scope.value_or(tip().membership->scope(genesis_.chain)), height, vote_key.public_key(), proposal);
    return Bytes(vote_key.sign(bytes).view());
  }
  std::shared_ptr<const Submission> ready(const std::string& author, const std::string& opener,
                                          const std::string& proposal, const Bytes& possession,
                                          consensus::Height height) const {
    v1::Submission message;
    message.set_chain_id(genesis_.chain_id);
    message.set_administration(author);
    v1::Event& event = *message.add_events();
    event.set_decision_date(Date::of(next_time_ms(), 0).text());
    event.mutable_member_ready()->set_author(opener);
    event.mutable_member_ready()->set_proposal(proposal);
    event.mutable_member_ready()->set_possession(possession);
    event.mutable_member_ready()->set_height(height.value);
    const auto signer = key(author, "issuer");
    message.set_sequence(next_sequence(*tip().state, author, signer.public_key()));
    return decoded(sign_submission(message, signer, next_time_ms() / 1000));
  }
  std::string is_ready(const std::string& opener, const std::string& proposal, const crypto::SecretKey& vote_key) {
    const auto height = tip().height;
    const std::string author = tip().membership->members[0].code;
    return takes({ready(author, opener, proposal, possession(proposal, vote_key, height), height)});
  }

  // Opens and lets the quorum accept, as far as votes go.
  void accepted(const std::string& proposal, const std::string& change) {
    const auto& members = tip().membership->members;
    const std::string opener = members[0].code;
    std::vector<std::string> voters;
    for (const auto& member : members.all()) voters.push_back(member.code);
    const std::size_t needed = members.quorum();
    REQUIRE(opens(opener, proposal, change) == "OK");
    for (std::size_t i = 0; i < needed; ++i) REQUIRE(votes(voters[i], opener, proposal) == "OK");
  }

  v1::ProposalRecord proposal(const std::string& opener, const std::string& id) const {
    auto record = get<v1::ProposalRecord>(*tip().state, opener, id);
    REQUIRE(record);
    return *std::move(record);
  }
  v1::MemberRecord member(const std::string& code) const {
    auto record = get<v1::MemberRecord>(*tip().state, code, "");
    REQUIRE(record);
    return *std::move(record);
  }
  std::vector<std::string> voters() const {
    std::vector<std::string> codes;
    for (const auto& each : tip().membership->members.all()) codes.push_back(each.code);
    return codes;
  }

 private:
  std::string refused(const Stated& stated, const Rejection& why) const {
    if (witness()) witness()({genesis_, history_, stated, why});
    return std::string(name_of(why.code));
  }
  static Genesis genesis_of(const std::vector<std::string>& codes, const std::string& chain_id) {
    std::vector<v1::Member> members;
    for (const auto& code : codes) members.push_back(sample::member(code));
    auto file = make_genesis_file(chain_id, sample::kCreated_ms, members, sample::kArrangements);
    REQUIRE(file);
    auto parsed = parse_genesis(*file);
    REQUIRE(parsed);
    return *std::move(parsed);
  }

  Genesis genesis_;
  std::vector<Position> positions_;
  ExecutedBlock block_;
  std::vector<ExecutedBlock> blocks_;
  Submissions in_block_;
  std::vector<Stated> history_;  // what was taken
  std::uint64_t not_before_ms_ = 0;
  std::map<std::string, std::string> names_;
};

}  // namespace quipu::ledger::testing
