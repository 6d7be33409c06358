// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "node/ledger/ledger.pb.h"
#include "tests/node/side/network.h"

namespace exchange_test {

using namespace quipu;
using namespace quipu::side;
using namespace quipu::side::testing;
using ledger::testing::World;

const Bytes kAcme = identity_record("Acme");
const Subject kFirm{"BR", "F1"};
const std::vector<std::string> kMembers{"AR", "BR", "CL", "PE"};

Commitment commitment(const Bytes& record) { return commitment_of(RecordKind::kIdentity, record); }

// BR has registered F1, whose record its node holds; CL and PE recognise BR under ARR, and F1 consents.
struct Story {
  World world = ledger::testing::small_world();
  std::unique_ptr<Network> network;

  Story() {
    REQUIRE(world.states("BR", {registered("F1", kAcme)}) == "OK");
    REQUIRE(world.says("BR", "consent_granted { subject: 'F1' }") == "OK");
    for (const char* recogniser : {"CL", "PE"}) {
      REQUIRE(world.says(recogniser, "recognition_activated { arrangement: 'ARR' issuer: 'BR' schemes: SECURITY }") ==
              "OK");
    }
    network = std::make_unique<Network>(world, kMembers);
    REQUIRE(net().hand_in("BR", "F1", RecordKind::kIdentity, kAcme) == Verdict::kKept);
  }
  Network& net() { return *network; }
  void says(const std::string& author, const std::string& text) {
    INFO(text);
    REQUIRE(world.says(author, text) == "OK");
  }
};

TEST_CASE("those who recognise the issuer fetch a record and those who do not neither ask nor get it") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  CHECK(net["CL"].holds(kAcme));
  CHECK(net["PE"].holds(kAcme));
  CHECK(net["AR"].disk.empty());
  CHECK(net["AR"].requests == 0);
  net.answers.clear();
  net.asks("AR", "BR", {commitment(kAcme)});
  REQUIRE(net.answers.size() == 1);
  CHECK(net.answers[0].second.empty());
  net.asks("CL", "BR", {commitment(kAcme), commitment(identity_record("another"))});
  CHECK(net.answers[1].second == std::vector<Bytes>{kAcme});
}

TEST_CASE("an answer that opens nothing asked for is not believed and the next member is asked") {
  Story story;
  auto& net = story.net();
  // CL gets it from BR; after that BR lies to PE.
  std::size_t lies = 0;
  net.tamper = [&](const std::string& from, const std::string& to, std::vector<Bytes> records) {
    if (from != "BR" || to != "PE") return std::optional(records);
    ++lies;
    return std::optional(std::vector<Bytes>{identity_record("Acme", 'x'), kAcme + "more", tin_record("BR1"), "noise"});
  };
  net.pass(5);
  CHECK(lies > 0);
  CHECK(net["PE"].disk.size() == 1);
  CHECK(net["PE"].holds(kAcme));
}

TEST_CASE("a silent issuer costs ten seconds and its record comes from another member") {
  Story story;
  auto& net = story.net();
  net.tamper = [](const std::string& from, const std::string& to, std::vector<Bytes> records) {
    return from == "BR" && to == "PE" ? std::nullopt : std::optional(std::move(records));
  };
  net.pass(5);
  CHECK_FALSE(net["PE"].holds(kAcme));
  net.pass(15);
  CHECK(net["PE"].holds(kAcme));
}

TEST_CASE("what was not asked of a peer is not kept even if it opens what is wanted") {
  Story story;
  auto& net = story.net();
  net.tamper = [](const std::string&, const std::string&, std::vector<Bytes>) { return std::nullopt; };
  net.pass(3);
  REQUIRE(net["CL"].exchange->wanted() == 1);
  net.step("CL", Came{"AR", {kAcme}});  // BR was asked
  CHECK(net["CL"].disk.empty());
  net.step("CL", Came{"BR", {kAcme}});
  CHECK(net["CL"].holds(kAcme));
  net.step("AR", Came{"BR", {kAcme}});
  CHECK(net["AR"].disk.empty());
}

