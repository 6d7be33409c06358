// SPDX-License-Identifier: Apache-2.0
#include "crypto/bytes.h"

#include <catch2/catch.hpp>
#include <random>

namespace quipu::crypto {

TEST_CASE("hex is lower-case both ways") {
  CHECK(to_hex(BytesView("\x00\x0f\xff", 3)) == "000fff");
  CHECK(from_hex("000fff") == Bytes("\x00\x0f\xff", 3));
  CHECK(from_hex("") == "");
  for (const auto* bad : {"0", "0F", "0g", "0x00", " 00", "00 "}) CHECK_FALSE(from_hex(bad));
}

TEST_CASE("base64 is that of RFC 4648 section 10") {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [raw, text] : kVectors) {
    CHECK(to_base64(raw) == text);
    CHECK(from_base64(text) == raw);
  }
}

TEST_CASE("base64 has one spelling of every value") {
  for (const auto* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Z", "====", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm-v", "Zm_v",
                          "Zm9v=", "Z===", "Zg=a", "Zm9v===="}) {
    INFO(bad);
    CHECK_FALSE(from_base64(bad));
  }
  CHECK_FALSE(from_base64(std::string_view("Zm9\0", 4)));
}

TEST_CASE("what a writer wrote a reader reads") {
  const Bytes written =
      ByteWriter().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f).varint(300).tag("t").raw("rest").take();
  CHECK(to_hex(written) == "0102030405060708090a0b0c0d0e0fac02740072657374");
  ByteReader reader(written);
  CHECK(reader.u8() == 1);
  CHECK(reader.u16() == 0x0203);
  CHECK(reader.u32() == 0x04050607);
  CHECK(reader.u64() == 0x08090a0b0c0d0e0f);
  CHECK(reader.varint() == 300);
  CHECK(reader.raw(2) == BytesView("t\0", 2));
  CHECK_FALSE(reader.done());
  CHECK(reader.raw(4) == "rest");
  CHECK(reader.done());
}

TEST_CASE("after a short read everything reads as zero") {
  ByteReader reader("\x01\x02\x03");
  CHECK(reader.u32() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.u8() == 0);
  CHECK(reader.raw(0).empty());
  CHECK(reader.fixed<Digest>().is_zero());
  CHECK_FALSE(reader.done());
}

TEST_CASE("varints go through at every length and only in the shortest form") {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const auto value : {std::uint64_t{1} << bits, (std::uint64_t{1} << bits) - 1, ~std::uint64_t{0} >> bits}) {
      const Bytes written = ByteWriter().varint(value).take();
      ByteReader reader(written);
      CHECK(reader.varint() == value);
      CHECK(reader.done());
    }
  }
  const auto refused = [](const char* hex) {
    const Bytes raw = from_hex(hex).value();
    ByteReader reader(raw);
    return reader.varint() == 0 && !reader.ok();
  };
  for (const auto* bad : {"", "80", "8000", "818000", "ffffffffffffffffff02", "ffffffffffffffffff80",
                          "ffffffffffffffffffff01", "ffffffffffffffffff8100"}) {
    INFO(bad);
    CHECK(refused(bad));
  }
}

TEST_CASE("a fixed value takes exactly its size") {
  CHECK_FALSE(Digest::from(Bytes(31, 'x')));
  CHECK_FALSE(Digest::from(Bytes(33, 'x')));
  const auto digest = Digest::from(Bytes(32, 'x'));
  REQUIRE(digest);
  CHECK(digest->view() == Bytes(32, 'x'));
  CHECK_FALSE(digest->is_zero());
  CHECK(Digest{}.is_zero());
}

}  // namespace quipu::crypto
