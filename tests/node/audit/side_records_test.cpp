// SPDX-License-Identifier: Apache-2.0
// Side records and receipts that are given to an audit beside the mirror.
#include "node/audit/side_records.h"

#include <catch2/catch.hpp>

#include "crypto/merkle.h"
#include "node/audit/verify.h"
#include "node/ledger/canonical.h"
#include "node/ledger/receipt.h"
#include "tests/node/audit/sample_mirror.h"

namespace quipu::audit {
namespace side_records_test {

using sample::Chain;
using sample::Files;
using sample::MemoryBundle;

Bytes salt(char fill) { return Bytes(32, fill); }

Bytes identity(char fill) {
  ledger::v1::IdentityRecord record;
  record.set_salt(salt(fill));
  record.set_legal_name("Firm " + std::string(1, fill));
  return ledger::canonical_bytes(record);
}

Bytes tin(char fill) {
  ledger::v1::TinRecord record;
  record.set_salt(salt(fill));
  record.set_tin("BO4711");
  return ledger::canonical_bytes(record);
}

Bytes commitment(std::string_view tag, const Bytes& record) {
  const Bytes head = crypto::ByteWriter().tag(tag).take();
  return Bytes(crypto::sha256({head, record}).view());
}
Bytes of_identity(const Bytes& record) { return commitment("quipu-record-v1", record); }
Bytes of_tin(const Bytes& record) { return commitment("quipu-tin-v1", record); }

// BO registers firm A, of a natural person, and firm B; `erased`: B's records are erased afterwards.
Chain with_firms(bool erased) {
  Chain chain;
  ledger::v1::Submission payload = sample::registrations("BO", 1, 1, 2);
  auto* a = payload.mutable_events(0)->mutable_operator_registered();
  a->clear_tin();
  a->set_person(ledger::v1::NATURAL);
  a->set_tin_commitment(of_tin(tin('a')));
  a->set_identity_commitment(of_identity(identity('a')));
  payload.mutable_events(1)->mutable_operator_registered()->set_identity_commitment(of_identity(identity('b')));
  const auto append = [&](const ledger::v1::Submission& message) {
    chain.append(
        {sample::decoded(ledger::sign_submission(message, sample::key("BO", "issuer"), chain.next_time_ms() / 1000))});
  };
  append(payload);
  if (erased) {
    ledger::v1::Submission erasure = sample::registrations("BO", 2, 3, 1);
    erasure.mutable_events(0)->mutable_subject_erased()->set_subject("BO-S2");
    append(erasure);
  }
  chain.publish();
  return chain;
}

Report audited(const Chain& chain, const Files& records) {
  const MemoryBundle bundle(chain.files()), given(records, "records");
  return verify({.bundle = bundle, .genesis = sample::genesis_file(), .threads = 2, .records = &given});
}

bool says(const Report& report, const std::string& what) { return report.text().find(what) != std::string::npos; }

Files all_records() {
  return {{crypto::to_hex(of_identity(identity('a'))), identity('a')},
          {crypto::to_hex(of_identity(identity('b'))), identity('b')},
          {crypto::to_hex(of_tin(tin('a'))), tin('a')}};
}

TEST_CASE("Records that open the commitments of the log are counted and none is missed") {
  const Report report = audited(with_firms(false), all_records());
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.count(Check::kRecords) == 3);
  CHECK(report.found(Check::kRecords, Severity::kObservation) == 0);
}

TEST_CASE("Records may lie in the mirror itself") {
  const Chain chain = with_firms(false);
  Files files = chain.files();
  for (const auto& [name, record] : all_records()) files["records/" + name] = record;
  const MemoryBundle bundle(files);
  const Report report = verify({.bundle = bundle, .genesis = sample::genesis_file(), .threads = 2});
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.count(Check::kRecords) == 3);
}

TEST_CASE("A record that was changed or that nothing commits to is no honest exporter's") {
  const Chain chain = with_firms(false);
  for (const auto& [name, content] : all_records()) {
    Files changed = all_records();
    changed[name].back() = static_cast<char>(changed[name].back() ^ 1);
    const Report report = audited(chain, changed);
    CHECK(report.verdict() == Verdict::kBroken);
    CHECK(says(report, name + ": it does not open the commitment"));
  }
  Files foreign = all_records();
  foreign[crypto::to_hex(of_identity(identity('z')))] = identity('z');
  CHECK(says(audited(chain, foreign), "no leaf of the log commits to it"));
}

