// SPDX-License-Identifier: Apache-2.0
#include "crypto/hmac.h"

#include <catch2/catch.hpp>

namespace quipu::crypto::test {

TEST_CASE("HMAC-SHA256 is that of RFC 4231 with keys short and longer than a block") {
  const auto hex = [](BytesView key, BytesView message) { return to_hex(hmac_sha256(key, message).view()); };
  CHECK(hex(Bytes(20, '\x0b'), "Hi There") == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(Bytes(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace quipu::crypto::test
