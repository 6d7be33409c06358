// SPDX-License-Identifier: Apache-2.0
// Messages as JSON text, straight from their bytes into the text: answers hold thousands of records, and a tree of
// each, or a look at each field that it might have, would cost more than all else they need.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <boost/json.hpp>
#include <cassert>
#include <charconv>
#include <concepts>

#include "crypto/bytes.h"
#include "node/ledger/json.h"

namespace quipu::ledger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::internal::WireFormatLite;

constexpr auto kLengthDelimited = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;

constexpr auto kNeedsEscape = [] {
  std::array<bool, 256> needs{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) needs[byte] = true;
  needs['"'] = needs['\\'] = true;
  return needs;
}();

void append_number(std::string& out, std::integral auto number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kNamed = "\b\f\n\r\t\"\\";
  constexpr std::string_view kNames = "bfnrt\"\\";
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('\\');
  if (const auto at = kNamed.find(c); at != std::string_view::npos)
    out.push_back(kNames[at]);
  else
    out.append("u00").append({kHex[byte >> 4], kHex[byte & 15]});
}

void append_quoted(std::string& out, std::string_view plain) { out.append("\"").append(plain).append("\""); }

// What a reader that keeps numbers as doubles would round goes in quotes.
void append_quoted_number(std::string& out, std::integral auto number) {
  out.push_back('"');
  append_number(out, number);
  out.push_back('"');
}

void append_enum(std::string& out, const FieldDescriptor& field, int number) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  value ? append_quoted(out, value->name()) : append_quoted_number(out, number);
}

void append_scalar(std::string& out, const FieldDescriptor& field, std::uint64_t number) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_UINT32:
      return append_number(out, static_cast<std::uint32_t>(number));
    case FieldDescriptor::TYPE_INT32:
      return append_number(out, static_cast<std::int32_t>(number));
    case FieldDescriptor::TYPE_SINT32:
      return append_number(out, WireFormatLite::ZigZagDecode32(static_cast<std::uint32_t>(number)));
    case FieldDescriptor::TYPE_UINT64:
      return append_quoted_number(out, number);
    case FieldDescriptor::TYPE_INT64:
      return append_quoted_number(out, static_cast<std::int64_t>(number));
    case FieldDescriptor::TYPE_SINT64:
      return append_quoted_number(out, WireFormatLite::ZigZagDecode64(number));
    case FieldDescriptor::TYPE_BOOL:
      out.append(number != 0 ? "true" : "false");
      return;
    case FieldDescriptor::TYPE_ENUM:
      return append_enum(out, field, static_cast<int>(number));
    default:
      assert(false && "a type that our schemas do not have");
  }
}

void append_packed(std::string& out, const FieldDescriptor& field, BytesView content) {
  crypto::ByteReader in(content);
  while (!in.rest().empty()) {
    append_scalar(out, field, in.varint());
    assert(in.ok());
    if (!in.rest().empty()) out.push_back(',');
  }
}

void append_message(std::string& out, const Descriptor& type, BytesView bytes);

void append_content(std::string& out, const FieldDescriptor& field, BytesView content) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return append_json_string(out, content);
    case FieldDescriptor::TYPE_BYTES:
      return append_quoted(out, crypto::to_base64(content));
    case FieldDescriptor::TYPE_MESSAGE:
      return append_message(out, *field.message_type(), content);
    default:
      return append_packed(out, field, content);
  }
}

// From our own bytes: fields in ascending number, the elements of a repeated one together. Other bytes are a bug.
void append_message(std::string& out, const Descriptor& type, BytesView bytes) {
  crypto::ByteReader in(bytes);
  const FieldDescriptor* list = nullptr;  // whose elements come just now
  out.push_back('{');
  while (!in.rest().empty()) {
    const std::uint64_t tag = in.varint();
    const std::uint64_t number = in.varint();  // the value, or the length of what follows
    const bool has_content = WireFormatLite::GetTagWireType(static_cast<std::uint32_t>(tag)) == kLengthDelimited;
    const BytesView content = has_content ? in.raw(number) : BytesView();
    assert(in.ok());
    const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(tag >> 3));
    if (!field) continue;  // of a later schema
    if (list && list != field) out.push_back(']');
    if (out.back() != '{') out.push_back(',');
    if (!list || list != field) {
      append_quoted(out, field->name());
      out.append(field->is_repeated() ? ":[" : ":");
    }
    list = field->is_repeated() ? field : nullptr;
    has_content ? append_content(out, *field, content) : append_scalar(out, *field, number);
  }
  out.append(list ? "]}" : "}");
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kNeedsEscape[static_cast<unsigned char>(text[i])]) continue;
    out.append(text.substr(done, i - done));
    append_escaped(out, text[i]);
    done = i + 1;
  }
  out.append(text.substr(done)).push_back('"');
}

std::string message_to_json(const Message& message) {
  const Bytes bytes = message.SerializeAsString();
  std::string out;
  out.reserve(4 * bytes.size());
  append_message(out, *message.GetDescriptor(), bytes);
  return out;
}

boost::json::object message_to_json_value(const Message& message) {
  return boost::json::parse(message_to_json(message)).get_object();
}

}  // namespace quipu::ledger
