// SPDX-License-Identifier: Apache-2.0
#include "node/audit/compare.h"

#include <catch2/catch.hpp>

#include "consensus/votes.h"
#include "node/audit/comparison_text.h"
#include "tests/node/audit/sample_fork.h"

namespace quipu::audit {
namespace compare_test {

using consensus::Contradiction;
using consensus::MemberIndex;
using sample::Chain;
using sample::Files;
using sample::Forked;
using sample::MemoryBundle;
using Members = std::vector<MemberIndex>;

std::expected<Comparison, std::string> compared(const Files& first, const Files& second) {
  const MemoryBundle one(first, "one"), two(second, "two");
  return compare({.name = "one", .bundle = &one}, {.name = "two", .bundle = &two}, sample::genesis());
}
std::expected<Comparison, std::string> with_note(const Files& mirror, const Bytes& note, bool note_first = false) {
  const MemoryBundle bundle(mirror, "mirror");
  const Source log{.name = "mirror", .bundle = &bundle}, other{.name = "note", .note = note};
  return note_first ? compare(other, log, sample::genesis()) : compare(log, other, sample::genesis());
}

Members names(const std::vector<consensus::Evidence>& guilty) {
  Members out;
  for (const auto& pair : guilty) out.push_back(pair.first.signer);
  return out;
}

// The whole way of a proof: written, read again, checked by somebody else.
Members proven(const Comparison& comparison) {
  const Bytes file = encode(comparison.proof, comparison.voters->members.size());
  const auto proof = decode_fork_proof(file, 4);
  REQUIRE(proof);
  CHECK(encode(*proof, comparison.voters->members.size()) == file);
  const auto voters = electorate_of(*proof, sample::genesis());
  REQUIRE(voters);
  const auto convicted = check(*proof, *voters);
  REQUIRE(convicted);
  return convicted->all();
}

TEST_CASE("A mirror is the same as itself and the beginning of a later one") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Files shorter = chain.files();
  chain.grow(3, 100);  // over an entry bundle more
  chain.publish();
  const Files longer = chain.files();
  const auto same = compared(longer, longer);
  REQUIRE(same);
  CHECK(same->relation == Relation::kSame);
  for (const bool shorter_first : {true, false}) {
    const auto prefix = shorter_first ? compared(shorter, longer) : compared(longer, shorter);
    REQUIRE(prefix);
    CHECK(prefix->relation == Relation::kPrefix);
    CHECK(prefix->shorter == (shorter_first ? 0u : 1u));
    const auto& less = prefix->sides[prefix->shorter];
    const auto& more = prefix->sides[1 - prefix->shorter];
    CHECK(less.height == 2);
    CHECK(more.height == 5);
    CHECK(more.size == chain.position.tree.size());
    CHECK(more.root == chain.position.tree.root());
    CHECK(less.cosigners == 3);
    CHECK(less.proofs > 0);
    CHECK(more.proofs > 0);
    CHECK(prefix->convicted.all().empty());
    CHECK_THAT(text_of(*prefix, sample::genesis()),
               Catch::Matchers::EndsWith(shorter_first ? "PREFIX one is the beginning of two\n"
                                                       : "PREFIX two is the beginning of one\n"));
  }
}

TEST_CASE("A fork names by their votes those on both sides and nobody on one") {
  const Forked forked;
  const auto comparison = compared(forked.first.files(), forked.second.files());
  REQUIRE(comparison);
  CHECK(comparison->relation == Relation::kFork);
  CHECK(comparison->height == consensus::Height{3});
  CHECK(comparison->common == 12);
  CHECK(names(comparison->convicted.votes) == Members{0, 1});
  for (const auto& pair : comparison->convicted.votes) {
    CHECK(consensus::contradiction_of(pair) == Contradiction::kNullified);
    CHECK(pair.first.subject.view == consensus::View{4});
  }
  // Cosigned beyond the fork: BO, BR, PE on the first side, BR, CL, PE on the second.
  CHECK(comparison->convicted.cosigned_both == Members{1, 3});
  CHECK_FALSE(comparison->judgement->gap);
  CHECK(comparison->proof.parting);
  CHECK(proven(*comparison) == Members{0, 1, 3});
  CHECK_THAT(text_of(*comparison, sample::genesis()),
             Catch::Matchers::EndsWith("FORK at height 3: BO, BR, PE are guilty\n"));
}

TEST_CASE("The proof of a fork is the same file whichever side is named first") {
  const Forked forked;
  const auto one_way = compared(forked.first.files(), forked.second.files());
  const auto other_way = compared(forked.second.files(), forked.first.files());
  REQUIRE((one_way && other_way));
  CHECK(encode(one_way->proof, 4) == encode(other_way->proof, 4));
}

TEST_CASE("A fork far below both tips is found where it is") {
  const Forked forked(70);
  const auto comparison = compared(forked.first.files(), forked.second.files());
  REQUIRE(comparison);
  CHECK(comparison->height == consensus::Height{3});
  CHECK(comparison->sides[0].height == 74);
  CHECK(names(comparison->convicted.votes) == Members{0, 1});
  CHECK(proven(*comparison) == Members{0, 1, 3});
}

TEST_CASE("Published trees of different sizes convict by the consistency proof of the larger") {
  Forked forked;
  forked.second.append(sample::others(forked.second, 5));
  forked.second.publish();
  Files first = forked.first.files(), second = forked.second.files();
  std::erase_if(first, [](const auto& file) { return file.first == "checkpoints/2"; });
  for (const char* path : {"checkpoints/2", "checkpoints/4"}) second.erase(path);
  const auto comparison = compared(first, second);
  REQUIRE(comparison);
  CHECK(comparison->convicted.cosigned_both == Members{1, 3});
  REQUIRE(comparison->proof.trees.size() == 1);
  CHECK_FALSE(comparison->proof.trees[0].path.empty());
  CHECK(proven(*comparison) == Members{0, 1, 3});
}

TEST_CASE("Without the nullification the fork still stands and what is missing is said") {
  const Forked forked;
  Files second = forked.second.files();
  auto links = *ledger::decode_links(second.at("quorum/2"), 4);
  for (auto& link : links) link.skipped.clear();
  second["quorum/2"] = ledger::encode_links(links, 4);
  const auto comparison = compared(forked.first.files(), second);
  REQUIRE(comparison);
  CHECK(comparison->relation == Relation::kFork);
  CHECK(comparison->convicted.votes.empty());
  CHECK(proven(*comparison) == Members{1, 3});
  REQUIRE(comparison->judgement->gap);
  CHECK(words_of(*comparison->judgement->gap, *comparison, sample::genesis().members) ==
        "two skipped view 4 without its nullification; BO, BR, PE, who voted in view 5, must have held it: ask them");
  CHECK_THAT(text_of(*comparison, sample::genesis()), Catch::Matchers::Contains("\nmissing two skipped view 4"));
}

TEST_CASE("Without any votes the cosignatures alone show the fork and those on both sides") {
  const Forked forked;
  Files first = forked.first.files(), second = forked.second.files();
  for (Files* files : {&first, &second}) {
    std::erase_if(*files, [](const auto& file) { return file.first.starts_with("quorum/"); });
  }
  const auto comparison = compared(first, second);
  REQUIRE(comparison);
  CHECK(comparison->relation == Relation::kFork);
  CHECK_FALSE(comparison->proof.parting);
  CHECK(proven(*comparison) == Members{1, 3});
  CHECK(comparison->judgement->gap->what == consensus::Gap::What::kFinalization);
}

TEST_CASE("A history that somebody wrote down alone accuses nobody") {
  const Forked forked;
  Files second = forked.second.files();
  std::erase_if(second, [](const auto& file) {
    return file.first.starts_with("quorum/") || file.first.starts_with("checkpoints/");
  });
  auto note = *crypto::Note::parse(second.at("checkpoint"));
  for (auto& line : note.lines) line.signature.back() = static_cast<char>(line.signature.back() ^ 1);
  second["checkpoint"] = note.format();
  const auto comparison = compared(forked.first.files(), second);
  REQUIRE_FALSE(comparison);
  CHECK_THAT(comparison.error(), Catch::Matchers::StartsWith("two differs, but no quorum stands for it"));
}

TEST_CASE("Votes with a changed bit or under another name accuse nobody") {
  const Forked forked;
  for (const bool rename : {false, true}) {
    Files second = forked.second.files();
    for (auto& [path, content] : second) {
      if (!path.starts_with("quorum/")) continue;
      auto links = *ledger::decode_links(content, 4);
      const auto spoil = [&](consensus::QuorumProof& proof) {
        if (rename) proof.signers = {0, 1, 2};  // PE's signatures under CL's name
        if (!rename) proof.signatures[0].bytes[9] ^= 1;
      };
      for (auto& link : links) {
        spoil(link.step);
        for (auto& skip : link.skipped) spoil(skip);
      }
      content = ledger::encode_links(links, 4);
    }
    const auto comparison = compared(forked.first.files(), second);
    REQUIRE(comparison);
    // Nothing of the second side is a quorum any more, but the votes of BR that are left whole contradict.
    CHECK(names(comparison->convicted.votes) == (rename ? Members{0, 1} : Members{1}));
    CHECK(comparison->judgement->gap);
    CHECK(proven(*comparison) == (rename ? Members{0, 1, 3} : Members{1, 3}));
  }
}

TEST_CASE("Proofs without a quorum of signers are passed over") {
  const Forked forked;
  Files second = forked.second.files();
  auto links = *ledger::decode_links(second.at("quorum/2"), 4);
  for (auto& link : links) link.skipped.assign(1, {consensus::VoteKind::kNullify, {.view = {4}}, {}, {}});
  second["quorum/2"] = ledger::encode_links(links, 4);
  const auto comparison = compared(forked.first.files(), second);
  REQUIRE(comparison);
  CHECK(comparison->convicted.votes.empty());
  CHECK(comparison->judgement->gap->what == consensus::Gap::What::kStep);
}

TEST_CASE("A mirror that is not in order is sent to verify and nothing is concluded") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Files good = chain.files();
  const auto fails = [&](const char* path, const std::optional<Bytes>& content, const std::string& begins) {
    Files bad = good;
    bad.erase(path);
    if (content) bad[path] = *content;
    const auto comparison = compared(good, bad);
    INFO(path);
    REQUIRE_FALSE(comparison);
    CHECK_THAT(comparison.error(), Catch::Matchers::StartsWith(begins));
    CHECK(comparison.error().find("; ") != std::string::npos);
    CHECK(comparison.error().find('\n') == std::string::npos);
  };
  fails("genesis", std::nullopt, "two: no file genesis");
  fails("genesis", sample::genesis_file("other-1"), "two: it has another genesis");
  fails("checkpoint", std::nullopt, "two: no file checkpoint");
  fails("checkpoint", "junk", "two: its checkpoint is not in form");
  fails("tile/entries/000.p/12", std::nullopt, "two: tile/entries/000.p/12 is missing");
  fails("tile/entries/000.p/12", "junk", "two: tile/entries/000.p/12 is not in form");
  fails("quorum/2", std::nullopt, "two: quorum/2 does not prove the newest block");
  fails("quorum/2", good.at("quorum/1"), "two: quorum/2 does not prove the newest block");
  Bytes changed = good.at("tile/entries/000.p/12");
  changed[changed.size() - 200] = static_cast<char>(changed[changed.size() - 200] ^ 1);
  fails("tile/entries/000.p/12", changed, "two: ");
}

