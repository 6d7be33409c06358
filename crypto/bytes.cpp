// SPDX-License-Identifier: Apache-2.0
#include "crypto/bytes.h"

#include <openssl/evp.h>
#include <sodium.h>

// This file is in every program of ours.
#ifdef NDEBUG
#error "asserts stay on in every build (docs/threats.md, N15): do not define NDEBUG"
#endif

namespace quipu::crypto {
namespace {

// Of 64 bits, seven a byte.
constexpr std::size_t kLongestVarint = 10;

const unsigned char* unsigned_data(BytesView raw) { return reinterpret_cast<const unsigned char*>(raw.data()); }

// -1 for everything that is not a lower-case hex digit.
int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

void append_big_endian(Bytes& out, std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) out.push_back(static_cast<char>(value >> (8 * (left - 1))));
}

std::uint64_t big_endian(BytesView raw) {
  std::uint64_t value = 0;
  for (const char c : raw) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

}  // namespace

std::string to_hex(BytesView raw) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * raw.size());
  for (const char c : raw) {
    const auto byte = static_cast<std::uint8_t>(c);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes raw;
  raw.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    raw.push_back(static_cast<char>(high << 4 | low));
  }
  return raw;
}

std::string to_base64(BytesView raw) {
  std::string text((raw.size() + 2) / 3 * 4, '\0');  // it writes a zero behind, where std::string has one
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), unsigned_data(raw), static_cast<int>(raw.size()));
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes raw(text.size() / 4 * 3, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  raw.resize(size);
  // Exactly one spelling, whatever else the decoder may be content with.
  if (to_base64(raw) != text) return std::nullopt;
  return raw;
}

ByteWriter& ByteWriter::u8(std::uint8_t value) { return append_big_endian(out_, value, 1), *this; }
ByteWriter& ByteWriter::u16(std::uint16_t value) { return append_big_endian(out_, value, 2), *this; }
ByteWriter& ByteWriter::u32(std::uint32_t value) { return append_big_endian(out_, value, 4), *this; }
ByteWriter& ByteWriter::u64(std::uint64_t value) { return append_big_endian(out_, value, 8), *this; }

ByteWriter& ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
  out_.push_back(static_cast<char>(value));
  return *this;
}

ByteWriter& ByteWriter::raw(BytesView value) {
  out_.append(value);
  return *this;
}

ByteWriter& ByteWriter::tag(std::string_view text) { return raw(text).u8(0); }

std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(big_endian(raw(1))); }
std::uint16_t ByteReader::u16() { return static_cast<std::uint16_t>(big_endian(raw(2))); }
std::uint32_t ByteReader::u32() { return static_cast<std::uint32_t>(big_endian(raw(4))); }
std::uint64_t ByteReader::u64() { return big_endian(raw(8)); }

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; ok_ && i < rest_.size() && i < kLongestVarint; ++i) {
    const auto byte = static_cast<std::uint8_t>(rest_[i]);
    const bool overflows = i == kLongestVarint - 1 && byte > 1;
    const bool padded = byte == 0 && i > 0;
    if (overflows || padded) break;
    value |= (byte & 0x7fULL) << (7 * i);
    if (byte >= 0x80) continue;
    rest_.remove_prefix(i + 1);
    return value;
  }
  ok_ = false;
  return 0;
}

BytesView ByteReader::raw(std::size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const BytesView taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

}  // namespace quipu::crypto
