// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/submission.h"

#include <catch2/catch.hpp>

#include "crypto/merkle.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace submission_test {

constexpr std::uint64_t kNow_s = sample::kCreated_ms / 1000;

TEST_CASE("A signed submission decodes to what was stated") {
  const auto message = sample::registrations("BO", 7, 1, 3);
  const Bytes leaf = sign_submission(message, sample::key("BO", "issuer"), kNow_s);
  const auto read = decode_submission(leaf, "sample-1");
  REQUIRE(read);
  CHECK(read->id == crypto::leaf_hash(leaf));
  CHECK(read->leaf == leaf);
  CHECK(read->administration() == "BO");
  CHECK(read->sequence() == 7);
  CHECK(read->events() == 3);
  CHECK(read->statement.issued_at_s == kNow_s);
  CHECK(crypto::verify_statement(read->statement, sample::key("BO", "issuer").public_key()));
  CHECK_FALSE(crypto::verify_statement(read->statement, sample::key("BR", "issuer").public_key()));
}

TEST_CASE("Each fault in the form of a submission has its code") {
  const auto key = sample::key("BO", "issuer");
  const auto message = sample::registrations("BO", 1, 1, 1);
  const auto code_of = [](const Bytes& leaf) {
    const auto read = decode_submission(leaf, "sample-1");
    REQUIRE_FALSE(read);
    return read.error().code;
  };
  CHECK(code_of("") == Code::kMalformedEnvelope);
  CHECK(code_of(Bytes(61'441, 'x')) == Code::kTooLarge);
  CHECK(code_of(crypto::sign_statement(key, "BR", "sample-1", kNow_s, canonical(message))) == Code::kHeaderMismatch);
  CHECK(code_of(crypto::sign_statement(key, "BO", "other", kNow_s, canonical(message))) == Code::kHeaderMismatch);
  CHECK(code_of(crypto::sign_statement(key, "BO", "sample-1", kNow_s, "\x0a")) == Code::kNotCanonical);
  auto foreign = message;
  foreign.set_chain_id("other");
  CHECK(code_of(sign_submission(foreign, key, kNow_s)) == Code::kWrongChain);
}

}  // namespace submission_test
}  // namespace quipu::ledger