TEST_CASE("a peer that was asked for one record is not believed about another") {
  Story story;
  auto& net = story.net();
  net.tamper = [](const std::string&, const std::string&, std::vector<Bytes>) { return std::nullopt; };
  net.pass(3);  // BR has been asked for F1's, and is silent
  const Bytes other = identity_record("Other");
  REQUIRE(story.world.states("BR", {registered("F2", other)}) == "OK");
  story.says("BR", "consent_granted { subject: 'F2' }");
  net.show_all();
  REQUIRE(net["CL"].exchange->wanted() == 2);
  net.step("CL", Came{"BR", {other}});
  CHECK_FALSE(net["CL"].holds(other));
}

TEST_CASE("only a record in form with a salt of thirty-two bytes is kept though another opens the commitment") {
  Story story;
  auto& net = story.net();
  const Bytes short_salt = [] {
    ledger::v1::IdentityRecord record;
    record.set_salt("short");
    return record.SerializeAsString();
  }();
  for (const Bytes& record : {short_salt, Bytes("no message at all"), Bytes(limits::kRecordBytes + 1, 'a')}) {
    const auto subject = "F" + std::to_string(record.size());
    REQUIRE(story.world.states("BR", {registered(subject, record)}) == "OK");
    net.show_all();
    CHECK(net.hand_in("BR", subject, RecordKind::kIdentity, record) == Verdict::kMalformed);
    CHECK_FALSE(net["BR"].holds(record));
  }
}

TEST_CASE("a record handed in is kept when the ledger names it and judged otherwise") {
  Story story;
  auto& net = story.net();
  CHECK(net.hand_in("BR", "F1", RecordKind::kIdentity, kAcme) == Verdict::kKept);  // again
  CHECK(net.hand_in("BR", "F1", RecordKind::kTin, kAcme) == Verdict::kNotNamed);
  CHECK(net.hand_in("BR", "F1", RecordKind::kIdentity, identity_record("Acme", 'x')) == Verdict::kNotNamed);
  CHECK(net.hand_in("BR", "F9", RecordKind::kIdentity, kAcme) == Verdict::kNoOperator);
  CHECK(net.hand_in("CL", "F1", RecordKind::kIdentity, kAcme) == Verdict::kNoOperator);  // not CL's subject
  CHECK(net["BR"].disk.size() == 1);
}

TEST_CASE("a newer record takes the place of the one before on every node") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  const Bytes renamed = identity_record("Acme and Daughters");
  REQUIRE(story.world.states("BR", {amended("F1", renamed)}) == "OK");
  net.show_changed(kFirm);
  for (const auto& code : kMembers) CHECK(net[code].disk.empty());
  CHECK(net.hand_in("BR", "F1", RecordKind::kIdentity, kAcme) == Verdict::kNotNamed);
  CHECK(net.hand_in("BR", "F1", RecordKind::kIdentity, renamed) == Verdict::kKept);
  net.pass(10);
  CHECK(net["CL"].holds(renamed));
  CHECK(net["PE"].holds(renamed));
}

TEST_CASE("consent withdrawn takes the copies of recognisers with it and not the issuer's own") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  REQUIRE(net["CL"].holds(kAcme));
  story.says("BR", "consent_withdrawn { subject: 'F1' }");
  net.show_changed(kFirm);
  CHECK(net["CL"].disk.empty());
  CHECK(net["PE"].disk.empty());
  CHECK(net["BR"].holds(kAcme));
  CHECK(net["CL"].accounts.empty());  // nothing was erased
  story.says("BR", "consent_granted { subject: 'F1' }");
  net.show_changed(kFirm);
  net.pass(5);
  CHECK(net["CL"].holds(kAcme));
}