TEST_CASE("A checkpoint from elsewhere lies on the mirror's history or contradicts it") {
  const Forked forked;
  const Files mirror = forked.first.files();
  const Bytes early = mirror.at("checkpoints/2"), newest = mirror.at("checkpoint");
  const auto on_it = with_note(mirror, early);
  REQUIRE(on_it);
  CHECK(on_it->relation == Relation::kPrefix);
  CHECK(on_it->shorter == 1);
  CHECK(with_note(mirror, newest)->relation == Relation::kSame);
  for (const bool note_first : {false, true}) {
    const auto against = with_note(mirror, forked.second.files().at("checkpoint"), note_first);
    REQUIRE(against);
    CHECK(against->relation == Relation::kFork);
    CHECK(against->convicted.cosigned_both == Members{1, 3});
    CHECK(proven(*against) == Members{1, 3});
  }
  Chain longer;
  longer.grow(5, 1);
  longer.publish();
  const auto ahead = with_note(mirror, longer.files().at("checkpoint"));
  REQUIRE_FALSE(ahead);
  CHECK_THAT(ahead.error(), Catch::Matchers::Contains("give a newer mirror"));
  CHECK_FALSE(with_note(mirror, "junk"));
}

TEST_CASE("A checkpoint that a quorum did not sign is no fork but contradicts its signers") {
  Forked forked;
  forked.second.cosigners = {1};
  forked.second.publish();
  const auto comparison = with_note(forked.first.files(), forked.second.files().at("checkpoint"));
  REQUIRE(comparison);
  CHECK(comparison->relation == Relation::kContradiction);
  CHECK(proven(*comparison) == Members{1});
  // Nor does it make a mirror the beginning of another.
  Chain chain;
  chain.grow(2, 1);
  chain.cosigners = {0, 1};
  chain.publish();
  const auto weak = with_note(forked.first.files(), chain.files().at("checkpoint"));
  REQUIRE_FALSE(weak);
  CHECK_THAT(weak.error(), Catch::Matchers::Contains("cosignatures of 2 members, a quorum is 3"));
}

