// SPDX-License-Identifier: Apache-2.0
#include "node/signer/protocol.h"

#include <catch2/catch.hpp>

#include "tests/node/signer/keeper.h"

namespace quipu::signer::testing {

namespace protocol_test {

std::vector<Request> one_of_each() {
  using consensus::VoteKind;
  const auto block = block_in(7, "a block");
  return {Hello{digest("chain")},
          SignVote{{{2}, {7}, VoteKind::kNotarize}, block},
          SignVote{{{2}, {7}, VoteKind::kNullify}, {.view = {7}}},
          EnterEpoch{{digest("chain"), {2}, digest("anchor")}, tip_at(7, "a block"), {3}},
          SetTip{tip_at(7, "a block")},
          CosignTip{70, digest("root"), 1'790'000'000},
          Abstain{consensus::kUntilTold}};
}

Answer some_answer() {
  Done done{3, {}, Bytes(64, 's')};
  done.record.chain = digest("chain");
  done.record.top_notarized = block_in(0x7, "a block");
  done.record.top_view = {7};
  return done;
}

}  // namespace protocol_test

TEST_CASE("every request reads back as it was written and no other length does") {
  for (const auto& request : protocol_test::one_of_each()) {
    const auto bytes = encode(request);
    CHECK(bytes.size() <= kRequestBytes);
    CHECK(decode_request(bytes) == request);
    CHECK_FALSE(decode_request(bytes + '\0'));
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_request(bytes.substr(0, size)));
  }
}

TEST_CASE("what is no request is refused and never taken for one") {
  auto vote = encode(protocol_test::one_of_each()[1]);
  for (const int kind : {0, 4, 255}) {
    vote[1] = static_cast<char>(kind);
    CHECK_FALSE(decode_request(vote));
  }
  // A nullification is of a view alone.
  vote[1] = 2;
  CHECK_FALSE(decode_request(vote));
  auto other_version = encode(Request(Hello{}));
  other_version[8] = '2';
  CHECK_FALSE(decode_request(other_version));
  for (int op = 0; op < 256; ++op) {
    const auto request = decode_request(Bytes(1, static_cast<char>(op)) + Bytes(kRequestBytes - 1, 'x'));
    CHECK_FALSE(request);
  }
}

TEST_CASE("answers read back as they were written and damaged ones do not") {
  const auto answer = protocol_test::some_answer();
  const auto bytes = encode(answer);
  CHECK(bytes.size() <= kAnswerBytes);
  const auto read = decode_answer(bytes);
  REQUIRE((read && *read));
  CHECK((*read)->syncs == 3);
  CHECK((*read)->record == answer->record);
  CHECK((*read)->result == answer->result);
  CHECK_FALSE(decode_answer(bytes + '\0'));
  for (std::size_t size = 0; size < bytes.size() - 64; size += 97) CHECK_FALSE(decode_answer(bytes.substr(0, size)));
  auto damaged = bytes;
  damaged[100] ^= 1;
  CHECK_FALSE(decode_answer(damaged));
}

TEST_CASE("refusals keep their numbers") {
  const auto number = [](Refused refused) { return encode(Answer(std::unexpected(refused))); };
  CHECK(number(consensus::Refusal::kWrongEpoch) == "\x01");
  CHECK(number(consensus::Refusal::kOtherSubject) == "\x08");
  CHECK(number(Reason::kMalformed) == "\x40");
  CHECK(number(Reason::kNotTheTip) == "\x48");
  for (int status = 1; status < 256; ++status) {
    const Bytes bytes(1, static_cast<char>(status));
    const auto read = decode_answer(bytes);
    const bool known = status <= 8 || (status >= 64 && status <= 72);
    CHECK(read.has_value() == known);
    if (read) CHECK(encode(*read) == bytes);
  }
}

TEST_CASE("messages are cut from a stream however it is delivered and one that is too long ends it") {
  const auto requests = protocol_test::one_of_each();
  Bytes stream;
  for (const auto& request : requests) stream += framed(encode(request));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, stream.size()}) {
    Deframer incoming(kRequestBytes);
    std::vector<Bytes> cut;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      incoming.add(BytesView(stream).substr(at, piece));
      while (const auto message = incoming.next().value()) cut.push_back(*message);
    }
    REQUIRE(cut.size() == requests.size());
    for (std::size_t i = 0; i < cut.size(); ++i) CHECK(decode_request(cut[i]) == requests[i]);
  }
  Deframer incoming(kRequestBytes);
  incoming.add(BytesView("\0\0\1\1", 4));
  CHECK(incoming.next() == std::unexpected(Reason::kTooLong));
  incoming.add("more");
  CHECK(incoming.next() == std::unexpected(Reason::kTooLong));
}

}  // namespace quipu::signer::testing
