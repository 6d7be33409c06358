// SPDX-License-Identifier: Apache-2.0
#include "crypto/cose.h"

#include <catch2/catch.hpp>

namespace quipu::crypto {
namespace cose_test {

// RFC 8032, 7.1, TEST 1.
SecretKey test_key() {
  return *SecretKey::from_seed(from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value());
}

Bytes worked_leaf() { return sign_statement(test_key(), "PE", "andes-1", 1'700'000'000, "\x0a\x01x"); }

}  // namespace cose_test

TEST_CASE("print worked leaf") {
  INFO(to_hex(cose_test::worked_leaf()));
  auto p = parse_statement(cose_test::worked_leaf());
  if (!p) INFO(p.error());
  CHECK(p);
  CHECK(verify_statement(*p, cose_test::test_key().public_key()));
  CHECK(to_hex(cose_test::worked_leaf()) == "");
}

}  // namespace quipu::crypto