TEST_CASE("An identity record under a tax number's commitment does not open it") {
  Chain chain;
  ledger::v1::Submission payload = sample::registrations("BO", 1, 1, 1);
  payload.mutable_events(0)->mutable_operator_registered()->set_identity_commitment(of_tin(tin('t')));
  chain.append(
      {sample::decoded(ledger::sign_submission(payload, sample::key("BO", "issuer"), chain.next_time_ms() / 1000))});
  chain.publish();
  CHECK(audited(chain, {{crypto::to_hex(of_tin(tin('t'))), tin('t')}}).verdict() == Verdict::kBroken);
}

TEST_CASE("A record that is absent without an erasure is an observation and with one nothing") {
  Files without_b = all_records();
  without_b.erase(crypto::to_hex(of_identity(identity('b'))));
  const Report missing = audited(with_firms(false), without_b);
  CHECK(missing.verdict() == Verdict::kVerified);
  CHECK(says(missing, "1 records of operators of BO are absent"));
  const Report erased = audited(with_firms(true), without_b);
  CHECK(erased.found(Check::kRecords, Severity::kObservation) == 0);
  REQUIRE(erased.facts.erased.total == 1);
  CHECK(erased.facts.erased.first[0].subject == "BO-S2");
}

TEST_CASE("A record of an erased operator that somebody still holds is observed") {
  const Report report = audited(with_firms(true), all_records());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(says(report, "1 records of erased operators of BO were given"));
}

// ---- receipts

Bytes receipt_of(const Chain& chain, std::uint64_t index) {
  const auto files = chain.files();
  const auto size = chain.position.tree.size();
  const auto entries = ledger::decode_entries(files.at("tile/entries/000.p/" + std::to_string(size)), size);
  REQUIRE(entries);
  crypto::CompactRange tree;
  std::map<std::pair<unsigned, std::uint64_t>, crypto::Digest> nodes;
  for (const auto& entry : *entries) {
    tree.append(crypto::leaf_hash(entry),
                [&](unsigned level, std::uint64_t i, const crypto::Digest& hash) { nodes[{level, i}] = hash; });
  }
  const auto node = [&](unsigned level, std::uint64_t i) { return nodes.at({level, i}); };
  return ledger::Receipt{(*entries)[index], index, crypto::inclusion_proof(index, size, node), files.at("checkpoint")}
      .format();
}

Report audited_with(const Chain& chain, const Bytes& receipt) {
  const MemoryBundle bundle(chain.files());
  return verify({.bundle = bundle,
                 .genesis = sample::genesis_file(),
                 .threads = 2,
                 .supplied = {{.name = "receipt-1", .content = receipt}}});
}

TEST_CASE("A receipt of an earlier checkpoint of this history is confirmed") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  const Bytes receipt = receipt_of(chain, 4);
  chain.grow(2, 1);
  chain.publish();
  const Report report = audited_with(chain, receipt);
  INFO(report.text());
  CHECK(report.verdict() == Verdict::kVerified);
  CHECK(report.count(Check::kReceipts) == 1);
  CHECK(report.count(Check::kElsewhere) == 1);
}

TEST_CASE("A receipt that does not hold breaks no history and leaves the audit without a yes") {
  Chain chain;
  chain.grow(2, 1);
  chain.publish();
  Bytes receipt = receipt_of(chain, 4);
  const auto at = receipt.find("index 4");
  receipt[at + 6] = '5';
  CHECK(audited_with(chain, receipt).verdict() == Verdict::kCouldNotCheck);
  CHECK(audited_with(chain, "junk").verdict() == Verdict::kCouldNotCheck);
}

TEST_CASE("A receipt of another history that a quorum cosigned is a fork") {
  Chain ours, theirs;
  ours.grow(2, 1);
  theirs.grow(1, 2);
  theirs.publish();
  ours.publish();
  CHECK(audited_with(ours, receipt_of(theirs, 4)).verdict() == Verdict::kBroken);
}

}  // namespace side_records_test
}  // namespace quipu::audit
