// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/care/doctor.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace quipu::runtime::care_test {

namespace doctor {

constexpr std::int64_t kNow_ms = 1'795'000'000'000;
constexpr std::int64_t kDay_ms = 86'400'000;

NodeFacts healthy() {
  return {.url = "unix:/var/lib/quipu/admin.socket",
          .installed_version = "1.0.0",
          .answers = {.version = "1.0.0",
                      .sign_state = "good",
                      .height = 66,
                      .block_time_ms = kNow_ms - 500,
                      .members = 4,
                      .quorum = 3,
                      .peer_heights = {{"BR", 66}, {"CL", 67}, {"PE", 66}},
                      .clock_offset_ms = 120},
          .free_share = 0.5,
          .sync_ms = 2,
          .now_ms = kNow_ms,
          .backup_verified_ms = kNow_ms - kDay_ms,
          .scrub = ScrubMark{.height = 60, .leaves = 200, .records = 90, .fault = "", .ended_ms = kNow_ms - kDay_ms},
          .certificate_expires_s = (kNow_ms + 90 * kDay_ms) / 1'000};
}

Finding finding(const NodeFacts& facts, const std::string& check) {
  const auto all = examine(facts);
  const auto found = std::ranges::find(all, check, &Finding::check);
  REQUIRE(found != all.end());
  return *found;
}

// What is wrong is said once, with a next step, and all else is well.
void only_wrong(const NodeFacts& facts, const std::string& check, Verdict verdict, const std::string& words) {
  const auto wrong = finding(facts, check);
  INFO(wrong.what);
  CHECK(wrong.verdict == verdict);
  CHECK(wrong.what.find(words) != std::string::npos);
  CHECK_FALSE(wrong.next.empty());
  for (const auto& other : examine(facts)) CHECK((other.check == check || other.verdict == Verdict::kOk));
  CHECK(worst(examine(facts)) == verdict);
}

}  // namespace doctor

TEST_CASE("a healthy node has nothing to be told") {
  using namespace doctor;
  for (const auto& each : examine(healthy())) {
    INFO(each.check);
    CHECK(each.verdict == Verdict::kOk);
    CHECK(each.next.empty());
  }
  CHECK(worst(examine(healthy())) == Verdict::kOk);
}

TEST_CASE("a node that does not answer is told from one that would not start and from one that hangs") {
  using namespace doctor;
  auto facts = healthy();
  facts.unreachable = "connection refused";
  only_wrong(facts, "node", Verdict::kFail, "does not run: connection refused");
  facts.stopped.faults = {"vote.key is missing", "the port is taken"};
  only_wrong(facts, "node", Verdict::kFail, "would not start: vote.key is missing; the port is taken");
  facts.stopped.held_by = "process 42";
  only_wrong(facts, "node", Verdict::kFail, "runs as process 42, and does not answer: connection refused");
}

TEST_CASE("a node that runs and wants a token is not called dead") {
  using namespace doctor;
  auto facts = healthy();
  facts.locked_out = "tells its state to nobody without a token";
  only_wrong(facts, "node", Verdict::kWarn, "runs, and tells its state to nobody without a token");
  CHECK(finding(facts, "node").next == "give --token-file");
  for (const auto& each : examine(facts)) CHECK(each.check != "ready");
}

TEST_CASE("what a start would begin anew is told before somebody starts") {
  using namespace doctor;
  auto facts = healthy();
  facts.unreachable = "connection refused";
  CHECK(finding(facts, "files").verdict == Verdict::kOk);
  facts.stopped.losses = {"no ledger in /var/lib/quipu/ledger"};
  CHECK(finding(facts, "files").verdict == Verdict::kFail);
  CHECK(finding(facts, "files").what == "no ledger in /var/lib/quipu/ledger");
}

TEST_CASE("a node older than the program on its disk is warned of") {
  using namespace doctor;
  auto facts = healthy();
  facts.installed_version = "1.1.0";
  only_wrong(facts, "version", Verdict::kWarn, "1.0.0 runs, 1.1.0 is installed");
}

TEST_CASE("a node that is not ready is warned of and one that halted or was cloned is a failure") {
  using namespace doctor;
  auto facts = healthy();
  facts.answers.unready = "catching up";
  only_wrong(facts, "ready", Verdict::kWarn, "catching up");
  facts.answers.sign_state = "stopped";
  only_wrong(facts, "ready", Verdict::kFail, "another process signs");
  facts.answers.halted = true;
  only_wrong(facts, "ready", Verdict::kFail, "halted");
}

TEST_CASE("a member that follows without a vote is warned of unless its configuration says that it has none yet") {
  using namespace doctor;
  auto facts = healthy();
  facts.answers.sign_state = "observing";
  only_wrong(facts, "ready", Verdict::kWarn, "it follows without a vote");
  facts.answers.may_follow = true;
  CHECK(finding(facts, "ready").verdict == Verdict::kOk);
  facts.answers.unready = "catching up";
  only_wrong(facts, "ready", Verdict::kWarn, "catching up");
}

TEST_CASE("members that are not connected are named and too few of them are a failure") {
  using namespace doctor;
  auto facts = healthy();
  facts.answers.peers_down = {"BR"};
  only_wrong(facts, "peers", Verdict::kWarn, "3 of 4 members connected; not BR");
  facts.answers.peers_down = {"BR", "CL"};
  only_wrong(facts, "peers", Verdict::kFail, "2 of 4 members connected; not BR, CL");
}

TEST_CASE("a node far behind what more members tell than may lie is told by how many blocks") {
  using namespace doctor;
  auto facts = healthy();
  CHECK(finding(facts, "height").what == "66, not behind the others");
  facts.answers.peer_heights = {{"BR", 500}, {"CL", 70}, {"PE", 66}};  // BR may lie
  CHECK(finding(facts, "height").what == "66, 4 behind the others");
  CHECK(finding(facts, "height").verdict == Verdict::kOk);
  facts.answers.peer_heights = {{"BR", 500}, {"CL", 480}, {"PE", 66}};
  only_wrong(facts, "height", Verdict::kWarn, "66, which is 414 blocks behind the others");
  facts.answers.peer_heights = {{"BR", 500}};
  CHECK(finding(facts, "height").what == "66; too few others have told theirs yet");
}

TEST_CASE("members far behind this node are named with their distance") {
  using namespace doctor;
  auto facts = healthy();
  facts.answers.peer_heights = {{"BR", 26}, {"CL", 67}, {"PE", 56}};
  only_wrong(facts, "height", Verdict::kWarn, "66; BR is 40 behind");
  CHECK(finding(facts, "height").what.find("PE") == std::string::npos);
}

TEST_CASE("a clock that is far from the other members' is warned of and is a failure where they refuse its blocks") {
  using namespace doctor;
  auto facts = healthy();
  CHECK(finding(facts, "clock").what.find("0.1 s ahead of most other members' clocks") != std::string::npos);
  facts.answers.clock_offset_ms = -7'500;
  only_wrong(facts, "clock", Verdict::kWarn, "7.5 s behind most other members' clocks");
  facts.answers.clock_offset_ms = 60'000;
  only_wrong(facts, "clock", Verdict::kFail, "60.0 s ahead of most other members' clocks");
  facts.answers.clock_offset_ms.reset();
  CHECK(finding(facts, "clock").what == "kept by a time service, not behind the newest block");
}

TEST_CASE("a signer of its own that is away or serves another node or none is told") {
  using namespace doctor;
  auto facts = healthy();
  for (const auto& each : examine(facts)) CHECK(each.check != "signer");
  facts.signer = SignerSeen{.socket = "/run/signer", .in_use = true};
  CHECK(finding(facts, "signer").what == "answers at /run/signer, and serves the node");
  facts.signer->in_use = false;
  only_wrong(facts, "signer", Verdict::kWarn, "no node is connected with it");
  facts.signer->fault = "cannot connect to /run/signer";
  only_wrong(facts, "signer", Verdict::kFail, "does not answer: cannot connect to /run/signer");
}

TEST_CASE("of a node that does not run the signer waits and one that serves somebody serves another") {
  using namespace doctor;
  auto facts = healthy();
  facts.unreachable = "connection refused";
  facts.signer = SignerSeen{.socket = "/run/signer"};
  CHECK(finding(facts, "signer").what == "answers at /run/signer, and waits for the node");
  facts.signer->in_use = true;
  CHECK(finding(facts, "signer").verdict == Verdict::kFail);
  CHECK(finding(facts, "signer").what == "serves another node at /run/signer");
  facts.stopped.held_by = "process 42";  // the node hangs
  CHECK(finding(facts, "signer").verdict == Verdict::kOk);
}

TEST_CASE("a clock that is behind what a quorum agreed to is a failure and one that nobody keeps is warned of") {
  using namespace doctor;
  auto facts = healthy();
  facts.answers.block_time_ms = kNow_ms + 10'000;
  CHECK(finding(facts, "clock").verdict == Verdict::kOk);
  facts.answers.block_time_ms = kNow_ms + 42'000;
  only_wrong(facts, "clock", Verdict::kFail, "42 s behind");
  facts = healthy();
  facts.clock_kept = false;
  only_wrong(facts, "clock", Verdict::kWarn, "no time service keeps it");
}

TEST_CASE("evidence and open keys are told") {
  using namespace doctor;
  auto facts = healthy();
  facts.answers.evidence = 2;
  only_wrong(facts, "evidence", Verdict::kWarn, "2 pairs");
  facts = healthy();
  facts.open_keys = {"keys/vote.key"};
  only_wrong(facts, "keys", Verdict::kFail, "others may read keys/vote.key");
  facts.stopped.unnamed_keys = {"keys/log.key"};
  only_wrong(facts, "keys", Verdict::kFail, "others may read keys/vote.key");
  facts.open_keys.clear();
  only_wrong(facts, "keys", Verdict::kWarn, "not as in the genesis file: keys/log.key");
}

TEST_CASE("a disk that fills up or is slow is warned of before it is a failure") {
  using namespace doctor;
  auto facts = healthy();
  facts.free_share = 0.08;
  only_wrong(facts, "disk", Verdict::kWarn, "8 % free");
  facts.free_share = 0.03;
  only_wrong(facts, "disk", Verdict::kFail, "3 % free");
  facts.free_share = 0.5;
  facts.under_reserve = "only 52 MiB are free on the disk of the safety and 1024 are kept for votes";
  only_wrong(facts, "disk", Verdict::kFail, "no submissions are taken, for only 52 MiB");
  facts = healthy();
  facts.sync_ms.reset();
  for (const auto& each : examine(facts)) CHECK(each.check != "sync");
  facts.sync_ms = 80;
  only_wrong(facts, "sync", Verdict::kWarn, "80.0 ms");
  facts.sync_ms = std::numeric_limits<double>::infinity();
  only_wrong(facts, "sync", Verdict::kFail, "inf");
}

TEST_CASE("a scrub that is old or never ended or found damage is told") {
  using namespace doctor;
  auto facts = healthy();
  facts.scrub->ended_ms = kNow_ms - 3 * kDay_ms;
  only_wrong(facts, "scrub", Verdict::kWarn, "3 days ago");
  facts.scrub->fault = "leaf 5 is gone";
  only_wrong(facts, "scrub", Verdict::kFail, "leaf 5");
  facts.scrub.reset();
  only_wrong(facts, "scrub", Verdict::kWarn, "never");
}

TEST_CASE("backups that are old or were never made and certificates that end are told") {
  using namespace doctor;
  auto facts = healthy();
  facts.backup_verified_ms = kNow_ms - 5 * kDay_ms;
  only_wrong(facts, "backup", Verdict::kWarn, "5 days ago");
  facts.backup_verified_ms.reset();
  only_wrong(facts, "backup", Verdict::kWarn, "never");
  facts = healthy();
  facts.certificate_expires_s = (kNow_ms + 10 * kDay_ms) / 1'000;
  only_wrong(facts, "certificate", Verdict::kWarn, "10 days");
  facts.certificate_expires_s = kNow_ms / 1'000;
  only_wrong(facts, "certificate", Verdict::kFail, "expired");
  facts.certificate_expires_s.reset();
  CHECK(finding(facts, "certificate").verdict == Verdict::kOk);
  facts.certificate_fault = "api.pem is not there";
  only_wrong(facts, "certificate", Verdict::kFail, "not there");
}

}  // namespace quipu::runtime::care_test
