// SPDX-License-Identifier: Apache-2.0
// Mirrors of a chain whose members change: one enters, one leaves, one brings other keys.
#include <catch2/catch.hpp>

#include "node/audit/verify.h"
#include "tests/node/audit/sample_epochs.h"

namespace quipu::audit {
namespace verify_epochs_test {

using sample::Chain;
using sample::Files;
using sample::four_epochs;
using sample::handover_height;
using sample::MemoryBundle;
using sample::published;

Report audited(const Files& files) {
  const MemoryBundle bundle(files);
  static const Bytes pinned = sample::genesis_file();
  return verify({.bundle = bundle, .genesis = pinned, .threads = 2});
}

bool is_broken_at(const Report& report, const std::string& place) {
  return report.verdict() == Verdict::kBroken && report.verdict_line().find(place) != std::string::npos;
}

TEST_CASE("A chain of four epochs is verified with the members of each") {
  const Chain chain = published();
  REQUIRE(chain.membership->epoch.value == 3);
  const Report report = audited(chain.files());
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.height == four_epochs().blocks().size());
  CHECK(report.count(Check::kNotes) == 1 + 3 + 1);
  CHECK(report.count(Check::kStructure) >= 6);
}

TEST_CASE("A history is verified as far as its version of the protocol is known and never called broken beyond") {
  Chain chain;
  for (const auto& block : sample::upgraded().blocks()) {
    chain.append(block);
    if (!chain.position.handover) continue;
    chain.publish();
    CHECK(audited(chain.files()).verdict() == Verdict::kVerified);
  }
  REQUIRE(chain.position.membership->protocol_version == 2);
  chain.publish();
  const Report report = audited(chain.files());
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kCouldNotCheck);
  CHECK(report.verdict_line().find("the ledger goes on with protocol version 2 and this program knows 1") !=
        std::string::npos);
}

TEST_CASE("A mirror may end with a handover, cosigned by those who handed over or by those who took over") {
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    Chain chain = published(handover_height(epoch));
    const Report before = audited(chain.files());
    INFO(before.text());
    CHECK(before.verdict() == Verdict::kVerified);
    if (epoch == 3) chain.renamed["BO"] = "BO 1";
    chain.follow();
    chain.publish();
    const Report after = audited(chain.files());
    INFO(after.text());
    CHECK(after.verdict() == Verdict::kVerified);
  }
}

TEST_CASE("The next members cosign no tree below their handover and the former ones none above") {
  Chain early = published(handover_height(1) - 1);
  const std::string below = "checkpoints/" + std::to_string(handover_height(1) - 1);
  early.membership = four_epochs().blocks()[handover_height(1) - 1].after.membership;
  early.cosigners = {0, 1, 2, 4};
  early.publish();
  CHECK(is_broken_at(audited(early.files()), below));

  Chain late = published(handover_height(1) + 1);
  late.membership = late.membership = ledger::genesis_membership(late.genesis);
  late.cosigners = {0, 1, 2};
  late.publish();
  CHECK(is_broken_at(audited(late.files()), "checkpoints/" + std::to_string(handover_height(1) + 1)));
}

TEST_CASE("A changed or missing file of an epoch is named") {
  const Files files = published().files();
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    for (const auto& path : {ledger::policy_path({epoch}), ledger::handover_path({epoch})}) {
      INFO(path);
      Files missing = files;
      REQUIRE(missing.erase(path) == 1);
      CHECK(is_broken_at(audited(missing), path + ": the file is missing"));
      for (std::size_t at = 0; at < files.at(path).size(); at += 37) {
        Files changed = files;
        changed.at(path)[at] = static_cast<char>(changed.at(path)[at] ^ 1);
        INFO(at);
        REQUIRE(is_broken_at(audited(changed), path));
      }
      Files longer = files;
      longer.at(path) += 'x';
      CHECK(is_broken_at(audited(longer), path));
    }
  }
  for (const std::string path : {"policy/4", "epochs/4/handover", "epochs/0/handover", "epochs/01/handover"}) {
    Files more = files;
    more[path] = "x";
    CHECK(is_broken_at(audited(more), path));
  }
}

