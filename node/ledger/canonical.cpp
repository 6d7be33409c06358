// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/canonical.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <cassert>
#include <limits>

#include "consensus/limits.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

enum WireType : std::uint64_t { kVarint = 0, kLengthDelimited = 2 };

// Length of the UTF-8 sequence that `text` starts with; 0 when it starts with none (RFC 3629: shortest form, no
// surrogates, at most U+10FFFF).
std::size_t utf8_sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xc0u) == 0x80u; };
  const unsigned first = at(0), second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool shortest = first != 0xe0 || second >= 0xa0;
    const bool no_surrogate = first != 0xed || second < 0xa0;
    return shortest && no_surrogate && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool in_range = (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second < 0x90);
    return in_range && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Reads the wire along the schema without building anything. What it lets pass is bounded and has only fields, enum
// values and strings that the schema knows; order, duplicates and defaults are left to the comparison of bytes.
class WireWalk {
 public:
  bool message(BytesView bytes, const Descriptor& type) {
    crypto::ByteReader in(bytes);
    while (!in.rest().empty()) {
      const std::uint64_t tag = in.varint();
      const FieldDescriptor* field = known_field(type, tag >> 3);
      if (!in.ok() || field == nullptr) return fail("a field outside the schema of " + type.name());
      if ((tag & 7) != wire_type(*field)) return fail("another wire type for " + field->full_name());
      if (!value(in, *field)) return false;
    }
    return true;
  }
  const std::string& error() const { return error_; }

 private:
  static const FieldDescriptor* known_field(const Descriptor& type, std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(FieldDescriptor::kMaxNumber)) return nullptr;
    return type.FindFieldByNumber(static_cast<int>(number));
  }
  static std::uint64_t wire_type(const FieldDescriptor& field) {
    switch (field.type()) {
      case FieldDescriptor::TYPE_STRING:
      case FieldDescriptor::TYPE_BYTES:
      case FieldDescriptor::TYPE_MESSAGE:
        return kLengthDelimited;
      default:
        return field.is_packed() ? kLengthDelimited : kVarint;
    }
  }
  bool value(crypto::ByteReader& in, const FieldDescriptor& field) {
    if (wire_type(field) == kVarint) return scalar(in, field);
    const std::uint64_t size = in.varint();
    if (!in.ok() || size > in.rest().size()) return fail(field.full_name() + " is cut off");
    const BytesView content = in.raw(size);
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) return count() && message(content, *field.message_type());
    if (field.type() == FieldDescriptor::TYPE_BYTES) return count();
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      return count() && (is_utf8(content) || fail(field.full_name() + " is not UTF-8"));
    }
    return packed(content, field);
  }
  bool packed(BytesView content, const FieldDescriptor& field) {
    crypto::ByteReader in(content);
    while (!in.rest().empty()) {
      if (!scalar(in, field)) return false;
    }
    return true;
  }
  bool scalar(crypto::ByteReader& in, const FieldDescriptor& field) {
    const std::uint64_t number = in.varint();
    if (!in.ok()) return fail(field.full_name() + " is no varint in shortest form");
    if (field.type() == FieldDescriptor::TYPE_ENUM && !known_enum(field, number)) {
      return fail(field.full_name() + " has no value " + std::to_string(number));
    }
    return count();
  }
  static bool known_enum(const FieldDescriptor& field, std::uint64_t number) {
    return number <= static_cast<std::uint64_t>(std::numeric_limits<int>::max()) &&
           field.enum_type()->FindValueByNumber(static_cast<int>(number)) != nullptr;
  }
  bool count() { return ++elements_ <= kMessageElements || fail("more elements than a message may hold"); }
  bool fail(std::string what) {
    error_ = std::move(what);
    return false;
  }

  std::size_t elements_ = 0;
  std::string error_;
};

}  // namespace

Bytes canonical_bytes(const Message& message) {
  Bytes out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  [[maybe_unused]] const bool written = message.SerializeToCodedStream(&coded);
  assert(written);
  coded.Trim();
  return out;
}

std::expected<void, std::string> read_canonical(BytesView bytes, Message& out) {
  WireWalk walk;
  if (!walk.message(bytes, *out.GetDescriptor())) return std::unexpected(walk.error());
  if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return std::unexpected("the bytes do not parse");
  out.DiscardUnknownFields();
  if (canonical_bytes(out) != bytes) return std::unexpected("the bytes are not the message's canonical encoding");
  return {};
}

Bytes canonical(const v1::Submission& message) { return canonical_bytes(message); }

std::expected<std::shared_ptr<const v1::Submission>, Rejection> parse_canonical(BytesView payload) {
  const auto refuse = [](Code code, std::string why, std::optional<std::uint32_t> event = std::nullopt) {
    return std::unexpected(Rejection{code, event, std::move(why)});
  };
  if (payload.size() > limits::kLeafBytes) return refuse(Code::kTooLarge, "the payload exceeds the largest leaf");
  auto message = std::make_shared<v1::Submission>();
  if (auto read = read_canonical(payload, *message); !read) return refuse(Code::kNotCanonical, read.error());
  const auto events = static_cast<std::uint32_t>(message->events_size());
  if (events == 0) return refuse(Code::kNotCanonical, "a submission without an event");
  if (events > limits::kSubmissionEvents) return refuse(Code::kTooLarge, "more than 256 events");
  for (std::uint32_t i = 0; i < events; ++i) {
    if (message->events(static_cast<int>(i)).statement_case() == v1::Event::STATEMENT_NOT_SET) {
      return refuse(Code::kNotCanonical, "an event that states nothing", i);
    }
  }
  return message;
}

}  // namespace quipu::ledger
