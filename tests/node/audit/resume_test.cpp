// SPDX-License-Identifier: Apache-2.0
// Going on from a saved position, and what it is not trusted for.
#include "node/audit/resume.h"

#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "node/audit/document.h"
#include "node/audit/verify.h"
#include "tests/node/audit/sample_fork.h"

namespace quipu::audit {
namespace resume_test {

using sample::Chain;
using sample::Files;
using sample::MemoryBundle;

struct Outcome {
  Report report;
  std::optional<Bytes> position;  // the newest that was saved
};

Outcome audited(const Files& files, std::optional<Bytes> position = {}) {
  Outcome out;
  const MemoryBundle bundle(files);
  out.report = verify({.bundle = bundle,
                       .genesis = sample::genesis_file(),
                       .threads = 2,
                       .position = std::move(position),
                       .save = [&](const Bytes& saved) { out.position = saved; }});
  return out;
}

Chain three_blocks() {
  Chain chain;
  chain.grow(3, 2);
  chain.publish();
  return chain;
}

// With the authors' signature of leaf `index` turned, in the block to come.
void append_forged_signature(Chain& chain) {
  auto submissions = chain.next_submissions(1);
  Bytes leaf = submissions[1]->leaf;
  leaf.back() = static_cast<char>(leaf.back() ^ 1);
  submissions[1] = sample::decoded(leaf);
  chain.append(submissions);
}

TEST_CASE("An audit of a grown mirror goes on from the position and says so") {
  Chain chain = three_blocks();
  const Outcome first = audited(chain.files());
  REQUIRE(first.position);
  const auto position = decode_position(*first.position);
  REQUIRE(position);
  CHECK(position->chain == chain.genesis.chain);
  CHECK(position->size == chain.position.tree.size());
  CHECK(position->height == 3);
  CHECK(position->root == chain.position.tree.root());
  CHECK(position->state_root == chain.position.map.root());
  chain.grow(2, 2);
  chain.publish();
  const Report whole = audited(chain.files()).report, resumed = audited(chain.files(), first.position).report;
  INFO(resumed.text());
  CHECK(resumed.verdict() == Verdict::kVerified);
  for (const Check check : kChecks) CHECK(resumed.count(check) == whole.count(check));
  CHECK(resumed.facts.resumed.size == position->size);
  CHECK(text_of(document_of(resumed)).find("The audit went on from a position") != std::string::npos);
  CHECK(resumed.digest() != whole.digest());
}

TEST_CASE("An audit that goes on checks no signature of the leaves before its position") {
  Chain chain;
  chain.grow(1, 1);
  append_forged_signature(chain);
  chain.publish();
  REQUIRE(audited(chain.files()).report.verdict() == Verdict::kBroken);
  // A position that no audit can have saved: what it vouches for is all that is taken on its word.
  SavedPosition claimed{.chain = chain.genesis.chain,
                        .size = chain.position.tree.size(),
                        .height = 2,
                        .root = chain.position.tree.root(),
                        .state_root = chain.position.map.root(),
                        .votes = {{}, {}}};
  CHECK(audited(chain.files(), encode(claimed)).report.verdict() == Verdict::kVerified);
  append_forged_signature(chain);
  chain.publish();
  const Report behind = audited(chain.files(), encode(claimed)).report;
  CHECK(behind.found(Check::kSignatures, Severity::kIntegrity) == 1);
  CHECK(behind.findings().back().height == 3U);
}

TEST_CASE("No position makes a changed mirror verified") {
  const Chain chain = three_blocks();
  const Files files = chain.files();
  const auto position = audited(files).position;
  REQUIRE(position);
  for (const auto& [path, content] : files) {
    for (std::size_t at = 0; at < content.size(); at += 1 + content.size() / 23) {
      Files changed = files;
      changed.at(path)[at] = static_cast<char>(content[at] ^ 4);
      INFO(path << " byte " << at);
      REQUIRE(audited(changed, position).report.verdict() == Verdict::kBroken);
    }
  }
}

TEST_CASE("Votes that are others than those checked are checked") {
  Chain chain = three_blocks();
  const auto position = audited(chain.files()).position;
  Files files = chain.files();
  auto links = *ledger::decode_links(files.at("quorum/2"), 4);
  Chain other = three_blocks();
  other.voters = {0, 2, 3};
  links[0].step = other.proof(links[0].step.kind, links[0].step.subject);
  files["quorum/2"] = ledger::encode_links(links, 4);
  CHECK(audited(files, position).report.verdict() == Verdict::kVerified);
  links[0].step.signatures[0] = links[0].step.signatures[1];
  files["quorum/2"] = ledger::encode_links(links, 4);
  CHECK(audited(files, position).report.found(Check::kQuorum, Severity::kIntegrity) == 1);
}

TEST_CASE("A position of another history or chain or of a longer mirror or a damaged one could not be checked") {
  sample::Forked forked(2);
  const auto of_first = audited(forked.first.files()).position;
  const auto of_second = audited(forked.second.files()).position;
  REQUIRE(of_first);
  REQUIRE(of_second);
  CHECK(audited(forked.first.files(), of_first).report.verdict() == Verdict::kVerified);
  CHECK(audited(forked.first.files(), of_second).report.verdict() == Verdict::kCouldNotCheck);
  CHECK(audited(forked.second.files(), of_first).report.verdict() == Verdict::kCouldNotCheck);
  CHECK(audited(three_blocks().files(), of_first).report.verdict() == Verdict::kCouldNotCheck);
  auto position = *decode_position(*of_first);
  position.chain = crypto::sha256("another");
  CHECK(audited(forked.first.files(), encode(position)).report.verdict() == Verdict::kCouldNotCheck);
  Bytes damaged = *of_first;
  damaged[40] = static_cast<char>(damaged[40] ^ 1);
  CHECK(audited(forked.first.files(), damaged).report.verdict() == Verdict::kCouldNotCheck);
}

TEST_CASE("A position with another root or state root or size or height is another history's") {
  const Chain chain = three_blocks();
  const auto good = *decode_position(*audited(chain.files()).position);
  const std::function<void(SavedPosition&)> changes[] = {
      [](auto& p) { p.root = crypto::sha256("x"); },
      [](auto& p) { p.state_root = crypto::sha256("x"); },
      [](auto& p) { p.size -= 1; },
      [](auto& p) { p.height = 2, p.votes.pop_back(); },
  };
  for (const auto& change : changes) {
    SavedPosition other = good;
    change(other);
    const Report report = audited(chain.files(), encode(other)).report;
    CHECK(report.verdict() == Verdict::kCouldNotCheck);
    CHECK(report.verdict_line().find("another history") != std::string::npos);
  }
}

TEST_CASE("An audit that found something wrong saves no position") {
  Chain chain;
  chain.grow(1, 1);
  append_forged_signature(chain);
  chain.publish();
  CHECK_FALSE(audited(chain.files()).position);
  Files files = three_blocks().files();
  files.erase("quorum/2");
  const Outcome incomplete = audited(files);
  CHECK(incomplete.report.verdict() == Verdict::kCouldNotCheck);
  CHECK_FALSE(incomplete.position);
}

TEST_CASE("The worked position has the bytes that the page says") {
  const auto filled = [](char with) { return *crypto::Digest::from(Bytes(32, with)); };
  const Bytes file = encode({.chain = filled('\x11'),
                             .size = 5,
                             .height = 1,
                             .root = filled('\x22'),
                             .state_root = filled('\x33'),
                             .votes = {filled('\x44')}});
  CHECK(file.size() == 194);
  CHECK(crypto::to_hex(file.substr(0, 18)) == "71756970752d706f736974696f6e2d763100");
  CHECK(crypto::to_hex(crypto::sha256(file).view()) ==
        "88f52fea7ac370720120100f20977137eb2594cb50c494b3c1036b035312c37a");
}

TEST_CASE("A position has one spelling") {
  const Bytes file = *audited(three_blocks().files()).position;
  const auto read = decode_position(file);
  REQUIRE(read);
  CHECK(encode(*read) == file);
  for (std::size_t size = 0; size < file.size(); ++size) REQUIRE_FALSE(decode_position(file.substr(0, size)));
  for (std::size_t at = 0; at < file.size(); ++at) {
    Bytes changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    REQUIRE_FALSE(decode_position(changed));
  }
  CHECK_FALSE(decode_position(file + "x"));
}

}  // namespace resume_test
}  // namespace quipu::audit