TEST_CASE("A handover to other members than the state names is found") {
  Files files = published().files();
  const std::string path = ledger::handover_path({1});
  auto handover = ledger::decode_handover(files.at(path), 4);
  REQUIRE(handover);
  SECTION("when the header names them") {
    const Files others = published().files();
    const auto second = ledger::decode_handover(others.at(ledger::handover_path({2})), 5);
    REQUIRE(second);
    handover->header.next_members_hash = second->header.next_members_hash;
    handover->next_members = second->next_members;
    files[path] = ledger::encode_handover(*handover, 4);
    CHECK(is_broken_at(audited(files), path + ": height " + std::to_string(handover_height(1)) +
                                           ": not the header of the block that ended the epoch"));
  }
  SECTION("when its finalization is of another block") {
    handover->finalization.subject.block = {};
    files[path] = ledger::encode_handover(*handover, 4);
    CHECK(is_broken_at(audited(files), "a finalization of another block"));
  }
  SECTION("when its finalization lacks votes") {
    handover->finalization.signers.pop_back();
    handover->finalization.signatures.pop_back();
    files[path] = ledger::encode_handover(*handover, 4);
    CHECK(is_broken_at(audited(files), "not a quorum of valid votes"));
  }
}

TEST_CASE("A block of another epoch than its place is found") {
  const std::uint64_t opened = handover_height(1);
  const auto& leaves = four_epochs().blocks()[opened].block.leaves;
  for (const std::uint64_t epoch : {0, 2}) {
    Chain chain = published(opened);
    chain.append_forged(chain.with_seal(leaves, [&](ledger::SealInfo& seal) { seal.epoch = consensus::Epoch{epoch}; }));
    chain.publish();
    CHECK(
        is_broken_at(audited(chain.files()), "height " + std::to_string(opened + 1) + ": BLOCK_MISMATCH: seal: epoch"));
  }
  Chain chain = published(opened);
  const auto before = chain.genesis.members.hash();
  chain.append_forged(chain.with_seal(leaves, [&](ledger::SealInfo& seal) { seal.membership_hash = before; }));
  chain.publish();
  CHECK(is_broken_at(audited(chain.files()), "seal: membership_hash"));
}

TEST_CASE("Votes of the former members or in the former epoch finalize nothing after the handover") {
  Chain chain = published(handover_height(1));
  const auto former = chain.membership;
  chain.follow();
  chain.append(four_epochs().blocks()[handover_height(1)]);
  chain.publish();
  Files files = chain.files();
  const std::string path = ledger::quorum_path(chain.position.height);
  auto links = ledger::decode_links(files.at(path), 5);
  REQUIRE(links);
  Chain forger = chain;
  forger.membership = std::make_shared<const ledger::Membership>(
      ledger::Membership{{0}, chain.genesis.chain, chain.membership->members});
  links->front().step = forger.proof(links->front().step.kind, links->front().step.subject);
  files[path] = ledger::encode_links(*links, 5);
  CHECK(is_broken_at(audited(files), path + ": height " + std::to_string(chain.position.height.value) +
                                         ": not a quorum of valid votes"));
}

TEST_CASE("A pair of votes convicts in its own epoch alone") {
  Chain chain = published();
  const consensus::Subject one{{40}, {39}, {9}, crypto::sha256("one")}, other{{40}, {39}, {9}, crypto::sha256("other")};
  const consensus::Evidence pair{chain.vote_of(3, consensus::VoteKind::kNotarize, one),
                                 chain.vote_of(3, consensus::VoteKind::kNotarize, other)};
  SECTION("named there") {
    chain.add_evidence(pair);
    const Report report = audited(chain.files());
    INFO(report.text());
    CHECK(report.verdict() == Verdict::kVerified);
    CHECK(report.text().find("UY signed contradicting votes") != std::string::npos);
  }
  SECTION("with another anchor, in another epoch, in one that never began it is no proof") {
    auto scope = chain.scope();
    for (const auto& [epoch, what] : {std::pair<std::uint64_t, const char*>{3, "its epoch has another anchor"},
                                      {2, "its epoch has another anchor"},
                                      {4, "the log has no such epoch"}}) {
      Files files = chain.files();
      const Bytes content = ledger::encode_evidence(pair, {scope.chain, {epoch}, scope.chain});
      files[ledger::evidence_path(content)] = content;
      CHECK(is_broken_at(audited(files), what));
    }
  }
}

}  // namespace verify_epochs_test
}  // namespace quipu::audit
