// SPDX-License-Identifier: Apache-2.0
// Proofs of recognition from a node to the auditor's program, and what is made of them on the way.
#include "node/ledger/recognition_proof.h"

#include "node/cli/files.h"
#include "node/ledger/mirror.h"
#include "tests/node/cli/audited.h"
#include "tests/node/cli/recognised_firms.h"

namespace quipu::cli::trial {

namespace recognition_proof_test {

using ledger::RecognitionProof;

struct Proven {
  Proven() {
    fill(node, folder);
    const auto& genesis = node.ledger.genesis();
    policy_file = folder.write("policy", ledger::policy_file(genesis.origin, genesis.members));
    policy = ledger::TrustPolicy::parse(read_file(policy_file).value()).value();
  }

  // The file that the question's proof went to.
  std::string ask(RecogniseOptions question, const std::string& name) {
    question.role = "EXPORTER";
    question.flow = "IMPORT";
    if (question.on.empty()) question.on = "2026-02-01";
    if (question.by.empty()) question.by = "PE";
    question.proof = folder.file(name);
    Captured out;
    const Done done = recognise(node.global(), question);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
    answer = out.text();
    return question.proof;
  }
  RecognitionProof proof(const RecogniseOptions& question) {
    return RecognitionProof::parse(read_file(ask(question, "proof")).value()).value();
  }
  std::string broken(const RecognitionProof& proof) const {
    const auto said = ledger::verify_recognition(proof, policy);
    return said ? "" : said.error();
  }

  TestNode node;
  Folder folder;
  std::string policy_file, answer;
  ledger::TrustPolicy policy;
};

RecogniseOptions by_tin(const std::string& tin) {
  RecogniseOptions question;
  question.tin = tin;
  return question;
}

RecogniseOptions by_alias(const std::string& alias) {
  RecogniseOptions question;
  question.alias = alias;
  return question;
}

}  // namespace recognition_proof_test

TEST_CASE("a proof of recognition says offline what the node answered and under which arrangement", "[cli]") {
  using namespace recognition_proof_test;
  Proven proven;
  const auto file = proven.ask(by_tin("bo-1001"), "recognised");
  CHECK_THAT(proven.answer, Catch::Matchers::Contains(R"("reason":"RECOGNISED")") && Catch::Matchers::Contains(file));
  const auto audited = audit_status(file, proven.policy_file);
  CHECK(audited.exit_code == 0);
  CHECK_THAT(
      audited.output,
      Catch::Matchers::StartsWith("question     tin BO1001, by PE, role EXPORTER, flow IMPORT, on 2026-02-01\n") &&
          Catch::Matchers::Contains("\nanswer       RECOGNISED, subject BO/BO-1\n  ARR BO/OEA-1 RECOGNISED\n") &&
          Catch::Matchers::EndsWith("VERIFIED\n"));
  const auto json = audit_status(file, proven.policy_file, "--output json");
  CHECK_THAT(json.output, Catch::Matchers::Contains(R"("recognised":true)") &&
                              Catch::Matchers::Contains(R"("arrangement":"ARR","reason":"RECOGNISED")"));
  CHECK_THAT(audit_status(file, proven.policy_file, "--on 2026-03-01").output,
             Catch::Matchers::StartsWith("COULD-NOT-CHECK "));
}

TEST_CASE("why not is proven too and so is that nobody is known by a number or alias", "[cli]") {
  using namespace recognition_proof_test;
  Proven proven;
  const auto answered = [&](RecogniseOptions question) {
    const auto audited = audit_status(proven.ask(std::move(question), "file"), proven.policy_file);
    CHECK(audited.exit_code == 0);
    const auto at = audited.output.find("answer ");
    REQUIRE(at != std::string::npos);
    return audited.output.substr(at + 13, audited.output.find_first_of(",\n", at) - at - 13);
  };
  CHECK(answered(by_alias("MID:acme-1")) == "RECOGNISED");
  CHECK(answered(by_alias("MID:ACME2")) == "ALIAS_UNKNOWN");
  CHECK(answered(by_tin("BO9")) == "TIN_UNKNOWN");
  CHECK(answered(by_tin("BO7001")) == "TIN_UNKNOWN");
  auto early = by_tin("BO1001");
  early.on = "2025-06-01";
  CHECK(answered(early) == "ARRANGEMENT_NOT_EFFECTIVE");
  auto own = by_tin("BO1001");
  own.by = "BO";
  CHECK(answered(own) == "RECOGNISED");
  auto stranger = by_tin("BO1001");
  stranger.by = "XX";
  CHECK(answered(stranger) == "NO_ARRANGEMENT");
}

TEST_CASE("a proof of recognition with any bit changed proves nothing but the same of another question", "[cli]") {
  using namespace recognition_proof_test;
  Proven proven;
  const Bytes good = read_file(proven.ask(by_tin("BO1001"), "file")).value();
  const auto honest = RecognitionProof::parse(good).value();
  CHECK(honest.format() == good);
  const auto state = proven.node.ledger.reader()->state(std::nullopt);
  const auto lines_of_question = good.find("\nrecord ");
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1 << at % 7);
    const auto read = RecognitionProof::parse(bad);
    const auto said = read ? ledger::verify_recognition(*read, proven.policy) : std::unexpected(std::string());
    INFO("byte " << at);
    REQUIRE((!said || at < lines_of_question));
    if (said) REQUIRE(said->answer.reason == ledger::recognise(*state, read->question)->reason);
  }
  for (std::size_t size = 0; size < good.size(); size += 13) {
    const auto read = RecognitionProof::parse(good.substr(0, size));
    REQUIRE_FALSE((read && ledger::verify_recognition(*read, proven.policy)));
  }
}

