// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "node/ledger/state.pb.h"
#include "node/side/record.h"
#include "tests/node/side/network.h"

namespace record_test {

using namespace quipu;
using namespace quipu::side;
using side::testing::identity_record;
using side::testing::tin_record;

TEST_CASE("a commitment is the digest of a tag and the record and the two kinds never meet") {
  const Bytes record = identity_record("Acme");
  CHECK(record.starts_with(Bytes("\x0a\x20", 2)));
  CHECK(commitment_of(RecordKind::kIdentity, record) == crypto::sha256(Bytes("quipu-record-v1\0", 16) + record));
  CHECK(commitment_of(RecordKind::kTin, record) == crypto::sha256(Bytes("quipu-tin-v1\0", 13) + record));
}

TEST_CASE("a record opens its own commitment as its own kind alone") {
  const Bytes record = tin_record("BR123");
  const auto commitment = commitment_of(RecordKind::kTin, record);
  CHECK(opens(RecordKind::kTin, commitment, record));
  CHECK_FALSE(opens(RecordKind::kIdentity, commitment, record));
  CHECK_FALSE(opens(RecordKind::kTin, commitment, tin_record("BR124")));
  CHECK_FALSE(opens(RecordKind::kTin, commitment, tin_record("BR123", 'x')));
}

TEST_CASE("a record with fields that no record has opens nothing though the commitment is right") {
  const Bytes odd = tin_record("BR123") + Bytes("\x7a\x01x", 3);
  CHECK_FALSE(opens(RecordKind::kTin, commitment_of(RecordKind::kTin, odd), odd));
}

TEST_CASE("an owner survives its text and a text that is none is refused") {
  for (const Owner& owner : {Owner{{"BR", "S-1"}, RecordKind::kIdentity}, Owner{{"PE", "a b"}, RecordKind::kTin}}) {
    CHECK(owner_in(text_of(owner)) == owner);
  }
  for (const char* text :
       {"", "identity", "identity BR", "identity BR ", "name BR S-1", "identity BRAS-1", "identity  S"}) {
    INFO(text);
    CHECK_FALSE(owner_in(text));
  }
}

TEST_CASE("an operator names the commitments that it has") {
  ledger::v1::OperatorRecord firm;
  CHECK(named_by(firm).empty());
  firm.set_identity_commitment(std::string(32, 'i'));
  firm.set_tin_commitment(std::string(32, 't'));
  REQUIRE(named_by(firm).size() == 2);
  CHECK(named_by(firm)[1].kind == RecordKind::kTin);
}

}  // namespace record_test