TEST_CASE("an edge suspended from a later day on takes its copy when that day comes though no block does") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  story.says("CL",
             "effective_from: '2025-03-12' recognition_suspended { arrangement: 'ARR' issuer: 'BR' emergency: true }");
  net.show_all();
  CHECK(net["CL"].holds(kAcme));
  net.pass(24 * 3600);  // noon of the 11th
  CHECK(net["CL"].holds(kAcme));
  net.pass(12 * 3600 + 10);
  CHECK(net["CL"].disk.empty());
  CHECK(net["PE"].holds(kAcme));
  // Nor does the issuer hand it out then, by its own state and clock.
  net.answers.clear();
  net.asks("CL", "BR", {commitment(kAcme)});
  CHECK(net.answers.at(0).second.empty());
}

TEST_CASE("an erased subject is deleted everywhere and accounted for once") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  story.says("BR", "subject_erased { subject: 'F1' }");
  net.show_changed(kFirm);
  for (const auto& code : kMembers) {
    INFO(code);
    CHECK(net[code].disk.empty());
    REQUIRE(net[code].accounts.size() == 1);
    CHECK(net[code].accounts[0].subject == kFirm);
    CHECK(net[code].accounts[0].decided_on == "2025-03-10");
    CHECK(net[code].accounts[0].records == (code == "AR" ? 0 : 1));
  }
  CHECK(net.hand_in("BR", "F1", RecordKind::kIdentity, kAcme) == Verdict::kErased);
  net.show_all();
  net.start("BR");
  CHECK(net["BR"].accounts.size() == 1);
  CHECK(net["CL"].exchange->wanted() == 0);
}

TEST_CASE("a node that was away while a subject was erased erases it when it comes back") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  net.stop("PE");
  story.says("BR", "subject_erased { subject: 'F1' }");
  net.show_changed(kFirm);
  CHECK(net["PE"].holds(kAcme));
  net.start("PE");
  CHECK(net["PE"].disk.empty());
  REQUIRE(net["PE"].accounts.size() == 1);
  CHECK(net["PE"].accounts[0].records == 1);
}

TEST_CASE("an issuer that has lost its records gets them back from those who hold copies") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  net.stop("BR");
  net["BR"].disk.clear();
  net["BR"].owners.clear();
  net.start("BR");
  net.pass(5);
  CHECK(net["BR"].holds(kAcme));
}

TEST_CASE("a record that the disk does not give back is fetched again") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  net["CL"].disk.clear();
  net.step("CL", Lost{commitment(kAcme)});
  net.pass(5);
  CHECK(net["CL"].holds(kAcme));
}

TEST_CASE("records of a subject that the state does not know are left alone") {
  World world = ledger::testing::small_world();
  Network net(world, {"BR"});
  net["BR"].disk[commitment(kAcme)] = kAcme;
  net["BR"].owners[commitment(kAcme)] = {kFirm, RecordKind::kIdentity};
  net.start("BR");
  CHECK(net["BR"].holds(kAcme));
}

TEST_CASE("many records come in requests of a bounded size") {
  Story story;
  auto& net = story.net();
  std::vector<Bytes> records;
  for (int i = 100; i < 300; ++i) {
    const std::string subject = "G" + std::to_string(i);
    records.push_back(identity_record(subject));
    REQUIRE(story.world.states("BR", {registered(subject, records.back())}) == "OK");
    story.says("BR", "consent_granted { subject: '" + subject + "' }");
  }
  net.show_all();
  for (int i = 100; i < 300; ++i) {
    REQUIRE(net.hand_in("BR", "G" + std::to_string(i), RecordKind::kIdentity, records[i - 100]) == Verdict::kKept);
  }
  net.pass(30);
  CHECK(net["CL"].disk.size() == 201);
  CHECK(net["CL"].longest_request == limits::kRecordsPerRequest);
}

TEST_CASE("an asker in a hurry is answered a bounded number of times a second") {
  Story story;
  auto& net = story.net();
  net.pass(5);
  net.answers.clear();
  for (int i = 0; i < 100; ++i) net.asks("CL", "BR", {commitment(kAcme)});
  CHECK(net.answers.size() == 8);
  net.pass(1);
  net.asks("CL", "BR", {commitment(kAcme)});
  CHECK(net.answers.size() == 9);
}

}  // namespace exchange_test
