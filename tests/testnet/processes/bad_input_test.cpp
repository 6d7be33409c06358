// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "crypto/cose.h"
#include "crypto/keyfile.h"
#include "node/cli/submitting.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace {

constexpr std::size_t kMoreMemory_kB = 64 << 10;

struct BadLeaf {
  const char* what;
  Bytes bytes;
  int status;
  const char* code;
  std::optional<std::uint64_t> event{};
};

// What a case finds before its bad input it must find after it, on all nodes.
class Unchanged {
 public:
  explicit Unchanged(LocalNetwork& network) : network_(network) {
    network.import_samples();
    before_ = network.wait_agreed();
    for (const auto& node : network.processes().nodes) memory_kB_[node.code] = resident_kB(node);
  }
  void check() {
    CHECK(network_.wait_agreed() == before_);
    for (const auto& node : network_.processes().nodes) {
      CHECK(memory_kB_[node.code] > 0);
      CHECK(resident_kB(node) < memory_kB_[node.code] + kMoreMemory_kB);
    }
  }

 private:
  LocalNetwork& network_;
  Agreed before_;
  std::map<std::string, std::size_t> memory_kB_;
};

void check(const Answer& answer, int status, const std::string& code,
           const std::optional<std::uint64_t>& event = std::nullopt) {
  INFO(answer.code << ": " << answer.detail);
  CHECK(answer.status == status);
  CHECK(answer.code == code);
  CHECK(answer.event == event);
}

std::vector<ledger::v1::Event> operators(const Clerk& clerk, int count) {
  std::vector<ledger::v1::Event> events;
  for (int i = 0; i < count; ++i) events.push_back(new_operator(clerk.author()));
  return events;
}

Bytes sign_payload(const Clerk& clerk, BytesView payload) {
  return crypto::sign_statement(clerk.key(), clerk.author(), clerk.chain_id(), cli::now_s(), payload);
}

Bytes sign_at(const Clerk& clerk, const ledger::v1::Submission& message, std::int64_t seconds_from_now) {
  return ledger::sign_submission(message, clerk.key(), cli::now_s() + static_cast<std::uint64_t>(seconds_from_now));
}

// Field 2 before field 1: the same message, spelled differently.
Bytes swapped(BytesView payload) {
  const std::size_t first = 2 + static_cast<unsigned char>(payload[1]);
  const std::size_t second = 2 + static_cast<unsigned char>(payload[first + 1]);
  return Bytes(payload.substr(first, second)) + Bytes(payload.substr(0, first)) + Bytes(payload.substr(first + second));
}

