// SPDX-License-Identifier: Apache-2.0
#include "node/audit/verify.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "node/audit/directory_bundle.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/audit/sample_fork.h"

namespace quipu::audit {
namespace verify_test {

using sample::Chain;
using sample::Files;
using sample::MemoryBundle;

Report audited(const Files& files, std::vector<Files> elsewhere = {}, unsigned threads = 2) {
  const MemoryBundle bundle(files);
  std::vector<std::unique_ptr<MemoryBundle>> others;
  static const Bytes pinned = sample::genesis_file();
  Request request{.bundle = bundle, .genesis = pinned, .threads = threads};
  for (auto& other : elsewhere) {
    others.push_back(std::make_unique<MemoryBundle>(std::move(other), "other"));
    request.elsewhere.push_back(others.back().get());
  }
  return verify(request);
}

bool is_broken_by(const Report& report, Check check) {
  return report.verdict() == Verdict::kBroken && std::ranges::any_of(report.findings(), [&](const Finding& finding) {
           return finding.severity == Severity::kIntegrity && finding.check == check;
         });
}

// Over 256 leaves, with a skipped view, a repeat, two published checkpoints.
Chain long_chain() {
  Chain chain;
  chain.grow(4, 9);
  chain.skip_view();
  chain.skip_view();
  chain.grow(1, 9);
  chain.repeat();
  chain.publish();
  chain.grow(3, 9);
  chain.publish();
  return chain;
}

TEST_CASE("An honest mirror is verified and every check counts") {
  const Chain chain = long_chain();
  const Report report = audited(chain.files());
  INFO(report.text());
  REQUIRE(report.verdict() == Verdict::kVerified);
  const std::uint64_t submissions = 8 * 4 * 9;
  CHECK(report.size == 2 + submissions + 8);
  CHECK(report.height == 8);
  CHECK(report.root == crypto::to_hex(chain.position.tree.root().view()));
  CHECK(report.count(Check::kSignatures) == submissions);
  CHECK(report.count(Check::kSyntax) == submissions);
  CHECK(report.count(Check::kSequences) == submissions);
  CHECK(report.count(Check::kReplay) == submissions + 9);
  CHECK(report.count(Check::kSeals) == 9);
  CHECK(report.count(Check::kQuorum) == 9 + 2);
  CHECK(report.count(Check::kNotes) == 3);
  CHECK(report.count(Check::kGenesis) == 3);
  CHECK(report.count(Check::kStructure) == chain.files().size() - 2);
  CHECK(report.verdict_line() == "VERIFIED");
}

TEST_CASE("Equal mirrors give equal reports") {
  const Chain chain = long_chain();
  CHECK(audited(chain.files()).json() == audited(chain.files()).json());
}

TEST_CASE("However many threads decode ahead the first fault in the log's order is the one named") {
  Chain chain;
  chain.grow(18, 20);
  chain.publish();
  const Files files = chain.files();
  REQUIRE(files.contains("tile/entries/005.p/" + std::to_string(chain.position.tree.size() - 5 * 256)));
  Files changed = files;
  Bytes& early = changed.at("tile/entries/001");
  early[early.size() / 2] = static_cast<char>(early[early.size() / 2] ^ 1);
  changed.at("tile/entries/003").pop_back();
  for (const unsigned threads : {1u, 2u, 8u}) {
    CHECK(audited(files, {}, threads).verdict() == Verdict::kVerified);
    const Report report = audited(changed, {}, threads);
    CHECK(report.verdict_line().starts_with("BROKEN hashing: tile/0/001: "));
    CHECK(report.json() == audited(changed).json());
  }
  Files cut = files;
  cut.at("tile/entries/003").pop_back();
  CHECK(audited(cut).verdict_line() == "BROKEN structure: tile/entries/003: not its number of framed entries");
}

TEST_CASE("A mirror of the genesis block alone is verified") {
  Chain chain;
  chain.publish();
  CHECK(audited(chain.files()).verdict() == Verdict::kVerified);
}

TEST_CASE("A mirror without any checkpoint could not be checked") {
  Chain chain;
  chain.publish();
  Files files = chain.files();
  files.erase("checkpoint");
  files.erase("checkpoints/0");
  const Report report = audited(files);
  CHECK(report.verdict() == Verdict::kCouldNotCheck);
  CHECK(report.verdict_line() == "COULD-NOT-CHECK notes: no published checkpoint");
}

TEST_CASE("One changed byte anywhere is found and its place is named") {
  Chain short_chain;
  short_chain.grow(3, 1);
  short_chain.skip_view();
  short_chain.grow(1, 1);
  short_chain.publish();
  const Files short_files = short_chain.files(), long_files = long_chain().files();
  std::mt19937_64 random(20260922);
  for (int i = 0; i < 400; ++i) {
    Files changed = i % 8 == 0 ? long_files : short_files;
    const auto chosen = std::next(changed.begin(), static_cast<std::ptrdiff_t>(random() % changed.size()));
    const std::string path = chosen->first;
    Bytes& content = chosen->second;
    const std::size_t at = random() % content.size();
    content[at] = static_cast<char>(content[at] ^ (1 << random() % 8));
    const Report report = audited(changed);
    INFO(path << " byte " << at << "\n" << report.verdict_line());
    REQUIRE(report.verdict() == Verdict::kBroken);
    const auto named = [&](const Finding& finding) { return !finding.file.empty() || finding.leaf || finding.height; };
    REQUIRE(std::ranges::any_of(report.findings(), named));
  }
}

TEST_CASE("Every byte of the small files counts") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  chain.add_evidence({chain.vote_of(3, consensus::VoteKind::kNotarize, {{7}, {6}, {3}, crypto::sha256("a")}),
                      chain.vote_of(3, consensus::VoteKind::kNotarize, {{7}, {6}, {3}, crypto::sha256("b")})});
  const Files files = chain.files();
  REQUIRE(audited(files).verdict() == Verdict::kVerified);
  for (const auto& [path, content] : files) {
    if (path != "checkpoint" && path != "policy/0" && !path.starts_with("evidence/")) continue;
    for (std::size_t at = 0; at < content.size(); at += 3) {
      Files changed = files;
      changed[path][at] = static_cast<char>(content[at] ^ 1);
      INFO(path << " byte " << at);
      REQUIRE(audited(changed).verdict() == Verdict::kBroken);
    }
  }
}

TEST_CASE("A file cut short anywhere is found") {
  const Files files = long_chain().files();
  for (const auto& [path, content] : files) {
    for (const std::size_t size : {std::size_t{0}, content.size() / 2, content.size() - 1}) {
      Files changed = files;
      changed[path].resize(size);
      INFO(path << " cut to " << size);
      REQUIRE(audited(changed).verdict() == Verdict::kBroken);
    }
  }
}

TEST_CASE("A file that is missing never passes") {
  const Files files = long_chain().files();
  for (const auto& [path, content] : files) {
    Files changed = files;
    changed.erase(path);
    const Report report = audited(changed);
    INFO(path << " " << report.verdict_line());
    if (path == "checkpoints/5") continue;  // an older publication may be gone, nothing rests on it
    if (path.starts_with("quorum/")) {
      CHECK(report.verdict() == Verdict::kCouldNotCheck);
    } else {
      CHECK(report.verdict() == Verdict::kBroken);
    }
  }
}

TEST_CASE("A file that does not belong there is found") {
  const Files files = long_chain().files();
  for (const char* path : {"readme", "tile/0/002", "tile/0/000.p/3", "tile/1/001.p/1", "policy/1", "quorum/0",
                           "quorum/9", "checkpoints/9", "evidence/x", "records/x", "checkpoint~"}) {
    Files changed = files;
    changed[path] = "x";
    INFO(path);
    CHECK(audited(changed).verdict() == Verdict::kBroken);
  }
}

TEST_CASE("Swapped files are found") {
  const Files files = long_chain().files();
  const std::pair<const char*, const char*> pairs[] = {
      {"quorum/3", "quorum/4"}, {"tile/0/000", "tile/entries/000"}, {"checkpoints/5", "checkpoints/8"}};
  for (const auto& [a, b] : pairs) {
    Files changed = files;
    std::swap(changed[a], changed[b]);
    INFO(a);
    CHECK(audited(changed).verdict() == Verdict::kBroken);
  }
}

TEST_CASE("A genesis other than the pinned one is refused") {
  Chain chain;
  chain.publish();
  Files files = chain.files();
  files["genesis"] = sample::genesis_file("sample-2");
  CHECK(is_broken_by(audited(files), Check::kGenesis));
}

// The chain with one more block that the members should not have voted for, and one honest-looking publication.
Report audited_with(const std::function<void(Chain&)>& plant) {
  Chain chain;
  chain.grow(2, 2);
  plant(chain);
  chain.publish();
  return audited(chain.files());
}

TEST_CASE("A wrong state root is found though all voted for it") {
  const Report report = audited_with([](Chain& chain) {
    const auto block = chain.build(chain.next_submissions(1)).block;
    chain.append_forged(chain.with_seal(block.leaves, [](auto& seal) { seal.state_root = crypto::sha256("x"); }));
  });
  INFO(report.text());
  CHECK(is_broken_by(report, Check::kReplay));
  CHECK(report.findings().front().height == 3u);
}

TEST_CASE("A wrong field of a seal is found though all voted for it") {
  const std::function<void(ledger::SealInfo&)> changes[] = {
      [](auto& seal) { seal.height.value += 1; },     [](auto& seal) { seal.first_index += 1; },
      [](auto& seal) { seal.previous_size -= 1; },    [](auto& seal) { seal.previous_root = crypto::sha256("x"); },
      [](auto& seal) { seal.proposer = "XX"; },       [](auto& seal) { seal.block_time_ms = sample::kCreated_ms; },
      [](auto& seal) { seal.submissions = 1; },       [](auto& seal) { seal.membership_hash = crypto::sha256("x"); },
      [](auto& seal) { seal.protocol_version = 2; },  [](auto& seal) { seal.epoch.value = 1; },
      [](auto& seal) { seal.chain_id = "sample-2"; },
  };
  for (const auto& change : changes) {
    const Report report = audited_with([&](Chain& chain) {
      chain.append_forged(chain.with_seal(chain.build(chain.next_submissions(1)).block.leaves, change));
    });
    INFO(report.text());
    CHECK(is_broken_by(report, Check::kSeals));
  }
}

// A forged block of one leaf, its seal as an honest block of its place would have it.
void plant_leaf(Chain& chain, const Bytes& leaf) {
  auto leaves = chain.build(chain.next_submissions(1)).block.leaves;
  leaves.erase(leaves.begin(), leaves.end() - 1);
  leaves.insert(leaves.begin(), leaf);
  chain.append_forged(chain.with_seal(leaves, [](auto& seal) { seal.submissions = 1; }));
}

TEST_CASE("A sequence that jumps or repeats is found") {
  for (const std::uint64_t sequence : {1u, 4u, 6u}) {  // the next is 5
    const Report report = audited_with([&](Chain& chain) {
      plant_leaf(chain, sample::signed_registrations("BO", sequence, 70, 1, chain.next_time_ms() / 1000)->leaf);
    });
    INFO(report.text());
    CHECK(is_broken_by(report, Check::kSequences));
  }
}

TEST_CASE("An author's wrong signature is found though all voted for it") {
  const Report report = audited_with([](Chain& chain) {
    auto submissions = chain.next_submissions(2);
    Bytes leaf = submissions[5]->leaf;
    leaf.back() = static_cast<char>(leaf.back() ^ 1);
    submissions[5] = sample::decoded(leaf);
    chain.append(submissions);
    chain.grow(2, 1);
  });
  INFO(report.text());
  REQUIRE(is_broken_by(report, Check::kSignatures));
  CHECK(report.findings().back().leaf == 2u + 2 * 9 + 5);
}

TEST_CASE("A wrong signature is found after its author has signed so much that its key has tables") {
  constexpr int kBlocks = 5, kEach = 20;           // 100 signatures a key
  for (const std::size_t byte : {1U, 33U, 64U}) {  // from the end: within S and within R
    Chain chain;
    chain.grow(kBlocks, kEach);
    auto submissions = chain.next_submissions(2);
    Bytes leaf = submissions[5]->leaf;
    leaf[leaf.size() - byte] = static_cast<char>(leaf[leaf.size() - byte] ^ 4);
    submissions[5] = sample::decoded(leaf);
    chain.append(submissions);
    chain.grow(1, kEach);
    chain.publish();
    const Report report = audited(chain.files(), {}, 1);
    INFO(report.text());
    REQUIRE(is_broken_by(report, Check::kSignatures));
    CHECK(report.findings().back().leaf == 2U + kBlocks * (4 * kEach + 1) + 5);
    CHECK(report.count(Check::kSignatures) == report.count(Check::kSyntax) - 1);
  }
}

TEST_CASE("A submission with a foreign or unfit key is found") {
  for (const char* purpose : {"vote", "other"}) {
    const Report report = audited_with([&](Chain& chain) {
      plant_leaf(chain, ledger::sign_submission(sample::registrations("BO", 1, 70, 1), sample::key("BO", purpose),
                                                chain.next_time_ms() / 1000));
    });
    INFO(report.text());
    CHECK(is_broken_by(report, Check::kAuthority));
  }
}

TEST_CASE("A submission that is too old or not canonical is found") {
  const Report old = audited_with([](Chain& chain) {
    plant_leaf(chain, sample::signed_registrations("BO", 5, 70, 1, chain.next_time_ms() / 1000 - 90'000)->leaf);
  });
  CHECK(is_broken_by(old, Check::kTime));
  const Report spelled = audited_with([](Chain& chain) {
    const Bytes payload = ledger::canonical(sample::registrations("BO", 5, 70, 1)) + Bytes("\x98\x06\x01", 3);
    plant_leaf(chain, crypto::sign_statement(sample::key("BO", "issuer"), "BO", "sample-1", chain.next_time_ms() / 1000,
                                             payload));
  });
  CHECK(is_broken_by(spelled, Check::kSyntax));
}

TEST_CASE("Events logged after their day of effect are one observation with their number and the largest lag") {
  const auto late_findings = [](const Report& report) {
    std::vector<Finding> out;
    std::ranges::copy_if(report.findings(), std::back_inserter(out),
                         [](const Finding& f) { return f.check == Check::kTime; });
    return out;
  };
  CHECK(late_findings(audited_with([](Chain&) {})).empty());
  const Report report = audited_with([](Chain& chain) {
    auto payload = sample::registrations("BO", 5, 70, 3);
    payload.mutable_events(0)->set_decision_date("2026-09-20");
    payload.mutable_events(1)->set_decision_date("2026-09-11");
    chain.append(
        {sample::decoded(ledger::sign_submission(payload, sample::key("BO", "issuer"), chain.next_time_ms() / 1000))});
  });
  REQUIRE(report.verdict() == Verdict::kVerified);
  const auto found = late_findings(report);
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == Severity::kObservation);
  CHECK(found[0].what == "2 events LATE: logged after their day of effect, by at most 10 days");
  CHECK(found[0].height == 3u);
  CHECK(found[0].leaf == 2u + 2 * 9);
}

TEST_CASE("Events signed with a key reported lost are one observation with their number") {
  const Report report = audited_with([](Chain& chain) {
    ledger::v1::Submission payload;
    payload.set_chain_id("sample-1");
    payload.set_administration("BO");
    payload.set_sequence(1);
    payload.add_events()->set_decision_date("2026-09-21");
    auto& lost = *payload.mutable_events(0)->mutable_key_revoked();
    lost.set_public_key(sample::public_key("BO", "issuer"));
    lost.set_compromised_since("2026-09-21");
    const auto key = sample::key("BO", "governance");
    chain.append({sample::decoded(ledger::sign_submission(payload, key, chain.next_time_ms() / 1000))});
  });
  REQUIRE(report.verdict() == Verdict::kVerified);
  const auto disputed = [](const Finding& f) { return f.what.find("DISPUTED") != std::string::npos; };
  REQUIRE(std::ranges::count_if(report.findings(), disputed) == 1);
  const Finding found = *std::ranges::find_if(report.findings(), disputed);
  CHECK(found.severity == Severity::kObservation);
  CHECK(found.what == "4 events DISPUTED: signed with a key that its owner reported lost, and not reaffirmed");
  CHECK(found.leaf == 2u);
}

TEST_CASE("A fact against the rules is found") {
  const Report report = audited_with([](Chain& chain) {
    plant_leaf(chain, sample::signed_registrations("BO", 5, 1, 1, chain.next_time_ms() / 1000)->leaf);
  });
  INFO(report.text());
  CHECK(is_broken_by(report, Check::kReplay));
}

TEST_CASE("A block left out is found") {
  Chain whole, gapped;
  whole.grow(2, 1);
  gapped.grow(1, 1);
  gapped.append_forged(whole.build(whole.next_submissions(1)).block.leaves);
  gapped.publish();
  const Report report = audited(gapped.files());
  INFO(report.text());
  CHECK(is_broken_by(report, Check::kSequences));
}

TEST_CASE("A log that does not end with a seal is found") {
  Chain chain;
  chain.grow(1, 1);
  auto leaves = chain.build(chain.next_submissions(1)).block.leaves;
  leaves.pop_back();
  chain.append_forged(leaves);
  chain.publish();
  CHECK(audited(chain.files()).verdict() == Verdict::kBroken);
}

TEST_CASE("A truncated mirror is found") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Files shorter = chain.files();
  chain.grow(2, 1);
  chain.publish();
  Files files = chain.files();
  for (const auto& path : {"tile/0/000.p/22", "tile/entries/000.p/22"}) REQUIRE(files.erase(path) == 1);
  files.insert(shorter.begin(), shorter.end());
  CHECK(is_broken_by(audited(files), Check::kStructure));
}

TEST_CASE("Votes that are too few or for another block are found") {
  Chain chain;
  chain.grow(3, 1);
  chain.publish();
  const Files files = chain.files();
  auto links = *ledger::decode_links(files.at("quorum/2"), 4);
  const auto with = [&](const consensus::QuorumProof& step) {
    Files changed = files;
    auto replaced = links;
    replaced[0].step = step;
    changed["quorum/2"] = ledger::encode_links(replaced, 4);
    return audited(changed);
  };
  REQUIRE(with(links[0].step).verdict() == Verdict::kVerified);
  auto few = links[0].step;
  few.signers.pop_back();
  few.signatures.pop_back();
  CHECK(is_broken_by(with(few), Check::kQuorum));
  auto other = links[0].step.subject;
  other.block = crypto::sha256("other");
  CHECK(is_broken_by(with(chain.proof(consensus::VoteKind::kNotarize, other)), Check::kQuorum));
  auto late = links[0].step.subject;
  late.view.value = 9;
  CHECK(is_broken_by(with(chain.proof(consensus::VoteKind::kNotarize, late)), Check::kQuorum));
}

TEST_CASE("A repeat of a block may be told with the block and with the next") {
  Chain chain;
  chain.grow(1, 1);
  chain.repeat();
  chain.grow(1, 1);
  chain.publish();
  Files files = chain.files();
  auto first = *ledger::decode_links(files.at("quorum/1"), 4);
  auto second = *ledger::decode_links(files.at("quorum/2"), 4);
  REQUIRE(first.size() == 2);
  second.insert(second.begin(), first[1]);
  files["quorum/2"] = ledger::encode_links(second, 4);
  CHECK(audited(files).verdict() == Verdict::kVerified);
  first.pop_back();
  files["quorum/1"] = ledger::encode_links(first, 4);
  CHECK(audited(files).verdict() == Verdict::kVerified);
  second[0].step.signatures[0] = second[0].step.signatures[1];
  files["quorum/2"] = ledger::encode_links(second, 4);
  CHECK(is_broken_by(audited(files), Check::kQuorum));
}

TEST_CASE("A checkpoint with one cosignature too few or a line too many is refused") {
  Chain chain;
  chain.grow(1, 1);
  chain.publish();
  const Files files = chain.files();
  const auto note = *crypto::Note::parse(files.at("checkpoint"));
  const auto with = [&](const std::function<void(crypto::Note&)>& change) {
    crypto::Note changed_note = note;
    change(changed_note);
    Files changed = files;
    changed["checkpoint"] = changed["checkpoints/1"] = changed_note.format();
    return audited(changed);
  };
  REQUIRE(with([](auto&) {}).verdict() == Verdict::kVerified);
  CHECK(is_broken_by(with([](auto& n) { n.lines.pop_back(); }), Check::kNotes));
  CHECK(is_broken_by(with([](auto& n) { n.lines.push_back(n.lines[0]); }), Check::kNotes));
  CHECK(is_broken_by(with([](auto& n) { n.lines[3] = n.lines[2]; }), Check::kNotes));
  CHECK(is_broken_by(with([](auto& n) { std::swap(n.lines[1], n.lines[2]); }), Check::kNotes));
  CHECK(is_broken_by(with([](auto& n) { n.lines.erase(n.lines.begin()); }), Check::kNotes));
  CHECK(is_broken_by(with([](auto& n) { n.lines[1].name = "stranger"; }), Check::kNotes));
}

TEST_CASE("Evidence names the member and leaves the history verified") {
  using consensus::VoteKind;
  Chain chain;
  chain.grow(1, 1);
  chain.publish();
  const consensus::Subject a{{7}, {6}, {3}, crypto::sha256("a")}, b{{7}, {6}, {3}, crypto::sha256("b")},
      x{{7}, {}, {}, {}};
  chain.add_evidence({chain.vote_of(3, VoteKind::kNotarize, a), chain.vote_of(3, VoteKind::kNotarize, b)});
  chain.add_evidence({chain.vote_of(2, VoteKind::kFinalize, a), chain.vote_of(2, VoteKind::kFinalize, b)});
  chain.add_evidence({chain.vote_of(1, VoteKind::kNotarize, a), chain.vote_of(1, VoteKind::kFinalize, b)});
  chain.add_evidence({chain.vote_of(0, VoteKind::kNullify, x), chain.vote_of(0, VoteKind::kFinalize, b)});
  const Report report = audited(chain.files());
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.count(Check::kEvidence) == 4);
  for (const auto& code : sample::kCodes) {
    CHECK(std::ranges::any_of(report.findings(), [&](const Finding& finding) {
      return finding.severity == Severity::kMisconduct && finding.what.starts_with(code) && !finding.evidence.empty();
    }));
  }
}