TEST_CASE("a proof of recognition keeps no record back and takes no other in its place", "[cli]") {
  using namespace recognition_proof_test;
  Proven proven;
  const auto honest = proven.proof(by_tin("BO1001"));
  const auto unknown = proven.proof(by_tin("BO9"));
  REQUIRE(proven.broken(honest).empty());
  for (std::size_t i = 0; i < honest.records.size(); ++i) {
    auto shorter = honest;
    shorter.records.erase(shorter.records.begin() + static_cast<std::ptrdiff_t>(i));
    INFO("record " << i);
    CHECK(proven.broken(shorter) == "A record that the answer rests on is not in it.");
    auto denied = honest;
    denied.records[i].value ? denied.records[i].value.reset() : void(denied.records[i].value = "x");
    CHECK(proven.broken(denied) == "A record's proof does not lead to the state root.");
  }
  auto longer = honest;
  for (const auto& record : unknown.records) longer.records.push_back(record);
  std::ranges::sort(longer.records, {}, &ledger::ProvenRecord::key);
  const auto twice = std::ranges::unique(longer.records, {}, &ledger::ProvenRecord::key);
  longer.records.erase(twice.begin(), twice.end());
  CHECK(proven.broken(longer) == "It has a record that the answer does not rest on.");
  auto without_seal = honest;
  without_seal.seal.extra.reset();
  CHECK_FALSE(proven.broken(without_seal).empty());
  auto unordered = honest;
  std::swap(unordered.records.front(), unordered.records.back());
  CHECK_FALSE(RecognitionProof::parse(unordered.format()));
}

TEST_CASE("what cannot be proven is refused and says so", "[cli]") {
  using namespace recognition_proof_test;
  Proven proven;
  auto malformed = by_tin("!");
  malformed.by = "PE";
  malformed.role = "EXPORTER";
  malformed.flow = "IMPORT";
  malformed.on = "2026-02-01";
  malformed.proof = proven.folder.file("none");
  const Done done = recognise(proven.node.global(), malformed);
  REQUIRE_FALSE(done);
  CHECK_THAT(done.error(), Catch::Matchers::Contains("malformed, which needs no proof"));
  CHECK_FALSE(fs::exists(malformed.proof));
}

}  // namespace quipu::cli::trial
