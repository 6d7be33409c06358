// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "crypto/digest.h"
#include "crypto/sealing.h"

namespace sealing_test {

using namespace quipu;
using namespace quipu::crypto;

const SecretKey& secret() {
  static const SecretKey key = *SecretKey::from_seed(std::string(32, 'k'));
  return key;
}
const Digest kName = sha256("name");
const SealNonce kNonce = *SealNonce::from(std::string(24, 'n'));

TEST_CASE("what was sealed opens under the same secret and name and label alone") {
  const Bytes sealed = seal(secret(), kName, "label", kNonce, "plain");
  CHECK(sealed.size() == 24 + 5 + 16);
  CHECK(unseal(secret(), kName, "label", sealed) == Bytes("plain"));
  CHECK_FALSE(unseal(*SecretKey::from_seed(std::string(32, 'x')), kName, "label", sealed));
  CHECK_FALSE(unseal(secret(), sha256("other"), "label", sealed));
  CHECK_FALSE(unseal(secret(), kName, "labe", sealed));
}

TEST_CASE("one changed or missing byte closes it") {
  const Bytes sealed = seal(secret(), kName, "", kNonce, "plain");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x80);
    CHECK_FALSE(unseal(secret(), kName, "", changed));
    CHECK_FALSE(unseal(secret(), kName, "", BytesView(sealed).substr(0, i)));
  }
}

TEST_CASE("nothing can be sealed too") {
  CHECK(unseal(secret(), kName, "", seal(secret(), kName, "", kNonce, "")) == Bytes());
}

TEST_CASE("the sealed form does not change from version to version") {
  CHECK(to_hex(sha256(seal(secret(), kName, "label", kNonce, "plain")).view()) ==
        "ce86d79a11e9c2e361a7e36caa0292033cec55a9ecba53d022eb7bf8c970690c");
}

TEST_CASE("wiping leaves zeros in the memory and an empty value") {
  Bytes text = "a secret that is longer than what a string keeps in itself";
  const char* memory = text.data();
  const std::size_t size = text.size();
  wipe(text);
  CHECK(text.empty());
  CHECK(std::string(memory, size) == std::string(size, '\0'));
}

}  // namespace sealing_test
