// SPDX-License-Identifier: Apache-2.0
// Bytes as the whole project passes them, fixed-size values with a type of their own, and the text forms of bytes.
// Everything here is a value or a pure function; safe from any thread.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace quipu {

// std::string, because protobuf, RocksDB and Asio all take it without a copy.
using Bytes = std::string;
using BytesView = std::string_view;

}  // namespace quipu

namespace quipu::crypto {

// N bytes that mean one thing: a digest never passes for a key.
template <std::size_t N, class Tag>
struct Fixed {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  BytesView view() const { return {reinterpret_cast<const char*>(bytes.data()), N}; }
  bool is_zero() const { return *this == Fixed{}; }
  // Nothing when the length is not N.
  static std::optional<Fixed> from(BytesView raw) {
    if (raw.size() != N) return std::nullopt;
    Fixed value;
    for (std::size_t i = 0; i < N; ++i) value.bytes[i] = static_cast<std::uint8_t>(raw[i]);
    return value;
  }
  friend bool operator==(const Fixed&, const Fixed&) = default;
  // Byte by byte from the first, most of it decided by one comparison of numbers: these are the keys of many maps.
  friend std::strong_ordering operator<=>(const Fixed& a, const Fixed& b) {
    if constexpr (N >= sizeof(std::uint64_t)) {
      if (const auto order = a.first_eight() <=> b.first_eight(); order != 0) return order;
    }
    return a.bytes <=> b.bytes;
  }

 private:
  std::uint64_t first_eight() const {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
  }
};

using Digest = Fixed<32, struct DigestTag>;
using PublicKey = Fixed<32, struct PublicKeyTag>;
using Signature = Fixed<64, struct SignatureTag>;

// Lower-case hex; parsing refuses anything else.
std::string to_hex(BytesView raw);
std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 section 4, padded; parsing refuses missing padding and non-zero trailing bits.
std::string to_base64(BytesView raw);
std::optional<Bytes> from_base64(std::string_view text);

// Appends big-endian integers and raw bytes.
class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value);
  ByteWriter& u16(std::uint16_t value);
  ByteWriter& u32(std::uint32_t value);
  ByteWriter& u64(std::uint64_t value);
  ByteWriter& varint(std::uint64_t value);  // protobuf's, minimal
  ByteWriter& raw(BytesView value);
  // A domain tag: the ASCII text and one zero byte.
  ByteWriter& tag(std::string_view text);
  Bytes take() { return std::move(out_); }
  BytesView view() const { return out_; }

 private:
  Bytes out_;
};

// Reads what ByteWriter writes. After the first short read everything reads as zero and ok() is false,
// so a parser checks once, at the end: `if (!reader.done()) reject`.
class ByteReader {
 public:
  explicit ByteReader(BytesView in) : rest_(in) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint64_t varint();  // fails on a non-minimal spelling
  BytesView raw(std::size_t size);
  template <class F>
  F fixed() {
    return F::from(raw(F::kSize)).value_or(F{});
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  BytesView rest() const { return rest_; }

 private:
  BytesView rest_;
  bool ok_ = true;
};

}  // namespace quipu::crypto
