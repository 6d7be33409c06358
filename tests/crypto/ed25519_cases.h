// SPDX-License-Identifier: Apache-2.0
// Edge cases of Ed25519, made with an independent implementation of the curve's textbook formulas. Each states the
// facts that the verdict follows from, so that the table can be judged by reasoning and not only by what a library
// says.
#pragma once

namespace quipu::crypto::ed25519_cases {

// The key is admitted iff it is canonical, on the curve, and of prime order. The signature verifies iff all facts hold.
struct Case {
  const char* what;
  const char* key;
  const char* message;
  const char* signature;
  bool admissible;  // the key is canonical and of prime order
  bool equation;    // S*B = R + k*A, no cofactor
  bool s_below_order;
  bool r_plain;    // R is canonical and not of small order
  bool key_plain;  // so is the key
};

struct KeyCase {
  const char* what;
  const char* key;
  bool admissible;
};

inline constexpr Case kCases[] = {
    {"RFC 8032 TEST 1", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a100b",
     true, true, true, true, true},
    {"RFC 8032 TEST 2", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00",
     true, true, true, true, true},
    {"RFC 8032 TEST 3", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1ec40a",
     true, true, true, true, true},
    {"plain", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b46e473863bff4c47997bc02d7067216ef421d26cfa6a4dce4"
     "a638ca637a6a20c",
     true, true, true, true, true},
    {"S + L: the equation holds, the spelling is a second one",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b33b869e355625f9f6f18b8d04e610083f421d26cfa6a4dce4"
     "a638ca637a6a21c",
     true, true, false, true, true},
    {"S + 8L: still below 2^256", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bae83226e0e18e0074c627d4565361915f521d26cfa6a4dce4"
     "a638ca637a6a28c",
     true, true, false, true, true},
    {"S with its top bit set", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b46e473863bff4c47997bc02d7067216ef421d26cfa6a4dce4"
     "a638ca637a6a28c",
     true, false, false, true, true},
    {"S + 1", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b47e473863bff4c47997bc02d7067216ef421d26cfa6a4dce4"
     "a638ca637a6a20c",
     true, false, true, true, true},
    {"another message", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e203021",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b46e473863bff4c47997bc02d7067216ef421d26cfa6a4dce4"
     "a638ca637a6a20c",
     true, false, true, true, true},
    {"R negated", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc35ab46e473863bff4c47997bc02d7067216ef421d26cfa6a4dce4"
     "a638ca637a6a20c",
     true, false, true, true, true},
    {"key negated", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2089", "706c61696e2030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b46e473863bff4c47997bc02d7067216ef421d26cfa6a4dce4"
     "a638ca637a6a20c",
     true, false, true, true, true},
    {"key and R and S all zero", "0000000000000000000000000000000000000000000000000000000000000000", "706c61696e2030",
     "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000",
     false, true, true, false, false},
    {"key of order 1: holds for anyone, no secret needed",
     "0100000000000000000000000000000000000000000000000000000000000000", "736d616c6c206b65792030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bb3ffb9d54dd099765e48d02889c9a080f88fc5707eac0823d"
     "537cbd5fc306005",
     false, true, true, true, false},
    {"key of order 2: holds for anyone, no secret needed",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "736d616c6c206b65792031",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bb3ffb9d54dd099765e48d02889c9a080f88fc5707eac0823d"
     "537cbd5fc306005",
     false, true, true, true, false},
    {"key of order 4: holds for anyone, no secret needed",
     "0000000000000000000000000000000000000000000000000000000000000080", "736d616c6c206b6579203130",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bb3ffb9d54dd099765e48d02889c9a080f88fc5707eac0823d"
     "537cbd5fc306005",
     false, true, true, true, false},
    {"key of order 8: holds for anyone, no secret needed",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "736d616c6c206b65792036",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bb3ffb9d54dd099765e48d02889c9a080f88fc5707eac0823d"
     "537cbd5fc306005",
     false, true, true, true, false},
    {"key and R the neutral element and S = 0", "0100000000000000000000000000000000000000000000000000000000000000", "",
     "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000",
     false, true, true, false, false},
    {"key and R the neutral element and S = 0: cannot depend on the message",
     "0100000000000000000000000000000000000000000000000000000000000000", "616e79",
     "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000",
     false, true, true, false, false},
    {"R the neutral element: the equation holds", "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009",
     "7a65726f20522030",
     "01000000000000000000000000000000000000000000000000000000000000004ee2ac4330a589f245d48915788085a8e7c765e50b90198a8"
     "c600253f8a91505",
     true, true, true, false, true},
    {"R the neutral element written as p + 1: the equation holds",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "7a65726f2052",
     "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f1e8b49d82648004f611d857f982f40186729719fa08269abe"
     "c415dd664bea104",
     true, true, true, false, true},
    {"R the neutral element with a sign bit: the equation holds",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "7a65726f2052",
     "0100000000000000000000000000000000000000000000000000000000000080b771bd43f8a33d01153b62c568f6eea0e35f49df1bcc23f1e"
     "de9e5e0e8f5960c",
     true, true, true, false, true},
    {"R of order 2, honest key: holds with the cofactor only",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "736d616c6c20522030",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7ff91d8a865287ebd7fa242204800b0d521c10df999728d6231"
     "fbfa0605cb6de01",
     true, false, true, false, true},
    {"R of order 4, honest key: holds with the cofactor only",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "736d616c6c20522030",
     "0000000000000000000000000000000000000000000000000000000000000080bbb11400fe259935d27e976898e021a38068d2a7e34eb8144"
     "1ec80fc7661b706",
     true, false, true, false, true},
    {"R of order 8, honest key: holds with the cofactor only",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "736d616c6c20522030",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a8157bfce57c4eb8da799f407f5c792ac1514c69eb4cc2693f"
     "4c201f22677c606",
     true, false, true, false, true},
    {"R plus a point of order 2, honest key: holds with the cofactor only",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "6d6978656420522030",
     "d62591b307ae9f40ab72de01fb6fe26da1c0c3331397139c694ebdd7f603cad493b40b8b76e17f021f7788f782af368f29c60377b7422baad"
     "89fd929d1a15a05",
     true, false, true, true, true},
    {"R plus a point of order 4, honest key: holds with the cofactor only",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "6d6978656420522030",
     "80bea9d718fc407382390cff45cb34475510e072fe64024a668f96c26cdf49cd312f3eeed0966faa7f1e0a9d1d358502680d0d080eeca89a4"
     "edb652ff9588d03",
     true, false, true, true, true},
    {"R plus a point of order 8, honest key: holds with the cofactor only",
     "aaec769831393ad96746e4831af4a33b5d287bb78b1613a4f220ef201eff2009", "6d6978656420522030",
     "cbae21b85a9ccdc03372f7f2ca6d4f3341035d1f346b25c6794230617ccbf365b1477d77555844fe48a2dbb09e2e3262f6c5901c80ad4f752"
     "6c299033cf97807",
     true, false, true, true, true},
    {"key plus a point of order 2, k a multiple of it: the equation holds, only admission refuses",
     "43138967cec6c52698b91b7ce50b5cc4a2d7844874e9ec5b0ddf10dfe100dff6", "6d69786564206b65792030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bca90dd0ca3217018ffaf1881272817e1bb8562bc71f0c0d22"
     "55591e3c52db50c",
     false, true, true, true, true},
    {"key plus a point of order 2, k no multiple: holds with the cofactor only",
     "43138967cec6c52698b91b7ce50b5cc4a2d7844874e9ec5b0ddf10dfe100dff6", "6d69786564206b65792031",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b7438a58503e086cd36e19985febbcb2cdbf33f2566d9b8547"
     "97e581093d2e904",
     false, false, true, true, true},
    {"key plus a point of order 4, k a multiple of it: the equation holds, only admission refuses",
     "565ee2d16fb51681179126c45fc375b2cd303f0894676350a36a467685637c99", "6d69786564206b65792030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b133608cc4517d5969e75cbc2c12ab64d6ef22cb3e6745528a"
     "f8b41a3542b7004",
     false, true, true, true, true},
    {"key plus a point of order 4, k no multiple: holds with the cofactor only",
     "565ee2d16fb51681179126c45fc375b2cd303f0894676350a36a467685637c99", "6d69786564206b65792031",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352bae678e7fc26cda97d21805c6751094dc5dc9da5ef27698315"
     "743576f1253de05",
     false, false, true, true, true},
    {"key plus a point of order 8, k a multiple of it: the equation holds, only admission refuses",
     "7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d69786564206b65792032",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b74e209245b04cc0cfce283d18daa413162fad726e50091513"
     "43c3a12683dbf09",
     false, true, true, true, true},
    {"key plus a point of order 8, k no multiple: holds with the cofactor only",
     "7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d69786564206b65792030",
     "17da6e4cf85160bf548d21fe04901d925e3f3cccec68ec6396b1422809fc352b173b60cd75ecfea1df30e021289a19d1041f8dec21c8e39c3"
     "960780c3ae08a01",
     false, false, true, true, true},
    {"key and R of mixed order that cancel out: the equation holds, only admission refuses",
     "7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d6978656420626f74682030",
     "c6c741439b625ad2c77469d3e24e699a709924ce9c8cd6bd62d452fcec22ba616aaa26e4f9b6b840196136866422ff5659dfcb7a89462fc2a"
     "8546e01e8c8ee0e",
     false, true, true, true, true},
    {"key and R of mixed order that do not cancel out",
     "7e5b6dd89f36d3321fb7a6e8fc736a37882d499102fef17a23adb0040d95fbd6", "6d6978656420626f74682030",
     "cbae21b85a9ccdc03372f7f2ca6d4f3341035d1f346b25c6794230617ccbf3657cbbad67e1865b33a9d5c0265ef2f672bcfded0816221b6a5"
     "24f161b4cf33f0a",
     false, false, true, true, true},
    {"key of mixed order and R of small order: the equation holds",
     "43138967cec6c52698b91b7ce50b5cc4a2d7844874e9ec5b0ddf10dfe100dff6", "6d69786564206b657920736d616c6c20522032",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f79028ee15690a76a61bbf92de90cbb78fb6b69daa9c455a85"
     "3ad5d1095929809",
     false, true, true, false, true},
    {"key of mixed order and R = (0, -1) with a sign bit",
     "43138967cec6c52698b91b7ce50b5cc4a2d7844874e9ec5b0ddf10dfe100dff6", "6d69786564206b657920736d616c6c20522030",
     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff61adf227905230ef126292b835bd945cfe92267644484152a"
     "9ef87a17047090a",
     false, true, true, false, true},
};

inline constexpr KeyCase kKeyCases[] = {
    {"the base point", "5866666666666666666666666666666666666666666666666666666666666666", true},
    {"twice the base point", "c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd6022", true},
    {"minus the base point", "58666666666666666666666666666666666666666666666666666666666666e6", true},
    {"the base point plus a point of order 2", "9599999999999999999999999999999999999999999999999999999999999999",
     false},
    {"the base point minus a point of order 2", "9599999999999999999999999999999999999999999999999999999999999999",
     false},
    {"minus the base point plus a point of order 2", "9599999999999999999999999999999999999999999999999999999999999919",
     false},
    {"the base point plus a point of order 4", "9bad33f580df7ecc49df5342bac8145d5bedc40f573d1b067f3c4ce449689a15",
     false},
    {"the base point minus a point of order 4", "5252cc0a7f208133b620acbd4537eba2a4123bf0a8c2e4f980c3b31bb69765ea",
     false},
    {"minus the base point plus a point of order 4", "5252cc0a7f208133b620acbd4537eba2a4123bf0a8c2e4f980c3b31bb697656a",
     false},
    {"the base point plus a point of order 8", "98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819",
     false},
    {"the base point minus a point of order 8", "13661d745ad63221ca5da0456fa618713511dc60668aa464e55b09a20ff7fc1d",
     false},
    {"minus the base point plus a point of order 8", "13661d745ad63221ca5da0456fa618713511dc60668aa464e55b09a20ff7fc9d",
     false},
    {"a point of small order: 0 times a generator", "0100000000000000000000000000000000000000000000000000000000000000",
     false},
    {"a second spelling of a point of small order", "0100000000000000000000000000000000000000000000000000000000000080",
     false},
    {"a second spelling of a point of small order", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     false},
    {"a second spelling of a point of small order", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     false},
    {"a point of small order: 1 times a generator", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
     false},
    {"a point of small order: 2 times a generator", "0000000000000000000000000000000000000000000000000000000000000080",
     false},
    {"a second spelling of a point of small order", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     false},
    {"a second spelling of a point of small order", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     false},
    {"a point of small order: 3 times a generator", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
     false},
    {"a point of small order: 4 times a generator", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     false},
    {"a second spelling of a point of small order", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     false},
    {"a point of small order: 5 times a generator", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
     false},
    {"a point of small order: 6 times a generator", "0000000000000000000000000000000000000000000000000000000000000000",
     false},
    {"a point of small order: 7 times a generator", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
     false},
    {"y = 3, mixed order", "0300000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 3, a second spelling", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 3, mixed order", "0300000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 3, a second spelling", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 4, mixed order", "0400000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 4, a second spelling", "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 4, mixed order", "0400000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 4, a second spelling", "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 5, mixed order", "0500000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 5, a second spelling", "f2ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 5, mixed order", "0500000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 5, a second spelling", "f2ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 6, mixed order", "0600000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 6, a second spelling", "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 6, mixed order", "0600000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 6, a second spelling", "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 9, mixed order", "0900000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 9, a second spelling", "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 9, mixed order", "0900000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 9, a second spelling", "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 10, mixed order", "0a00000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 10, a second spelling", "f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 10, mixed order", "0a00000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 10, a second spelling", "f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 14, mixed order", "0e00000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 14, a second spelling", "fbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 14, mixed order", "0e00000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 14, a second spelling", "fbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 15, mixed order", "0f00000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 15, a second spelling", "fcffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 15, mixed order", "0f00000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 15, a second spelling", "fcffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 16, mixed order", "1000000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 16, a second spelling", "fdffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 16, mixed order", "1000000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 16, a second spelling", "fdffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 18, mixed order", "1200000000000000000000000000000000000000000000000000000000000000", false},
    {"y = p + 18, a second spelling", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"y = 18, mixed order", "1200000000000000000000000000000000000000000000000000000000000080", false},
    {"y = p + 18, a second spelling", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = 2: not on the curve", "0200000000000000000000000000000000000000000000000000000000000000", false},
    {"y = 2^255 - 1 with a sign bit", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    {"y = p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
};

}  // namespace quipu::crypto::ed25519_cases
