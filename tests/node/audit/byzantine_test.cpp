// SPDX-License-Identifier: Apache-2.0
// Up to f members do what they must not. The history stands, and the audit says who it was.
#include <algorithm>
#include <catch2/catch.hpp>

#include "node/audit/verify.h"
#include "tests/node/audit/sample_fork.h"

namespace quipu::audit {
namespace byzantine_test {

using consensus::VoteKind;
using sample::Chain;
using sample::Files;
using sample::MemoryBundle;

Report audited(const Files& files, const std::vector<Files>& elsewhere = {}) {
  const MemoryBundle bundle(files);
  std::vector<std::unique_ptr<MemoryBundle>> others;
  const Bytes pinned = sample::genesis_file();
  Request request{.bundle = bundle, .genesis = pinned};
  for (const auto& other : elsewhere) {
    others.push_back(std::make_unique<MemoryBundle>(other, "elsewhere"));
    request.elsewhere.push_back(others.back().get());
  }
  return verify(request);
}

std::vector<std::string> misconduct(const Report& report) {
  std::vector<std::string> out;
  for (const Finding& finding : report.findings()) {
    if (finding.severity == Severity::kMisconduct) out.push_back(finding.what);
  }
  return out;
}

const std::string kAlone = "checkpoints/77";

Chain honest() {
  Chain chain;
  chain.grow(3, 1);
  chain.publish();
  chain.grow(2, 1);
  chain.publish();
  return chain;
}

// The newest checkpoint, and a note of this tree by the log of BR with cosignatures of these alone.
Files note_of(const Chain& chain, std::uint64_t size, const crypto::Digest& root, const std::vector<std::string>& by) {
  const std::string& origin = chain.genesis.origin;
  crypto::Note note{crypto::Checkpoint{origin, size, root}.text(), {}};
  note.lines.push_back(crypto::sign_note(note.text, origin, sample::key("BR", "log")));
  for (const auto& code : by) {
    note.lines.push_back(
        crypto::cosign_note(note.text, origin + "/" + code, sample::key(code, "cosigner"), 1'790'000'100));
  }
  return {{"checkpoint", chain.files().at("checkpoint")}, {kAlone, note.format()}};
}

TEST_CASE("A leader that proposes two blocks and votes for both is named and its history is verified") {
  Chain chain = honest();
  const consensus::Subject a{{3}, {2}, {3}, crypto::sha256("one block")}, b{{3}, {2}, {3}, crypto::sha256("another")};
  chain.add_evidence({chain.vote_of(3, VoteKind::kNotarize, a), chain.vote_of(3, VoteKind::kNotarize, b)});
  const Report report = audited(chain.files());
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(misconduct(report) == std::vector<std::string>{"PE signed contradicting votes in view 3"});
}

TEST_CASE("A member that cosigns another tree is named by the note and the history is verified") {
  const Chain chain = honest();
  const auto size = chain.position.tree.size();
  const auto other = crypto::sha256("another tree");
  const auto said = "PE cosigned a tree of " + std::to_string(size) + " leaves that is not this history's";
  const Report report = audited(chain.files(), {note_of(chain, size, other, {"PE"})});
  INFO(report.text());
  CHECK(misconduct(report) == std::vector<std::string>{said});
  CHECK(report.verdict() == Verdict::kVerified);
  SECTION("also when no block ends at its size") {
    const Report between = audited(chain.files(), {note_of(chain, size - 2, other, {"PE"})});
    CHECK(misconduct(between).size() == 1);
    CHECK(between.verdict() == Verdict::kVerified);
  }
  SECTION("and nobody else with it") {
    auto files = note_of(chain, size, other, {"PE"});
    auto note = *crypto::Note::parse(files.at(kAlone));
    note.lines.push_back(crypto::cosign_note(note.text, chain.genesis.origin + "/CL", sample::key("stranger", "x"), 1));
    files[kAlone] = note.format();
    CHECK(misconduct(audited(chain.files(), {files})) == std::vector<std::string>{said});
  }
  SECTION("and nobody for a tree of this history") {
    CHECK(misconduct(audited(chain.files(), {note_of(chain, size, chain.position.tree.root(), {"PE"})})).empty());
  }
  SECTION("and nobody for a tree that is longer than this history") {
    CHECK(misconduct(audited(chain.files(), {note_of(chain, size + 1, other, {"PE"})})).empty());
  }
}

TEST_CASE("A member whose cosignature is older than its block is named and the history is verified") {
  Chain chain;
  chain.grow(3, 1);
  chain.publish();
  Files files = chain.files();
  auto note = *crypto::Note::parse(files.at("checkpoint"));
  auto& line = note.lines[2];
  line = crypto::cosign_note(note.text, line.name, sample::key("BR", "cosigner"), sample::kCreated_ms / 1'000 - 3'600);
  files["checkpoint"] = files["checkpoints/3"] = note.format();
  const Report report = audited(files);
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(std::ranges::any_of(report.findings(), [](const Finding& finding) {
    return finding.severity == Severity::kObservation && finding.what == "BR cosigned it before its block's time";
  }));
}

}  // namespace byzantine_test
}  // namespace quipu::audit