// A mirror with more findings that break nothing than a report keeps.
Files with_a_thousand_evidence_files() {
  using consensus::VoteKind;
  Chain chain;
  chain.grow(1, 1);
  chain.publish();
  for (std::uint64_t view = 10; view < 1'020; ++view) {
    const consensus::Subject a{{view}, {6}, {3}, crypto::sha256("a")}, b{{view}, {6}, {3}, crypto::sha256("b")};
    chain.add_evidence({chain.vote_of(3, VoteKind::kNotarize, a), chain.vote_of(3, VoteKind::kNotarize, b)});
  }
  return chain.files();
}

TEST_CASE("A thousand pieces of evidence do not hide one flipped byte") {
  const Files files = with_a_thousand_evidence_files();
  const Report honest = audited(files);
  CHECK(honest.verdict() == Verdict::kVerified);
  CHECK(honest.found(Severity::kMisconduct) == 1'010);
  CHECK(std::ranges::count(honest.findings(), Severity::kMisconduct, &Finding::severity) == 1'000);
  Files changed = files;
  for (auto& [path, content] : changed) {
    if (path.starts_with("tile/entries/"))
      content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  }
  const Report broken = audited(changed);
  INFO(broken.verdict_line());
  CHECK(broken.verdict() == Verdict::kBroken);
  CHECK(broken.verdict_line().starts_with("BROKEN hashing: "));
  CHECK(is_broken_by(broken, Check::kHashing));
  CHECK(broken.text().find("and 10 more findings") != std::string::npos);
}

TEST_CASE("A thousand pieces of evidence do not hide what could not be checked") {
  Files files = with_a_thousand_evidence_files();
  REQUIRE(files.erase("quorum/1") == 1);
  CHECK(audited(files).verdict() == Verdict::kCouldNotCheck);
}

TEST_CASE("A thousand worthless checkpoints elsewhere do not hide one flipped byte") {
  Chain chain;
  chain.grow(1, 1);
  chain.publish();
  Files files = chain.files(), junk;
  for (int i = 0; i < 1'010; ++i) junk["checkpoints/" + std::to_string(i)] = "x";
  for (auto& [path, content] : files) {
    if (path.starts_with("tile/0/")) content[0] = static_cast<char>(content[0] ^ 1);
  }
  const Report report = audited(files, {junk});
  INFO(report.verdict_line());
  CHECK(report.verdict() == Verdict::kBroken);
}

TEST_CASE("Evidence that convicts nobody breaks the mirror") {
  using consensus::VoteKind;
  const consensus::Subject a{{7}, {6}, {3}, crypto::sha256("a")}, b{{8}, {6}, {3}, crypto::sha256("b")},
      x{{7}, {}, {}, {}};
  const auto with = [&](const std::function<consensus::Evidence(const Chain&)>& pair) {
    Chain chain;
    chain.publish();
    chain.add_evidence(pair(chain));
    return audited(chain.files());
  };
  const auto other_view = [&](const Chain& c) -> consensus::Evidence {
    return {c.vote_of(3, VoteKind::kNotarize, a), c.vote_of(3, VoteKind::kNotarize, b)};
  };
  const auto allowed = [&](const Chain& c) -> consensus::Evidence {
    return {c.vote_of(3, VoteKind::kNotarize, a), c.vote_of(3, VoteKind::kNullify, x)};
  };
  const auto forged = [&](const Chain& c) -> consensus::Evidence {
    auto vote = c.vote_of(3, VoteKind::kFinalize, a);
    auto nullify = c.vote_of(2, VoteKind::kNullify, x);
    nullify.signer = 3;
    return {nullify, vote};
  };
  CHECK(is_broken_by(with(other_view), Check::kEvidence));
  CHECK(is_broken_by(with(allowed), Check::kEvidence));
  CHECK(is_broken_by(with(forged), Check::kEvidence));
}

TEST_CASE("Checkpoints seen elsewhere must lie on the same history") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Files shorter = chain.files();
  chain.grow(2, 1);
  chain.publish();
  const Files longer = chain.files();
  const Report behind = audited(longer, {shorter});
  CHECK(behind.verdict() == Verdict::kVerified);
  CHECK(behind.count(Check::kElsewhere) == 2);
  const Report ahead = audited(shorter, {longer});
  CHECK(ahead.verdict() == Verdict::kCouldNotCheck);
  CHECK(audited(longer, {Files{}}).verdict() == Verdict::kCouldNotCheck);
}

TEST_CASE("A fork is found and the members who signed both sides are named") {
  Chain ours, theirs;
  ours.grow(3, 1);
  theirs.grow(2, 1);
  sample::Submissions others;
  for (const auto& code : sample::kCodes) {
    others.push_back(sample::signed_registrations(code, 3, 50, 1, theirs.next_time_ms() / 1000));
  }
  theirs.append(others);
  ours.publish();
  theirs.publish();
  const Report report = audited(ours.files(), {theirs.files()});
  INFO(report.text());
  CHECK(is_broken_by(report, Check::kElsewhere));
  const auto accused = [&](const std::string& code, bool with_votes) {
    return std::ranges::any_of(report.findings(), [&](const Finding& finding) {
      return finding.severity == Severity::kMisconduct && finding.what.starts_with(code) &&
             finding.evidence.empty() != with_votes;
    });
  };
  for (const char* voter : {"BO", "BR", "CL"}) CHECK(accused(voter, true));
  for (const char* cosigner : {"BO", "BR", "PE"}) CHECK(accused(cosigner, false));
  CHECK_FALSE(accused("PE", true));
  CHECK_FALSE(accused("CL", false));
}

TEST_CASE("A cosignature that does not verify accuses nobody of having signed a fork") {
  sample::Forked forked;
  forked.first.cosigners = {0, 1, 2};
  forked.first.publish();
  Files ours = forked.first.files();
  auto note = *crypto::Note::parse(ours.at("checkpoint"));
  note.lines.back().signature.back() = static_cast<char>(note.lines.back().signature.back() ^ 1);  // CL's
  ours["checkpoint"] = ours["checkpoints/4"] = note.format();
  const Report report = audited(ours, {forked.second.files()});
  INFO(report.text());
  const auto cosigned_both = [&](const std::string& code) {
    return std::ranges::any_of(report.findings(), [&](const Finding& finding) {
      return finding.severity == Severity::kMisconduct && finding.what == code + " cosigned two trees of one size";
    });
  };
  CHECK(cosigned_both("BR"));
  CHECK_FALSE(cosigned_both("CL"));
}

TEST_CASE("A mirror in a directory is read file by file") {
  namespace fs = std::filesystem;
  const fs::path directory = fs::temp_directory_path() / "quipu-audit-test";
  fs::remove_all(directory);
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  for (const auto& [path, content] : chain.files()) {
    fs::create_directories((directory / path).parent_path());
    std::ofstream(directory / path, std::ios::binary) << content;
  }
  const auto bundle = open_directory(directory);
  REQUIRE(bundle);
  CHECK(verify({.bundle = **bundle, .genesis = sample::genesis_file()}).verdict() == Verdict::kVerified);
  fs::remove_all(directory);
  CHECK_FALSE(open_directory(directory));
}

}  // namespace verify_test
}  // namespace quipu::audit
