// SPDX-License-Identifier: Apache-2.0
#include "crypto/cose.h"

#include <algorithm>

#include "crypto/signature.h"

namespace quipu::crypto {
namespace {

constexpr std::size_t kMaxLeafSize = 61'440;
constexpr std::size_t kMaxChainIdSize = 63;
constexpr std::string_view kContentType = "application/x-protobuf; messageType=quipu.ledger.v1.Submission";

// CBOR major types (RFC 8949, 3.1) in their place in the initial byte.
enum Major : std::uint8_t {
  kUnsigned = 0x00,
  kNegative = 0x20,
  kByteString = 0x40,
  kText = 0x60,
  kArray = 0x80,
  kMap = 0xa0
};
constexpr char kStart[] = "\xd2\x84";  // tag 18, an array of four
constexpr std::uint8_t kAlgorithmEd25519 = kNegative | (19 - 1);

// An initial byte and its argument in the shortest form.
void write_head(ByteWriter& out, Major major, std::uint64_t argument) {
  const auto initial = [&](unsigned low) { out.u8(static_cast<std::uint8_t>(major | low)); };
  if (argument < 24) {
    initial(static_cast<unsigned>(argument));
  } else if (argument <= 0xff) {
    initial(24), out.u8(static_cast<std::uint8_t>(argument));
  } else if (argument <= 0xffff) {
    initial(25), out.u16(static_cast<std::uint16_t>(argument));
  } else if (argument <= 0xffff'ffff) {
    initial(26), out.u32(static_cast<std::uint32_t>(argument));
  } else {
    initial(27), out.u64(argument);
  }
}

void write_string(ByteWriter& out, Major major, BytesView content) {
  write_head(out, major, content.size());
  out.raw(content);
}

Bytes protected_header(const KeyId& kid, BytesView administration, BytesView chain_id, std::uint64_t issued_at_s) {
  ByteWriter out;
  write_head(out, kMap, 4);
  out.u8(1).u8(kAlgorithmEd25519);
  out.u8(3);
  write_string(out, kText, kContentType);
  out.u8(4);
  write_string(out, kByteString, kid.view());
  out.u8(15);
  write_head(out, kMap, 3);
  out.u8(1);
  write_string(out, kText, administration);
  out.u8(2);
  write_string(out, kText, chain_id);
  out.u8(6);
  write_head(out, kUnsigned, issued_at_s);
  return out.take();
}

Bytes signed_bytes(BytesView protected_bytes, BytesView payload) {
  ByteWriter out;
  write_head(out, kArray, 4);
  write_string(out, kText, "Signature1");
  write_string(out, kByteString, protected_bytes);
  write_string(out, kByteString, "");
  write_string(out, kByteString, payload);
  return out.take();
}

// Reads CBOR of a known shape. The first deviation is kept with its offset; from there on everything reads as empty, so
// that the caller asks once, at the end.
class StrictReader {
 public:
  explicit StrictReader(BytesView in) : in_(in) {}

  void expect(BytesView literal, const char* what) {
    if (failed() || in_.substr(at_, literal.size()) != literal) return fail(what);
    at_ += literal.size();
  }

  // The argument of a head of this major type, refused unless it is in the shortest form.
  std::uint64_t head(Major major, const char* what) {
    if (failed()) return 0;
    ByteReader reader(in_.substr(at_));
    const std::uint8_t initial = reader.u8();
    const std::uint64_t argument = argument_of(reader, initial & 0x1f);
    ByteWriter shortest;
    write_head(shortest, major, argument);
    if (!reader.ok() || !in_.substr(at_).starts_with(shortest.view())) return fail(what), 0;
    at_ += shortest.view().size();
    return argument;
  }

  BytesView raw(std::uint64_t size, const char* what) {
    if (failed() || size > in_.size() - at_) return fail(what), BytesView{};
    at_ += size;
    return in_.substr(at_ - size, size);
  }

  BytesView string(Major major, const char* what) { return raw(head(major, what), what); }

  // For what is well-formed but not allowed: the offset is the one behind it.
  void require(bool ok, const char* what) {
    if (!ok) fail(what);
  }
  void expect_end() { require(at_ == in_.size(), "Bytes after the signature"); }

