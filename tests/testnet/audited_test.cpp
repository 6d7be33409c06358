// SPDX-License-Identifier: Apache-2.0
// What honest members publish after f attackers have done their worst, before the auditor: it is verified, and whoever
// is named was an attacker.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "node/audit/verify.h"
#include "node/ledger/mirror.h"
#include "testnet/sim/cluster.h"
#include "tests/node/audit/sample_mirror.h"

namespace quipu::testnet {
namespace audited_test {

using sample::Files;

Bytes tile(const ledger::LedgerReader& reader, const ledger::TileName& name) {
  if (name.level) {
    return ledger::hash_tile(name, [&](unsigned level, std::uint64_t index) { return reader.node(level, index); });
  }
  const std::uint64_t first = name.index * ledger::kTileWidth;
  return ledger::encode_entries(reader.leaves(first, first + name.width));
}

// Of a ledger that has seen one epoch; nothing before a checkpoint is published.
std::optional<Files> mirror_of(const ledger::LedgerReader& reader, const ledger::Genesis& genesis) {
  const auto newest = reader.newest_note();
  if (!newest || newest->value == 0) return std::nullopt;
  const Bytes note = *reader.note(*newest);
  Files out = {{"genesis", genesis.file},
               {"checkpoint", note},
               {"policy/0", ledger::policy_file(genesis.origin, genesis.members)}};
  for (const auto height : reader.note_heights({0}, 10'000))
    out[ledger::checkpoint_path(height)] = *reader.note(height);
  for (std::uint64_t height = 1; height <= newest->value; ++height) {
    const auto links = reader.links({height});
    if (!links.empty()) out[ledger::quorum_path({height})] = ledger::encode_links(links, genesis.members.size());
  }
  for (const auto& evidence : reader.evidence()) {
    const Bytes content = ledger::encode_evidence(evidence.pair, {genesis.chain, evidence.epoch, evidence.anchor});
    out[ledger::evidence_path(content)] = content;
  }
  const auto size = crypto::Checkpoint::parse(crypto::Note::parse(note)->text)->size;
  for (const auto& name : ledger::tiles_of(size)) out[name.path()] = tile(reader, name);
  return out;
}

struct Seen {
  int audits = 0;
  std::set<std::string> named;  // with misconduct
};

std::set<std::string> codes_of(const Cluster& cluster, bool honest) {
  std::set<std::string> out;
  for (Endpoint e = 0; e < cluster.endpoints(); ++e) {
    if (cluster.node(e).honest() == honest) out.insert(cluster.cast().code(cluster.node(e).who().administration));
  }
  return out;
}

// Before the auditor by each honest member.
void audit_all(const Cluster& cluster, Seen& seen) {
  const auto& genesis = cluster.cast().genesis;
  const auto honest = codes_of(cluster, true);
  for (Endpoint e = 0; e < cluster.endpoints(); ++e) {
    const Node& node = cluster.node(e);
    if (!node.honest() || !node.alive()) continue;
    const auto files = mirror_of(*node.ledger(), genesis);
    if (!files) continue;
    const sample::MemoryBundle bundle(*files);
    const auto report = audit::verify({.bundle = bundle, .genesis = genesis.file});
    INFO("of " << cluster.cast().code(node.who().administration) << "\n" << report.text());
    CHECK(report.verdict() == audit::Verdict::kVerified);
    ++seen.audits;
    for (const auto& finding : report.findings()) {
      if (finding.severity != audit::Severity::kMisconduct) continue;
      const std::string code = finding.what.substr(0, 2);
      CHECK_FALSE(honest.contains(code));
      seen.named.insert(code);
    }
  }
}

Seen audited(AttackerKind kind, std::size_t members, std::uint64_t seeds) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Options options = calm_options(seed, members);
    options.attack = kind;
    options.attackers = (members - 1) / 3;
    options.trouble = 20 * kSecond;
    INFO("seed " << seed << ", " << describe(options));
    Cluster cluster(options);
    const auto violation = cluster.run();
    INFO((violation ? violation->law + ": " + violation->what : ""));
    REQUIRE_FALSE(violation);
    audit_all(cluster, seen);
  }
  return seen;
}

TEST_CASE("what honest members publish is verified whatever f attackers do") {
  const auto kind = GENERATE(AttackerKind::kNullifyAlways, AttackerKind::kReplayer, AttackerKind::kForger,
                             AttackerKind::kDeafLeader, AttackerKind::kCredulous, AttackerKind::kLeafForger);
  const auto members = GENERATE(std::size_t{4}, std::size_t{7});
  CHECK(audited(kind, members, 2).audits >= 4);
}

TEST_CASE("attackers that vote twice are named in what honest members publish and nobody else is") {
  const auto kind = GENERATE(AttackerKind::kTwin, AttackerKind::kEquivocatingLeader);
  const auto members = GENERATE(std::size_t{4}, std::size_t{7});
  const Seen seen = audited(kind, members, 3);
  CHECK(seen.audits >= 6);
  CHECK_FALSE(seen.named.empty());
}

}  // namespace audited_test
}  // namespace quipu::testnet
