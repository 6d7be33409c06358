// SPDX-License-Identifier: Apache-2.0
// Status proofs from a node to the auditor's program.
#include <catch2/catch.hpp>

#include "node/cli/files.h"
#include "node/ledger/mirror.h"
#include "node/ledger/status_bundle.h"
#include "tests/node/cli/audited.h"
#include "tests/node/cli/test_node.h"

namespace quipu::cli::trial {

namespace {

// Three firms of BO, suspended from 1 March on.
struct Fetched {
  Fetched() {
    ImportHistoryOptions import;
    import.file = folder.write("BO.jsonl", programme("BO", 3, false));
    import.key = folder.key("BO", "issuer");
    Captured out;
    REQUIRE(import_history(node.global(), import));
    REQUIRE(status_proof(node.global(), "BO/C-1", folder.file("there")));
    REQUIRE(status_proof(node.global(), "BO/C-9", folder.file("none")));
    const auto& genesis = node.ledger.genesis();
    policy = folder.write("policy", ledger::policy_file(genesis.origin, genesis.members));
  }
  Bytes bytes(const std::string& name) const { return read_file(folder.file(name)).value(); }

  TestNode node;
  Folder folder;
  std::string policy;
};

}  // namespace

TEST_CASE("a status proof says offline what a certificate is on any day", "[cli]") {
  const Fetched fetched;
  const std::string file = fetched.folder.file("there");
  const auto active = audit_status(file, fetched.policy, "--certificate BO/C-1 --on 2026-02-15");
  CHECK(active.exit_code == 0);
  CHECK_THAT(active.output, Catch::Matchers::Contains("BO/C-1, held by subject S-1") &&
                                Catch::Matchers::Contains("2026-02-15: ACTIVE IMPORTER EXPORTER") &&
                                Catch::Matchers::EndsWith("VERIFIED\n"));
  const auto suspended = audit_status(file, fetched.policy, "--on 2026-04-01 --output json");
  CHECK_THAT(suspended.output, Catch::Matchers::Contains(R"("status":"SUSPENDED")"));
  CHECK_THAT(audit_status(file, fetched.policy, "--certificate BO/C-2").output,
             Catch::Matchers::StartsWith("BROKEN It is about BO/C-1"));
}

TEST_CASE("a status proof says offline that a certificate was never issued", "[cli]") {
  const Fetched fetched;
  const std::string file = fetched.folder.file("none");
  const auto none = audit_status(file, fetched.policy, "--certificate BO/C-9");
  CHECK(none.exit_code == 0);
  CHECK_THAT(none.output, Catch::Matchers::Contains("NEVER_ISSUED"));
  CHECK_THAT(audit_status(file, fetched.policy, "--certificate BO/C-8").output,
             Catch::Matchers::StartsWith("BROKEN It is about another certificate"));
}

TEST_CASE("a status list says offline which certificates an administration has issued and that there is no other",
          "[cli]") {
  const Fetched fetched;
  const std::string file = fetched.folder.file("all");
  REQUIRE(status_proof(fetched.node.global(), "BO", file));
  const auto all = audit_status(file, fetched.policy, "--on 2026-04-01");
  CHECK(all.exit_code == 0);
  CHECK_THAT(all.output, Catch::Matchers::StartsWith("all certificates that BO has ever issued: 3\n") &&
                             Catch::Matchers::Contains("\nBO/C-2 S-2 SUSPENDED ") &&
                             Catch::Matchers::EndsWith("VERIFIED\n"));
  const auto json = audit_status(file, fetched.policy, "--on 2026-02-15 --output json");
  CHECK_THAT(json.output, Catch::Matchers::Contains(R"({"certificate":"BO/C-2","subject":"S-2","status":"ACTIVE")"));
  CHECK_THAT(audit_status(file, fetched.policy, "--certificate BO/C-1").output,
             Catch::Matchers::StartsWith("COULD-NOT-CHECK "));
  Bytes shorter = fetched.bytes("all");  // a certificate is concealed
  const auto record = shorter.find("\nrecord ");
  shorter.erase(record, shorter.find('\n', record + 1) - record);
  CHECK_THAT(audit_status(fetched.folder.write("shorter", shorter), fetched.policy).output,
             Catch::Matchers::StartsWith("BROKEN The proof does not lead from these records, and no others"));

  REQUIRE(status_proof(fetched.node.global(), "CL", fetched.folder.file("none of CL")));
  CHECK_THAT(audit_status("'" + fetched.folder.file("none of CL") + "'", fetched.policy).output,
             Catch::Matchers::StartsWith("all certificates that CL has ever issued: 0\n"));
  const auto refused = status_proof(fetched.node.global(), "Chile", fetched.folder.file("x"));
  CHECK_FALSE(refused);
}

TEST_CASE("a status proof with any bit changed proves nothing", "[cli]") {
  const Fetched fetched;
  const auto policy = ledger::TrustPolicy::parse(fetched.bytes("policy")).value();
  for (const char* name : {"there", "none"}) {
    const Bytes good = fetched.bytes(name);
    const auto bundle = ledger::StatusBundle::parse(good);
    REQUIRE(bundle);
    CHECK(bundle->format() == good);
    REQUIRE(ledger::verify_status(*bundle, policy));
    for (std::size_t at = 0; at < good.size(); ++at) {
      Bytes bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1 << at % 7);
      const auto read = ledger::StatusBundle::parse(bad);
      INFO(name << " byte " << at);
      // Of another key it may prove the absence, too: whoever asks names the certificate.
      REQUIRE_FALSE((read && read->key == bundle->key && ledger::verify_status(*read, policy)));
    }
    for (std::size_t size = 0; size < good.size(); size += 13) {
      const auto read = ledger::StatusBundle::parse(good.substr(0, size));
      REQUIRE_FALSE((read && ledger::verify_status(*read, policy)));
    }
  }
}

TEST_CASE("a status proof takes no other record, key, seal or absence in its place", "[cli]") {
  const Fetched fetched;
  const auto policy = ledger::TrustPolicy::parse(fetched.bytes("policy")).value();
  const auto there = ledger::StatusBundle::parse(fetched.bytes("there")).value();
  const auto none = ledger::StatusBundle::parse(fetched.bytes("none")).value();
  const auto holds = [&](const ledger::StatusBundle& bundle) {
    return ledger::verify_status(bundle, policy).has_value();
  };
  auto bundle = there;
  bundle.value.reset();
  CHECK_FALSE(holds(bundle));
  bundle.proof = none.proof;
  CHECK_FALSE(holds(bundle));
  bundle = there;
  bundle.key = none.key;
  CHECK_FALSE(holds(bundle));
  bundle = none;
  bundle.value = *there.value;
  CHECK_FALSE(holds(bundle));
  bundle.proof = there.proof;
  CHECK_FALSE(holds(bundle));
  bundle = there;
  bundle.seal.extra.reset();
  CHECK_FALSE(holds(bundle));
  bundle = there;
  bundle.seal.index -= 1;
  CHECK_FALSE(holds(bundle));
}

}  // namespace quipu::cli::trial