std::vector<BadLeaf> badly_formed(Clerk& clerk) {
  const auto message = clerk.message(operators(clerk, 1), clerk.next_sequence());
  const auto good = clerk.sign(message);
  const auto payload = ledger::canonical(message);
  auto unknown_enum = message;
  unknown_enum.mutable_events(0)->mutable_operator_registered()->set_person(static_cast<ledger::v1::PersonKind>(99));
  auto no_event = message;
  no_event.clear_events();
  auto no_statement = message;
  no_statement.mutable_events(0)->clear_statement();
  const auto too_many = clerk.message(operators(clerk, 257), message.sequence());
  auto other_author = crypto::sign_statement(clerk.key(), "CL", clerk.chain_id(), cli::now_s(), payload);
  return {
      {"empty", "", 400, "MALFORMED_ENVELOPE"},
      {"garbage", Bytes(1000, '\x5a'), 400, "MALFORMED_ENVELOPE"},
      {"cut off", good.substr(0, good.size() - 1), 400, "MALFORMED_ENVELOPE"},
      {"a byte too many", good + "x", 400, "MALFORMED_ENVELOPE"},
      {"text", "{\"events\":[]}", 400, "MALFORMED_ENVELOPE"},
      {"an unknown field", sign_payload(clerk, payload + "\xa0\x06\x01"), 400, "NOT_CANONICAL"},
      {"fields swapped", sign_payload(clerk, swapped(payload)), 400, "NOT_CANONICAL"},
      {"an unknown enum value", clerk.sign(unknown_enum), 400, "NOT_CANONICAL"},
      {"no event", clerk.sign(no_event), 400, "NOT_CANONICAL"},
      {"an event that states nothing", clerk.sign(no_statement), 400, "NOT_CANONICAL", 0},
      {"257 events", clerk.sign(too_many), 400, "TOO_LARGE"},
      {"a byte over the largest leaf", Bytes(61'441, 'x'), 413, "TOO_LARGE"},
      {"a header that names another author", other_author, 400, "HEADER_MISMATCH"},
  };
}

std::vector<BadLeaf> wrongly_signed(LocalNetwork& network, Clerk& clerk) {
  const auto message = clerk.message(operators(clerk, 1), clerk.next_sequence());
  auto elsewhere = message;
  elsewhere.set_chain_id("another-chain");
  auto damaged = clerk.sign(message);
  damaged.back() ^= 1;
  const auto governance =
      crypto::unlock_key_file(network.processes().key(network.node("BO"), "governance"), "").value();
  auto first_of_its_key = message;
  first_of_its_key.set_sequence(1);
  const auto stranger = crypto::generate_key();
  return {
      {"a key that is not in the member table", ledger::sign_submission(message, stranger, cli::now_s()), 422,
       "UNKNOWN_KEY"},
      {"a key for other things", ledger::sign_submission(first_of_its_key, governance.secret, cli::now_s()), 422,
       "WRONG_KEY_PURPOSE", 0},
      {"another chain", clerk.sign(elsewhere), 422, "WRONG_CHAIN"},
      {"a damaged signature", damaged, 422, "BAD_SIGNATURE"},
      {"issued the day before yesterday", sign_at(clerk, message, -172'800), 422, "ISSUED_TOO_EARLY"},
      {"issued in an hour", sign_at(clerk, message, 3'600), 422, "ISSUED_IN_FUTURE"},
  };
}

void check_all(Clerk& clerk, const std::vector<BadLeaf>& leaves) {
  for (const auto& leaf : leaves) {
    INFO(leaf.what);
    check(clerk.post(leaf.bytes), leaf.status, leaf.code, leaf.event);
  }
}

ledger::v1::Event revocation(const std::string& certificate) {
  ledger::v1::Event event;
  event.set_decision_date(recent_day());
  event.set_reason("CONDITIONS_NOT_MET");
  event.mutable_certificate_revoked()->set_certificate(certificate);
  return event;
}

}  // namespace

TEST_CASE("bytes that are no submission are refused by name and change nothing") {
  auto& network = LocalNetwork::shared();
  Unchanged unchanged(network);
  Clerk clerk(network, "BO", "BO");
  check_all(clerk, badly_formed(clerk));
  check(clerk.post(clerk.good_leaf(), "application/json"), 415, "UNSUPPORTED_MEDIA_TYPE");
  check(clerk.post(Bytes(300'000, 'x')), 413, "HTTP_413");
  unchanged.check();
}

TEST_CASE("submissions of the wrong key or chain or time are refused by name and change nothing") {
  auto& network = LocalNetwork::shared();
  Unchanged unchanged(network);
  Clerk clerk(network, "BO", "BO");
  check_all(clerk, wrongly_signed(network, clerk));
  unchanged.check();
}

TEST_CASE("an invalid event among valid ones is named and none of them is taken") {
  auto& network = LocalNetwork::shared();
  Unchanged unchanged(network);
  Clerk clerk(network, "BO", "BO");
  auto events = operators(clerk, 3);
  events[1].mutable_operator_registered()->set_subject("BO-8CA1276AA1");  // of the sample
  const auto valid_tin = events[0].operator_registered().tin();
  check(clerk.post(clerk.sign(clerk.message(events, clerk.next_sequence()))), 422, "SUBJECT_TAKEN", 1);
  CHECK(clerk.get("/v1/operators/" + valid_tin).status == 404);
  unchanged.check();
}

TEST_CASE("a revoked certificate cannot be revoked again") {
  auto& network = LocalNetwork::shared();
  Unchanged unchanged(network);
  Clerk clerk(network, "BO", "BO");
  const auto again = clerk.message({revocation("BOAEOS00048")}, clerk.next_sequence());
  check(clerk.post(clerk.sign(again)), 422, "ALREADY_REVOKED", 0);
  const auto foreign = clerk.message({revocation("BRAEOS00001")}, clerk.next_sequence());
  CHECK(clerk.post(clerk.sign(foreign)).status == 422);
  unchanged.check();
}

TEST_CASE("a sequence number is taken once and a gap waits until it is filled") {
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto before = network.wait_agreed();
  Clerk clerk(network, "BO", "BO");
  const auto next = clerk.next_sequence();
  check(clerk.post(clerk.sign(clerk.message(operators(clerk, 1), next - 1))), 409, "SEQUENCE_TAKEN");
  const auto ahead = clerk.sign(clerk.message(operators(clerk, 1), next + 1));
  const auto waiting = clerk.post(ahead);
  REQUIRE(waiting.status == 202);
  const auto id = crypto::Digest::from(*crypto::from_hex(waiting.id)).value();
  CHECK(clerk.node().submission(id)->status == "PENDING");
  const auto rival = clerk.post(clerk.sign(clerk.message(operators(clerk, 1), next + 1)));
  check(rival, 409, "SEQUENCE_TAKEN");
  CHECK(rival.holder == waiting.id);
  CHECK(clerk.node().submission(id)->status == "PENDING");
  clerk.state(clerk.sign(clerk.message(operators(clerk, 1), next)));
  clerk.state(ahead);
  CHECK(network.wait_agreed().size >= before.size + 3);
  CHECK(clerk.next_sequence() == next + 2);
}

TEST_CASE("requests that are no requests are refused by name and change nothing") {
  auto& network = LocalNetwork::shared();
  Unchanged unchanged(network);
  Clerk clerk(network, "BO", "BO");
  CHECK(clerk.get("/v1/members?x=" + std::string(9'000, 'x')).status == 431);
  check(clerk.get("/v1/nothing"), 404, "NOT_FOUND");
  check(clerk.get("/v1/stream?since=999999"), 400, "KNOWN_AT_IN_FUTURE");
  check(clerk.get("/v1/submissions"), 405, "METHOD_NOT_ALLOWED");
  check(clerk.get("/v1/submissions/xyz"), 400, "BAD_PARAMETER");
  check(clerk.get("/v1/recognition?tin=BO1"), 400, "BAD_PARAMETER");
  const auto ask = [&](const std::string& body) { return clerk.post_to("/v1/recognition", "application/json", body); };
  check(ask(""), 400, "BAD_REQUEST");
  check(ask("{\"tin\":"), 400, "BAD_REQUEST");
  check(ask("[1]"), 400, "BAD_REQUEST");
  check(ask(std::string(5'000, '[')), 400, "BAD_REQUEST");
  const std::string question =
      R"({"tin":"BO81169520002","role":"IMPORTER","flow":"IMPORT","by":"PE","on":"2024-01-01"})";
  std::string questions = "[" + question;
  for (int i = 1; i < 3'000; ++i) questions += "," + question;
  CHECK(ask(questions + "]").status == 200);
  check(ask(questions + "," + question + "]"), 400, "BAD_REQUEST");
  check(ask(std::string((1 << 20) + 1, ' ')), 413, "HTTP_413");
  unchanged.check();
}

}  // namespace quipu::processes::trial
