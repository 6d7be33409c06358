// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/keys.h"

namespace quipu::crypto {
namespace {

// All in hex. The cases where Ed25519 libraries and their versions part; tests/crypto says why each verdict is right.
struct Golden {
  const char* key;
  const char* message;
  const char* signature;
  bool admissible;
  bool verifies;
};

constexpr Golden kGolden[] = {
    {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00",
     true, true},  // RFC 8032 TEST 2
    {"aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b33b869e355625f9f6f18b8d04e610083f421d26cfa6a4dce4"
     "a638ca637a6a21c",
     true, false},  // S + L: the equation holds, the spelling is a second one
    {"aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "7a65726f20522030",
     "01000000000000000000000000000000000000000000000000000000000000004ee2ac4330a589f245d48915788085a8e7c765e50b90198a8"
     "c600253f8a91505",
     true, false},  // R the neutral element: the equation holds
    {"aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "7a65726f2052",
     "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f1e8b49d82648004f611d857f982f40186729719fa08269abe"
     "c415dd664bea104",
     true, false},  // R the neutral element written as p + 1: the equation holds
    {"aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "6d6978656420522030",
     "cbae21b85a9ccdc03372f7f2ca6d4f3341035d1f346b25c6794230617ccbf365b1477d77555844fe48a2dbb09e2e3262f6c5901c80ad4f752"
     "6c299033cf97807",
     true, false},  // R plus a point of order 8, honest key: holds with the cofactor only
    {"0000000000000000000000000000000000000000000000000000000000000080", "736d616c6c206b6579203130",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bb3ffb9d54dd099765e48d02889c9a080f88fc5707eac0823d"
     "537cbd5fc306005",
     false, false},  // key of order 4: holds for anyone, no secret needed
    {"43138967cec6c52698b91b7ce50b5cc4a2d7844874e9ec5b0ddf10dfe100dff6", "6d69786564206b65792030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bca90dd0ca3217018ffaf1881272817e1bb8562bc71f0c0d22"
     "55591e3c52db50c",
     false, true},  // key plus a point of order 2, k a multiple of it: the equation holds, only admission refuses
    {"7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d69786564206b65792032",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b74e209245b04cc0cfce283d18daa413162fad726e50091513"
     "43c3a12683dbf09",
     false, true},  // key plus a point of order 8, k a multiple of it: the equation holds, only admission refuses
    {"7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d69786564206b65792030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b173b60cd75ecfea1df30e021289a19d1041f8dec21c8e39c3"
     "960780c3ae08a01",
     false, false},  // key plus a point of order 8, k no multiple: holds with the cofactor only
    {"7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d6978656420626f74682030",
     "c6c741439b625ad2c77469d3e24e699a709924ce9c8cd6bd62d452fcec22ba616aaa26e4f9b6b840196136866422ff5659dfcb7a89462fc2a"
     "8546e01e8c8ee0e",
     false, true},  // key and R of mixed order that cancel out: the equation holds, only admission refuses
};

// SHA-256 of "abc" (FIPS 180-2).
constexpr const char* kDigestOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

bool holds(const Golden& golden) {
  const auto key = PublicKey::from(from_hex(golden.key).value());
  const auto signature = Signature::from(from_hex(golden.signature).value());
  return admissible(*key) == golden.admissible &&
         verify(*key, from_hex(golden.message).value(), *signature) == golden.verifies;
}

}  // namespace

bool verify(const PublicKey& key, BytesView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), reinterpret_cast<const unsigned char*>(message.data()),
                                     message.size(), key.bytes.data()) == 0;
}

bool self_test() {
  return to_hex(sha256("abc").view()) == kDigestOfAbc && sha256({"a", "", "bc"}) == sha256("abc") &&
         std::ranges::all_of(kGolden, holds);
}

}  // namespace quipu::crypto