TEST_CASE("Two checkpoints alone convict when their sizes are equal and are sent for a mirror when not") {
  const Forked forked;
  const Files first = forked.first.files(), second = forked.second.files();
  const auto notes = [&](const Bytes& one, const Bytes& two) {
    return compare({.name = "one", .note = one}, {.name = "two", .note = two}, sample::genesis());
  };
  const auto fork = notes(first.at("checkpoint"), second.at("checkpoint"));
  REQUIRE(fork);
  CHECK(fork->relation == Relation::kFork);
  CHECK(proven(*fork) == Members{1, 3});
  CHECK(notes(first.at("checkpoint"), first.at("checkpoint"))->relation == Relation::kSame);
  const auto unequal = notes(first.at("checkpoint"), first.at("checkpoints/2"));
  REQUIRE_FALSE(unequal);
  CHECK_THAT(unequal.error(), Catch::Matchers::Contains("give a mirror of the larger one"));
}

TEST_CASE("The JSON of a fork has both votes of each of the guilty") {
  const Forked forked;
  const auto comparison = compared(forked.first.files(), forked.second.files());
  REQUIRE(comparison);
  const std::string json = json_of(*comparison, sample::genesis());
  for (const char* part :
       {R"("verdict":"FORK")", R"("fork_height":3)", R"("common_size":12)",
        R"("member":"BO","by":"E4","votes":[{"kind":"nullify","view":4,"signature":")",
        R"({"kind":"finalize","view":4,"parent_view":3,"height":4,"block":")", R"("member":"PE","by":"COSIGNED")"}) {
    CHECK_THAT(json, Catch::Matchers::Contains(part));
  }
  CHECK_THAT(json, !Catch::Matchers::Contains(R"("member":"CL")"));
}

}  // namespace compare_test
}  // namespace quipu::audit