  std::size_t at() const { return at_; }
  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }

 private:
  static std::uint64_t argument_of(ByteReader& reader, unsigned low) {
    switch (low) {
      case 24:
        return reader.u8();
      case 25:
        return reader.u16();
      case 26:
        return reader.u32();
      case 27:
        return reader.u64();
      default:
        return low;  // 28 to 31 are no lengths: their shortest form differs from what stands there
    }
  }
  void fail(const char* what) {
    if (!failed()) error_ = std::string(what) + " at byte " + std::to_string(at_) + ".";
  }

  BytesView in_;
  std::size_t at_ = 0;
  std::string error_;
};

bool is_administration(std::string_view code) {
  return code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_chain_id(std::string_view id) {
  const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !id.empty() && id.size() <= kMaxChainIdSize && id.front() != '-' && std::ranges::all_of(id, inner);
}

void read_protected(StrictReader& in, Statement& statement) {
  in.expect("\xa4\x01\x32", "The protected header does not begin as a map of four with algorithm -19");
  in.expect("\x03", "The content type is missing");
  in.require(in.string(kText, "The content type is no text in form") == kContentType, "The content type is not ours");
  in.expect("\x04\x48", "The key id is missing or not 8 bytes long");
  statement.kid = KeyId::from(in.raw(KeyId::kSize, "The key id is cut off")).value_or(KeyId{});
  in.expect("\x0f\xa3", "The claims are not a map of three");
  in.expect("\x01", "Claim 1 is missing");
  statement.administration = in.string(kText, "Claim 1 is no text in form");
  in.require(is_administration(statement.administration), "Claim 1 is not a code of two capital letters");
  in.expect("\x02", "Claim 2 is missing");
  statement.chain_id = in.string(kText, "Claim 2 is no text in form");
  in.require(is_chain_id(statement.chain_id), "Claim 2 is not a chain id");
  in.expect("\x06", "Claim 6 is missing");
  statement.issued_at_s = in.head(kUnsigned, "Claim 6 is not a number in shortest form");
}

void read_statement(StrictReader& in, Statement& statement) {
  in.expect({kStart, 2}, "Not a tagged COSE_Sign1 of four parts");
  const std::uint64_t protected_size = in.head(kByteString, "The protected header is no byte string in shortest form");
  const std::size_t protected_start = in.at();
  read_protected(in, statement);
  in.require(in.at() - protected_start == protected_size, "The protected header has another length than it says");
  in.expect("\xa0", "The unprotected header is not the empty map");
  statement.payload = in.string(kByteString, "The payload is no byte string in form or cut off");
  in.expect("\x58\x40", "The signature is missing or not 64 bytes long");
  const BytesView signature = in.raw(Signature::kSize, "The signature is cut off");
  statement.signature = Signature::from(signature).value_or(Signature{});
  in.expect_end();
}

}  // namespace

Bytes sign_statement(const SecretKey& key, const std::string& administration, const std::string& chain_id,
                     std::uint64_t issued_at_s, BytesView payload) {
  const Bytes header = protected_header(key_id(key.public_key()), administration, chain_id, issued_at_s);
  ByteWriter out;
  out.raw({kStart, 2});
  write_string(out, kByteString, header);
  write_head(out, kMap, 0);
  write_string(out, kByteString, payload);
  write_string(out, kByteString, key.sign(signed_bytes(header, payload)).view());
  return out.take();
}

std::expected<Statement, std::string> parse_statement(BytesView leaf) {
  if (leaf.size() > kMaxLeafSize) return std::unexpected("The leaf goes on at byte 61440, where the longest one ends.");
  StrictReader in(leaf);
  Statement statement;
  read_statement(in, statement);
  if (in.failed()) return std::unexpected(in.error());
  return statement;
}

Bytes statement_signed_bytes(const Statement& statement) {
  return signed_bytes(
      protected_header(statement.kid, statement.administration, statement.chain_id, statement.issued_at_s),
      statement.payload);
}

bool verify_statement(const Statement& statement, const PublicKey& key) {
  return verify(key, statement_signed_bytes(statement), statement.signature);
}

}  // namespace quipu::crypto
