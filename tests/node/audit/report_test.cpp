// SPDX-License-Identifier: Apache-2.0
// The report as a document: its forms, its digest, and the facts in it.
#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "node/audit/document.h"
#include "node/audit/verify.h"
#include "tests/node/audit/sample_epochs.h"

namespace quipu::audit {
namespace report_test {

using sample::Chain;
using sample::MemoryBundle;

Report audited(const sample::Files& files, const std::string& name = "memory", unsigned threads = 2) {
  const MemoryBundle bundle(files, name);
  static const Bytes pinned = sample::genesis_file();
  return verify({.bundle = bundle, .genesis = pinned, .threads = threads});
}

std::string lines_above_the_last(const std::string& text) {
  return text.substr(0, text.rfind('\n', text.size() - 2) + 1);
}
std::string last_line(const std::string& text) { return text.substr(lines_above_the_last(text).size()); }

Chain a_chain() {
  Chain chain;
  chain.grow(3, 2);
  chain.skip_view();
  chain.grow(2, 2);
  chain.publish();
  return chain;
}

TEST_CASE(
    "Equal mirrors give equal reports in every form whatever the directory is called and however many threads check") {
  const auto files = a_chain().files();
  const Report here = audited(files, "/home/somebody/mirror", 1), there = audited(files, "elsewhere", 7);
  CHECK(here.digest() == there.digest());
  CHECK(here.json() == there.json());
  CHECK(text_of(document_of(here)) == text_of(document_of(there)));
  CHECK(html_of(document_of(here)) == html_of(document_of(there)));
  CHECK(here.json().find("somebody") == std::string::npos);
}

TEST_CASE("Another mirror gives another digest") {
  Chain chain = a_chain();
  const auto before = audited(chain.files()).digest();
  chain.grow(1, 1);
  chain.publish();
  CHECK(audited(chain.files()).digest() != before);
}

TEST_CASE("The digest is that of the JSON report and stands in all forms") {
  const Report report = audited(a_chain().files());
  CHECK(report.digest() == crypto::to_hex(crypto::sha256(report.json()).view()));
  for (const auto& form : {report.text(), text_of(document_of(report)), html_of(document_of(report))}) {
    CHECK(form.find(report.digest()) != std::string::npos);
  }
  CHECK(last_line(report.text()) == "VERIFIED\n");
  CHECK(last_line(lines_above_the_last(report.text())) == "report " + report.digest() + "\n");
}

TEST_CASE("The last line of a document is the digest of the lines above it") {
  const Document document = document_of(audited(a_chain().files()));
  for (const auto& form : {text_of(document), html_of(document)}) {
    const auto digest = crypto::to_hex(crypto::sha256(lines_above_the_last(form)).view());
    CHECK(last_line(form).find("SHA-256 of the lines above " + digest) != std::string::npos);
  }
}

TEST_CASE("The page has no script and fetches nothing") {
  const std::string page = html_of(document_of(audited(a_chain().files())));
  for (const char* word : {"<script", "javascript", "http:", "https:", "src=", "href=", "@import", "url("}) {
    INFO(word);
    CHECK(page.find(word) == std::string::npos);
  }
  CHECK(page.starts_with("<!doctype html>"));
}

TEST_CASE("A history of which no block could be read has no days of a first and a newest one") {
  auto files = a_chain().files();
  for (auto& [name, content] : files) {
    if (name.starts_with("tile/entries/")) content[content.size() / 2] ^= 1;
  }
  const Report report = audited(files);
  REQUIRE(report.verdict() == Verdict::kBroken);
  CHECK(html_of(document_of(report)).find("1970") == std::string::npos);
  CHECK(text_of(document_of(report)).find("1970") == std::string::npos);
}

TEST_CASE("The page says of every cell what it is: a name, a figure, a hash") {
  const std::string page = html_of(document_of(audited(a_chain().files())));
  CHECK(page.find("<th scope=\"row\">Leaves</th><td class=\"number\">") != std::string::npos);
  CHECK(page.find("<th scope=\"row\">Root of the log</th><td class=\"hash\">") != std::string::npos);
  CHECK(page.find("<th scope=\"col\" class=\"number\">Passed</th>") != std::string::npos);
  CHECK(page.find("<p class=\"verdict verified\">") != std::string::npos);
}

TEST_CASE("What a file is called forges neither a line of the report nor markup") {
  auto files = a_chain().files();
  files["x\nVERIFIED"] = "x";
  files["<script>alert(1)</script>"] = "x";
  const Report report = audited(files);
  REQUIRE(report.verdict() == Verdict::kBroken);
  CHECK(last_line(report.text()).starts_with("BROKEN "));
  CHECK(text_of(document_of(report)).find("\nVERIFIED") == std::string::npos);
  CHECK(html_of(document_of(report)).find("<script") == std::string::npos);
}

TEST_CASE("Every check of the list has a name and a count in the report") {
  const Report report = audited(a_chain().files());
  std::set<std::string> names;
  for (const Check check : kChecks) {
    names.insert(std::string(name_of(check)));
    CHECK_FALSE(counts_of(check).empty());
    CHECK(report.json().find("\"name\":\"" + std::string(name_of(check)) + "\"") != std::string::npos);
  }
  CHECK(names.size() == 19);
}

TEST_CASE("The facts name epochs and members with what they did") {
  const Report report = audited(sample::published().files());
  REQUIRE(report.verdict() == Verdict::kVerified);
  const Facts& facts = report.facts;
  REQUIRE(facts.epochs.size() == 4);
  CHECK(facts.epochs[0].first_height == 0);
  CHECK(facts.epochs[3].last_height == report.height);
  for (std::size_t i = 1; i < 4; ++i) CHECK(facts.epochs[i].first_height == facts.epochs[i - 1].last_height + 1);
  CHECK(facts.epochs[1].members == std::vector<std::string>{"BO", "BR", "CL", "PE", "UY"});
  CHECK(facts.members.at("PE").left_height == facts.epochs[2].first_height);
  CHECK(facts.members.at("UY").joined_height == facts.epochs[1].first_height);
  CHECK(report.count(Check::kMembership) == 3);
  std::uint64_t submissions = 0, blocks = 0, votes = 0;
  for (const auto& [code, member] : facts.members) {
    std::uint64_t signed_with = 0;
    for (const auto& key : member.keys) signed_with += key.signed_submissions;
    CHECK(signed_with == member.submissions);
    submissions += member.submissions;
    blocks += member.blocks;
    votes += member.votes;
  }
  CHECK(submissions == report.count(Check::kSignatures));
  CHECK(blocks == report.height);
  CHECK(votes > 3 * report.height);
}

TEST_CASE("Every voter's share in proofs and views and checkpoints is counted") {
  const Report report = audited(a_chain().files());
  const auto& members = report.facts.members;
  CHECK(members.at("BO").votes == 5 + 1);
  CHECK(members.at("PE").votes == 0);
  CHECK(members.at("PE").cosignatures == 1);
  CHECK(members.at("CL").cosignatures == 0);
  CHECK(report.facts.nullified_views == 1);
  std::uint64_t led = 0, lost = 0;
  for (const auto& [code, member] : members) led += member.led_views, lost += member.lost_views;
  CHECK(led == 5);
  CHECK(lost == 1);
  CHECK(report.text().find("1 views came to nothing") != std::string::npos);
}

TEST_CASE("A member that is silent for long and a cosigner that is stale are observed") {
  Chain chain;
  for (int i = 0; i < 70; ++i) {
    chain.grow(1, 1);
    if (i % 4 == 0) chain.publish();
  }
  chain.publish();
  const Report report = audited(chain.files());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.text().find("PE: no vote of its in the newest 70 quorum proofs") != std::string::npos);
  CHECK(report.text().find("CL: on none of the newest 16 published checkpoints") != std::string::npos);
  CHECK(report.text().find("BO: ") == std::string::npos);
}

TEST_CASE("A proposer that does not lead the view of its block is observed") {
  const auto with_proposer = [](bool leader) {
    Chain chain;
    chain.grow(2, 1);
    std::string proposer = chain.leader();
    if (!leader) proposer = proposer == "BO" ? "BR" : "BO";
    ledger::BlockBuilder builder(chain.genesis, chain.position, proposer, chain.next_time_ms());
    for (const auto& submission : chain.next_submissions(1)) REQUIRE(builder.add(*submission));
    chain.append(std::move(builder).seal());
    chain.repeat();
    chain.grow(1, 1);
    chain.publish();
    return audited(chain.files());
  };
  CHECK(with_proposer(true).found(Check::kSeals, Severity::kObservation) == 0);
  const Report report = with_proposer(false);
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.text().find("seals: height 3: 1 blocks whose seal names another proposer") != std::string::npos);
}

}  // namespace report_test
}  // namespace quipu::audit
