// SPDX-License-Identifier: Apache-2.0
#include "crypto/cose.h"

#include <catch2/catch.hpp>

namespace quipu::crypto {
namespace cose_test {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// RFC 8032, 7.1, TEST 1.
SecretKey test_key() {
  return *SecretKey::from_seed(hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

// The worked example, part by part. Made here, checked by an independent implementation of Ed25519.
constexpr const char* kBeforeKeyId =
    "a4"                                                        // a map of four
    "0132"                                                      // 1: -19
    "03783e6170706c69636174696f6e2f782d70726f746f6275663b20"    // 3: "application/x-protobuf; "
    "6d657373616765547970653d71756970752e6c65646765722e76312e"  //    "messageType=quipu.ledger.v1."
    "5375626d697373696f6e";                                     //    "Submission"
constexpr const char* kKeyIdAndClaims =
    "044821fe31dfa154a261"  // 4: first 8 bytes of SHA-256(public key)
    "0fa3"                  // 15: a map of three
    "01625045"              //   1: "PE"
    "0267616e6465732d31"    //   2: "andes-1"
    "061a6553f100";         //   6: 1700000000
constexpr const char* kSignature =
    "819e2d2678f0a223ecfc405c9559a432b49e759bb00879c0c40489616691e958"
    "12c5e60330046de070c1b94a880d6218a25f2a1038e922a8226afbc3df98f209";

Bytes worked_header() { return hex(std::string(kBeforeKeyId) + kKeyIdAndClaims); }
Bytes leaf_with(const std::string& start, const Bytes& header, const std::string& end) {
  return hex(start) + header + hex(end);
}
Bytes worked_leaf() { return leaf_with("d2845863", worked_header(), std::string("a0430a0178") + "5840" + kSignature); }

Bytes signed_leaf(const std::string& administration, const std::string& chain_id, std::uint64_t issued_at_s,
                  BytesView payload = "payload") {
  return sign_statement(test_key(), administration, chain_id, issued_at_s, payload);
}

std::string fault(BytesView leaf) {
  const auto statement = parse_statement(leaf);
  return statement ? "accepted" : statement.error();
}

// The worked leaf with a piece of it exchanged.
Bytes exchanged(std::string_view from, std::string_view to) {
  std::string text = to_hex(worked_leaf());
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return hex(text.replace(at, from.size(), to));
}

}  // namespace cose_test

TEST_CASE("the worked leaf comes out byte for byte and is read back") {
  using namespace cose_test;
  CHECK(to_hex(signed_leaf("PE", "andes-1", 1'700'000'000, hex("0a0178"))) == to_hex(worked_leaf()));
  const auto statement = parse_statement(worked_leaf());
  REQUIRE(statement);
  CHECK(to_hex(statement->kid.view()) == "21fe31dfa154a261");
  CHECK(statement->administration == "PE");
  CHECK(statement->chain_id == "andes-1");
  CHECK(statement->issued_at_s == 1'700'000'000);
  CHECK(statement->payload == hex("0a0178"));
  CHECK(to_hex(statement->signature.view()) == kSignature);
  CHECK(to_hex(statement_signed_bytes(*statement)) ==
        "846a5369676e6174757265315863" + to_hex(worked_header()) + "40430a0178");
  CHECK(verify_statement(*statement, test_key().public_key()));
}

TEST_CASE("a statement whose any field is changed does not verify") {
  using namespace cose_test;
  const auto key = test_key().public_key();
  const auto original = parse_statement(worked_leaf()).value();
  const auto changed = [&](auto change) {
    Statement statement = original;
    change(statement);
    return verify_statement(statement, key);
  };
  CHECK(changed([](Statement&) {}));
  CHECK_FALSE(changed([](Statement& s) { s.kid.bytes[0] ^= 1; }));
  CHECK_FALSE(changed([](Statement& s) { s.administration = "CL"; }));
  CHECK_FALSE(changed([](Statement& s) { s.chain_id = "andes-2"; }));
  CHECK_FALSE(changed([](Statement& s) { ++s.issued_at_s; }));
  CHECK_FALSE(changed([](Statement& s) { s.payload += 'x'; }));
  CHECK_FALSE(changed([](Statement& s) { s.signature.bytes[63] ^= 0x80; }));
  CHECK_FALSE(verify_statement(original, SecretKey::from_seed(Bytes(32, 'x'))->public_key()));
}

TEST_CASE("leaves of every payload length and time and chain id length go through") {
  using namespace cose_test;
  for (const std::size_t size : {0U, 1U, 23U, 24U, 255U, 256U, 60'000U}) {
    const Bytes payload(size, 'p');
    const auto statement = parse_statement(signed_leaf("CO", "c", 1, payload));
    REQUIRE(statement);
    CHECK(statement->payload == payload);
  }
  for (const std::uint64_t time : {0ULL, 23ULL, 24ULL, 255ULL, 256ULL, 65'535ULL, 65'536ULL, 4'294'967'295ULL,
                                   4'294'967'296ULL, 18'446'744'073'709'551'615ULL}) {
    const auto statement = parse_statement(signed_leaf("CO", "c", time));
    REQUIRE(statement);
    CHECK(statement->issued_at_s == time);
  }
  for (std::size_t size = 1; size <= 63; ++size) {
    const auto statement = parse_statement(signed_leaf("CO", std::string(size, 'c'), 1));
    REQUIRE(statement);
    CHECK(statement->chain_id.size() == size);
    CHECK(verify_statement(*statement, test_key().public_key()));
  }
}

TEST_CASE("a leaf ends at 61440 bytes") {
  using namespace cose_test;
  const std::size_t around = signed_leaf("CO", "c", 1, Bytes(50'000, 'p')).size() - 50'000;
  CHECK(parse_statement(signed_leaf("CO", "c", 1, Bytes(61'440 - around, 'p'))));
  CHECK_FALSE(parse_statement(signed_leaf("CO", "c", 1, Bytes(61'441 - around, 'p'))));
}

TEST_CASE("codes and chain ids out of form are refused") {
  using namespace cose_test;
  for (const auto* code : {"", "P", "PER", "pe", "P1", "--", "P\n"}) {
    INFO(code);
    CHECK_FALSE(parse_statement(signed_leaf(code, "c", 1)));
  }
  for (const auto& id : {std::string(), std::string("-a"), std::string("A"), std::string("a_b"), std::string("a.b"),
                         std::string("a b"), std::string(64, 'a'), std::string("a\0", 2)}) {
    INFO(id);
    CHECK_FALSE(parse_statement(signed_leaf("PE", id, 1)));
  }
  CHECK(parse_statement(signed_leaf("PE", "0-", 1)));
}

TEST_CASE("no prefix of a leaf is a leaf and nothing may follow it") {
  using namespace cose_test;
  const Bytes leaf = worked_leaf();
  for (std::size_t size = 0; size < leaf.size(); ++size) {
    INFO(size);
    REQUIRE_FALSE(parse_statement(BytesView(leaf).substr(0, size)));
  }
  CHECK(fault(leaf + '\0') == "Bytes after the signature at byte 174.");
}

TEST_CASE("a refusal names the byte") {
  using namespace cose_test;
  CHECK(fault("") == "Not a tagged COSE_Sign1 of four parts at byte 0.");
  CHECK(fault(exchanged("a40132", "a40126")) ==
        "The protected header does not begin as a map of four with algorithm -19 at byte 4.");
  CHECK(fault(exchanged("0178"
                        "5840",
                        "0178"
                        "5841")) == "The signature is missing or not 64 bytes long at byte 108.");
}

TEST_CASE("another spelling of the same leaf is refused") {
  using namespace cose_test;
  const std::pair<const char*, const char*> kSpellings[] = {
      {"d284", "84"},                  // no tag
      {"d284", "d81284"},              // a long tag
      {"d284", "d29f"},                // an array without length
      {"d2845863", "d284590063"},      // long lengths
      {"d2845863a4", "d2845864b804"},  //
      {"61"
       "6e6465732d31",
       "616e6465732d3100"},
      {"0132", "013812"},          // a long algorithm
      {"03783e", "0379003e"},      //
      {"0448", "045808"},          //
      {"0fa3", "0fb803"},          //
      {"01625045", "0178025045"},  //
      {"061a6553f100", "061b000000006553f100"},
      {"061a6553f100", "06fb41d954fc40000000"},  // a floating-point time
      {"061a6553f100", "06c11a6553f100"},        // a tagged time
      {"a0430a0178",
       "a043"
       "0a01785f"},  //
      {"a0430a0178", "a058030a0178"},
      {"a0430a0178", "a05f430a0178ff"},    // a payload in pieces
      {"a0430a0178", "a0f6"},              // no payload
      {"a0430a0178", "a1044161430a0178"},  // something unprotected
      {"a0430a0178", "bfff430a0178"},
      {"a0430a0178", "a0630a0178"},  // a text as payload
      {"01785840", "0178590040"},
      {"01625045"
       "0267616e6465732d31",
       "0267616e6465732d31"
       "01625045"},  // another order
  };
  for (const auto& [from, to] : kSpellings) {
    INFO(from << " as " << to);
    CHECK_FALSE(parse_statement(exchanged(from, to)));
  }
}

TEST_CASE("a header in another spelling is refused although its length fits") {
  using namespace cose_test;
  const std::string start = "d28458";
  const std::string end = std::string("a0430a0178") + "5840" + kSignature;
  const auto with_header = [&](std::string header) {
    const auto size = to_hex(BytesView(std::string(1, static_cast<char>(header.size() / 2))));
    return hex(start + size + header + end);
  };
  const std::string before = kBeforeKeyId;
  const std::string after = kKeyIdAndClaims;
  CHECK(parse_statement(with_header(before + after)));
  CHECK_FALSE(parse_statement(with_header(before + after + "00")));
  CHECK_FALSE(parse_statement(with_header(before + "045808" + after.substr(4))));
  CHECK_FALSE(parse_statement(with_header("b804" + before.substr(2) + after)));
  CHECK_FALSE(parse_statement(with_header("a5" + before.substr(2) + after + "181f00")));
  CHECK_FALSE(
      parse_statement(with_header("a4"
                                  "013812" +
                                  before.substr(6) + after)));
  CHECK_FALSE(parse_statement(with_header(before + after.substr(0, after.size() - 12) + "061b000000006553f100")));
}

TEST_CASE("lengths beyond all memory are refused without asking for it") {
  using namespace cose_test;
  for (const auto* length : {"5bffffffffffffffff", "5b7fffffffffffffff", "5affffffff", "5b0000000100000000"}) {
    CHECK_FALSE(parse_statement(exchanged("430a0178", std::string(length) + "0a0178")));
  }
}

}  // namespace quipu::crypto
