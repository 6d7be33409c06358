// SPDX-License-Identifier: Apache-2.0
#include "node/follow/pursuit.h"

#include <catch2/catch.hpp>

#include "tests/node/audit/sample_epochs.h"
#include "tests/node/follow/mirror_source.h"
#include "tests/node/ledger/governance.h"

namespace quipu::follow::testing {

namespace pursuit_test {

using sample::Chain;
using sample::Files;
using Kind = Fault::Kind;

// Some blocks, the newest finalized by votes of its own, published.
Chain grown(int blocks) {
  Chain chain;
  for (int i = 0; i < blocks; ++i) {
    chain.grow(1, 2);
    if (i + 1 == blocks && i % 2 == 0) chain.repeat();
    if (i % 3 == 2) chain.publish();
  }
  chain.publish();
  return chain;
}

bool is_fault(const std::expected<bool, Fault>& outcome, Kind kind, const std::string& words) {
  INFO((outcome ? "no fault" : outcome.error().why));
  CHECK((!outcome && outcome.error().why.find(words) != std::string::npos));
  return !outcome && outcome.error().kind == kind;
}

void require_followed(Copy& copy, Source& source) {
  const auto outcome = copy.follow(source);
  INFO((outcome ? "" : outcome.error().why));
  REQUIRE(outcome);
}

// The copy stands where that chain does, in every part that look-ups and mirrors show.
void check_equal(const Copy& copy, const Chain& chain) {
  CHECK(copy.size() == chain.position.tree.size());
  CHECK(copy.root() == chain.position.tree.root());
  const auto reader = copy.pursuit->reader();
  CHECK(reader->newest().block == chain.position.block);
  CHECK(reader->newest().block_time_ms == chain.position.block_time_ms);
  const auto files = chain.files();
  for (const auto& name : ledger::tiles_of(copy.size())) {
    if (name.level) {
      const auto node = [&](unsigned level, std::uint64_t index) { return reader->node(level, index); };
      CHECK(ledger::hash_tile(name, node) == files.at(name.path()));
    } else {
      CHECK(ledger::encode_entries(reader->leaves(name.index * 256, name.index * 256 + name.width)) ==
            files.at(name.path()));
    }
  }
  std::size_t records = 0;
  chain.position.state->scan("", [&](const ledger::MapKey& key, BytesView value) {
    CHECK(reader->state(std::nullopt)->get(key) == Bytes(value));
    ++records;
    return true;
  });
  CHECK(records > 0);
}

}  // namespace pursuit_test

TEST_CASE("a follower reaches a mirror's newest block from nothing and holds all that its source holds") {
  using namespace pursuit_test;
  const Chain chain = grown(40);
  MirrorSource source(chain.files());
  Copy copy;
  const auto outcome = copy.follow(source);
  INFO((outcome ? "" : outcome.error().why));
  REQUIRE(outcome == true);
  check_equal(copy, chain);
  CHECK(copy.follow(source) == false);
  CHECK(copy.pursuit->reader()->note(chain.position.height) == source.files.at("checkpoint"));
  // 0, 1 and 3 cosigned, each a second after the other: the third newest is member 0's.
  CHECK(copy.pursuit->cosigned_s() == chain.position.block_time_ms / 1'000);
}

TEST_CASE("a follower goes on from where it was after a restart and as its source grows") {
  using namespace pursuit_test;
  Chain chain;
  Copy copy;
  for (int round = 0; round < 6; ++round) {
    chain.grow(2 + 2 * round, 3);
    chain.publish();
    MirrorSource source(chain.files());
    require_followed(copy, source);
    check_equal(copy, chain);
    copy.open();
    check_equal(copy, chain);
  }
}

TEST_CASE("a block without a finalization of its own waits for the next one's") {
  using namespace pursuit_test;
  Chain chain;
  chain.grow(3, 1);  // the second is finalized, the third only notarized
  chain.publish();
  Copy copy;
  MirrorSource source(chain.files());
  require_followed(copy, source);
  CHECK(copy.pursuit->reader()->newest().height.value == 2);
  chain.grow(1, 1);
  chain.publish();
  MirrorSource later(chain.files());
  require_followed(copy, later);
  check_equal(copy, chain);
}

TEST_CASE("told to stop a follower keeps what was final by then") {
  using namespace pursuit_test;
  const Chain chain = grown(10);
  MirrorSource source(chain.files());
  Copy copy;
  copy.going = true;
  CHECK(copy.follow(source) == false);
  CHECK(copy.pursuit->reader()->newest().height.value == 0);
  copy.going = false;
  require_followed(copy, source);
  check_equal(copy, chain);
}

TEST_CASE("a changed byte anywhere in what a source serves is found and nothing wrong is taken") {
  using namespace pursuit_test;
  const Chain chain = grown(6);
  const Files good = chain.files();
  Copy honest;
  MirrorSource truth(good);
  require_followed(honest, truth);
  for (const auto& path : {std::string("tile/entries/000.p/") + std::to_string(chain.position.tree.size()),
                           ledger::quorum_path({2}), ledger::quorum_path({5}), std::string("checkpoint")}) {
    const auto step = std::max<std::size_t>(good.at(path).size() / 60, 1);
    for (std::size_t at = 0; at < good.at(path).size(); at += step) {
      MirrorSource liar(good);
      liar.files.at(path)[at] = static_cast<char>(liar.files.at(path)[at] ^ 4);
      Copy copy;
      const auto outcome = copy.follow(liar);
      INFO(path << " at " << at);
      CHECK_FALSE(outcome);
      if (!outcome) CHECK(outcome.error().kind == Kind::kLies);
      // Whatever was taken is a beginning of the true history.
      const auto newest = copy.pursuit->reader()->newest();
      CHECK(honest.pursuit->reader()->block(newest.height)->block == newest.block);
      require_followed(copy, truth);
      check_equal(copy, chain);
    }
  }
}

TEST_CASE("what a source withholds or cuts short is named") {
  using namespace pursuit_test;
  const Chain chain = grown(6);
  const std::string entries = "tile/entries/000.p/" + std::to_string(chain.position.tree.size());
  Copy copy;
  MirrorSource source(chain.files());
  SECTION("the entries") {
    source.files.erase(entries);
    CHECK(is_fault(copy.follow(source), Kind::kLies, entries + " is missing"));
  }
  SECTION("the end of the entries") {
    source.files.at(entries).resize(source.files.at(entries).size() - 1);
    CHECK(is_fault(copy.follow(source), Kind::kLies, "not a bundle"));
  }
  SECTION("a file that is too long") {
    source.files.at("checkpoint").resize(1 << 20, 'x');
    CHECK(is_fault(copy.follow(source), Kind::kAway, "too long"));
  }
  SECTION("all votes: nothing is final and nothing is taken") {
    std::erase_if(source.files, [](const auto& file) { return file.first.starts_with("quorum/"); });
    CHECK(is_fault(copy.follow(source), Kind::kBehind, "finalize height 6"));
    CHECK(copy.pursuit->reader()->newest().height.value == 0);
  }
  SECTION("everything") {
    source.away = true;
    CHECK(is_fault(copy.follow(source), Kind::kAway, "no answer"));
  }
  SECTION("its checkpoint") {
    source.files.erase("checkpoint");
    CHECK(is_fault(copy.follow(source), Kind::kBehind, "no checkpoint"));
  }
}

TEST_CASE("blocks that a quorum voted for against the rules are not taken") {
  using namespace pursuit_test;
  Chain chain;
  chain.grow(2, 1);
  auto executed = chain.build(chain.next_submissions(1));
  auto leaves = executed.block.leaves;
  SECTION("an author's signature is another's") {
    leaves.front() = ledger::sign_submission(sample::registrations("BO", 2, 900, 1), sample::key("BR", "issuer"),
                                             chain.next_time_ms() / 1'000);
  }
  SECTION("the seal names another state") {
    leaves = chain.with_seal(leaves, [](ledger::SealInfo& seal) { seal.state_root.bytes[0] ^= 1; });
  }
  SECTION("a submission stands twice") { leaves.insert(leaves.begin(), leaves.front()); }
  chain.append_forged(leaves);
  chain.repeat();
  chain.publish();
  MirrorSource source(chain.files());
  Copy copy;
  CHECK(is_fault(copy.follow(source), Kind::kLies, "height 3"));
  CHECK(copy.pursuit->reader()->newest().height.value == 2);
}

TEST_CASE("too few votes or another block's or another chain's are no finalization") {
  using namespace pursuit_test;
  const Chain chain = grown(2);
  MirrorSource source(chain.files());
  Copy copy;
  SECTION("two of four") {
    Chain few;
    few.voters = {0, 1};
    few.grow(2, 2);
    few.publish();
    source.files = few.files();
    CHECK(is_fault(copy.follow(source), Kind::kLies, "quorum"));
  }
  SECTION("of another block") {
    source.files[ledger::quorum_path({1})] = source.files.at(ledger::quorum_path({2}));
    CHECK(is_fault(copy.follow(source), Kind::kLies, "another block"));
  }
  CHECK(copy.pursuit->reader()->newest().height.value == 0);
}

TEST_CASE("an older source is behind and serves no harm and one of another history is found out") {
  using namespace pursuit_test;
  Chain chain;
  chain.grow(4, 1);
  chain.publish();
  MirrorSource older(chain.files());
  Chain other = chain;
  chain.grow(2, 1);
  chain.publish();
  MirrorSource newer(chain.files());
  Copy copy;
  require_followed(copy, newer);
  CHECK(is_fault(copy.follow(older), Kind::kBehind, "leaves behind"));
  check_equal(copy, chain);

  // Others sign another fifth and sixth block: a quorum of cosigners stands behind it, so the members forked.
  other.voters = {0, 1, 3};
  other.grow(2, 2);
  other.publish();
  MirrorSource forked(other.files());
  const auto outcome = copy.follow(forked);
  check_equal(copy, chain);
  REQUIRE_FALSE(outcome);
  // It is longer: its blocks do not continue ours, which is seen before its checkpoint is.
  CHECK(outcome.error().kind == Kind::kLies);

  Copy second;
  require_followed(second, forked);
  CHECK(is_fault(second.follow(newer), Kind::kForked, "another history of size"));
  check_equal(second, other);

  // Without the members' signatures it is only a lie.
  MirrorSource liar(chain.files());
  auto& note = liar.files.at("checkpoint");
  note = note.substr(0, note.find("\n\n") + 2) + note.substr(note.find('\n', note.find("\n\n") + 2) + 1);
  CHECK(is_fault(second.follow(liar), Kind::kLies, ""));
}

TEST_CASE("a follower stops where a version of the protocol begins that its program does not know") {
  using namespace pursuit_test;
  Chain chain;
  for (const auto& block : sample::upgraded().blocks()) chain.append(block);
  chain.publish();
  Copy copy;
  MirrorSource source(chain.files());
  CHECK(is_fault(copy.follow(source), Kind::kNewer,
                 "the ledger goes on with protocol version 2 and this program knows 1"));
}

TEST_CASE("a follower goes through changes of members by the votes of each epoch's") {
  using namespace pursuit_test;
  using ledger::testing::GovernedChain;
  GovernedChain governed;
  governed.accepted("IN-1", GovernedChain::adding(sample::member("UY")));
  REQUIRE(governed.is_ready("BO", "IN-1", sample::key("UY", "vote")) == "OK");
  REQUIRE(governed.says("UY", "operator_registered { subject: 'S1' person: LEGAL tin: 'UY1' }") == "OK");
  governed.accepted("OUT-1", "member_remove: 'PE'");
  REQUIRE(governed.says("BR", "operator_registered { subject: 'S1' person: LEGAL tin: 'BR1' }") == "OK");
  Chain chain;
  std::vector<Files> at_handovers;
  for (const auto& block : governed.blocks()) {
    chain.append(block);
    if (!chain.position.handover) continue;
    chain.publish();
    at_handovers.push_back(chain.files());
  }
  chain.repeat();
  chain.publish();
  REQUIRE(at_handovers.size() == 2);
  Copy at_once;
  MirrorSource source(chain.files());
  require_followed(at_once, source);
  CHECK(at_once.pursuit->membership()->epoch.value == 2);

  Copy by_steps;
  for (const auto& files : at_handovers) {
    MirrorSource step(files);
    require_followed(by_steps, step);
    by_steps.open();
  }
  require_followed(by_steps, source);
  check_equal(by_steps, chain);
  check_equal(at_once, chain);

  // The first epoch's members alone decide nothing later.
  MirrorSource former(chain.files());
  const auto last = ledger::quorum_path(chain.position.height);
  former.files[last] = former.files.at(ledger::quorum_path({1}));
  Copy copy;
  CHECK(is_fault(copy.follow(former), Kind::kLies, last));
}

}  // namespace quipu::follow::testing
