// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/canonical.h"

#include <catch2/catch.hpp>

#include "consensus/limits.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::ledger {
namespace canonical_test {

using crypto::ByteWriter;

Bytes varint_field(unsigned number, std::uint64_t value) {
  return ByteWriter().varint(number << 3).varint(value).take();
}
Bytes bytes_field(unsigned number, BytesView content) {
  return ByteWriter().varint(number << 3 | 2).varint(content.size()).raw(content).take();
}

// Submission{chain_id "c", administration "BO", sequence 1, one event with a grant of two roles}, piece by piece.
const Bytes kChain = bytes_field(1, "c");
const Bytes kAdministration = bytes_field(2, "BO");
const Bytes kSequence = varint_field(3, 1);
const Bytes kDate = bytes_field(1, "2026-01-31");
const Bytes kNumber = bytes_field(1, "C-1");
const Bytes kRoles = bytes_field(6, "\x02\x03");
const Bytes kSites = varint_field(10, 2);

Bytes grant(const Bytes& content) { return bytes_field(50, content); }
Bytes event(const Bytes& content) { return bytes_field(4, content); }
Bytes with_event(const Bytes& content) { return kChain + kAdministration + kSequence + event(content); }
Bytes with_grant(const Bytes& content) { return with_event(kDate + grant(content)); }
const Bytes kGood = with_grant(kNumber + kRoles + kSites);

struct Spelling {
  const char* what;
  Bytes bytes;
};

const std::vector<Spelling>& other_spellings() {
  static const std::vector<Spelling> table = {
      {"fields in another order", kAdministration + kChain + kSequence + event(kDate + grant(kNumber))},
      {"nested fields in another order", with_grant(kRoles + kNumber + kSites)},
      {"an overlong varint", kChain + kAdministration + Bytes("\x18\x81\x00", 3) + event(kDate + grant(kNumber))},
      {"an overlong tag", kChain + kAdministration + Bytes("\x98\x00\x01", 3) + event(kDate + grant(kNumber))},
      {"an overlong length",
       Bytes("\x0a\x81\x00", 3) + "c" + kAdministration + kSequence + event(kDate + grant(kNumber))},
      {"a field twice", kChain + kChain + kAdministration + kSequence + event(kDate + grant(kNumber))},
      {"roles not packed", with_grant(kNumber + varint_field(6, 2) + varint_field(6, 3) + kSites)},
      {"roles in two packs", with_grant(kNumber + bytes_field(6, "\x02") + bytes_field(6, "\x03"))},
      {"a submessage in two pieces", with_event(kDate + grant(kNumber) + grant(kSites))},
      {"an explicit default", kChain + kAdministration + varint_field(3, 0) + event(kDate + grant(kNumber))},
      {"an explicit default inside", with_grant(kNumber + varint_field(10, 0))},
      {"an unknown field", kGood + varint_field(99, 1)},
      {"an unknown field inside", with_grant(kNumber + varint_field(99, 1))},
      {"a group", kGood + Bytes("\x9b\x06\x9c\x06", 4)},
      {"a group inside", with_grant(kNumber + Bytes("\x9b\x06\x9c\x06", 4))},
      {"two members of a oneof", with_event(kDate + grant(kNumber) + bytes_field(57, kNumber))},
      {"a uint32 beyond 32 bits", with_grant(kNumber + varint_field(10, (1ull << 32) + 2))},
      {"an enum value outside the schema", with_grant(kNumber + bytes_field(6, "\x63"))},
      {"an enum value beyond 32 bits", with_grant(kNumber + varint_field(3, (1ull << 32) + 1))},
      {"an event without statement", with_event(kDate)},
      {"no event", kChain + kAdministration + kSequence},
      {"a string that is not UTF-8", with_grant(bytes_field(1, "C\xff"))},
      {"an overlong UTF-8 sequence", with_grant(bytes_field(1, "\xc0\x80"))},
      {"a UTF-8 surrogate", with_grant(bytes_field(1, "\xed\xa0\x80"))},
      {"a cut message", kGood.substr(0, kGood.size() - 1)},
      {"a length beyond the end", with_event(kDate + Bytes("\x92\x03\x7f", 3))},
      {"a field of another wire type", kChain + kAdministration + bytes_field(3, "\x01") + event(kDate)},
      {"field number zero", Bytes("\x00\x01", 2)},
      {"nothing at all", ""},
  };
  return table;
}

TEST_CASE("The canonical spelling of a submission is taken") {
  const auto read = parse_canonical(kGood);
  REQUIRE(read);
  CHECK((*read)->events(0).certificate_granted().roles_size() == 2);
  CHECK(canonical(**read) == kGood);
}

TEST_CASE("Every other spelling of a submission is refused") {
  for (const auto& spelling : other_spellings()) {
    INFO(spelling.what);
    const auto read = parse_canonical(spelling.bytes);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::kNotCanonical);
    CHECK_FALSE(read.error().detail.empty());
  }
}

TEST_CASE("Protobuf itself would take most of those spellings") {
  std::size_t taken = 0;
  for (const auto& spelling : other_spellings()) taken += v1::Submission().ParseFromString(spelling.bytes) ? 1 : 0;
  CHECK(taken >= 18);
}

TEST_CASE("A bomb of empty submessages is refused while it is counted") {
  Bytes programmes;
  while (programmes.size() < 40'000) programmes += Bytes("\x7a\x00", 2);  // Member.programme, empty
  const Bytes member = bytes_field(10, programmes);                       // ProposalOpened.member_add
  const auto read = parse_canonical(with_event(kDate + bytes_field(90, member)));
  REQUIRE_FALSE(read);
  CHECK(read.error().detail.find("more elements") != std::string::npos);
}

TEST_CASE("A submission holds at most 256 events") {
  Bytes events;
  for (std::size_t i = 0; i < limits::kSubmissionEvents; ++i) events += event(kDate + grant(kNumber));
  CHECK(parse_canonical(kChain + kAdministration + kSequence + events));
  const auto read = parse_canonical(kChain + kAdministration + kSequence + events + event(kDate + grant(kNumber)));
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::kTooLarge);
}

TEST_CASE("No byte of a canonical submission can be changed into another spelling of the same message") {
  const auto original = parse_canonical(kGood);
  REQUIRE(original);
  for (std::size_t at = 0; at < kGood.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = kGood;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const auto read = parse_canonical(changed);
      if (read) CHECK((*read)->SerializeAsString() != (*original)->SerializeAsString());
    }
  }
}

}  // namespace canonical_test
}  // namespace quipu::ledger
