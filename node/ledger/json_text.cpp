// SPDX-License-Identifier: Apache-2.0
// Messages as JSON text, straight into the text: answers hold thousands of records, and a tree of each would cost
// more than all else they need.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <boost/json.hpp>
#include <charconv>
#include <concepts>
#include <vector>

#include "crypto/bytes.h"
#include "node/ledger/json.h"

namespace quipu::ledger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

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

void append_message(std::string& out, const Message& message);

// A field's value, or those of a repeated one.
class FieldWriter {
 public:
  FieldWriter(std::string& out, const Message& message, const FieldDescriptor& field)
      : out_(out), message_(message), field_(field), by_(*message.GetReflection()) {}

  void write() const {
    if (!field_.is_repeated()) return write_one(kSingle);
    out_.push_back('[');
    for (int i = 0; i < by_.FieldSize(message_, &field_); ++i) {
      if (i > 0) out_.push_back(',');
      write_one(i);
    }
    out_.push_back(']');
  }

 private:
  static constexpr int kSingle = -1;

  // `index` names the element of a repeated field.
  void write_one(int index) const {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return append_number(out_, get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32, index));
      case FieldDescriptor::CPPTYPE_INT32:
        return append_number(out_, get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32, index));
      case FieldDescriptor::CPPTYPE_UINT64:
        return write_quoted(get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64, index));
      case FieldDescriptor::CPPTYPE_INT64:
        return write_quoted(get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64, index));
      case FieldDescriptor::CPPTYPE_BOOL:
        out_.append(get(&Reflection::GetBool, &Reflection::GetRepeatedBool, index) ? "true" : "false");
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        return append_json_string(out_, get(&Reflection::GetEnum, &Reflection::GetRepeatedEnum, index)->name());
      case FieldDescriptor::CPPTYPE_STRING:
        return write_text(index);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return append_message(out_, index == kSingle ? by_.GetMessage(message_, &field_)
                                                     : by_.GetRepeatedMessage(message_, &field_, index));
      default:
        out_.append("null");
    }
  }
  template <class T>
  T get(T (Reflection::*single)(const Message&, const FieldDescriptor*) const,
        T (Reflection::*repeated)(const Message&, const FieldDescriptor*, int) const, int index) const {
    return index == kSingle ? (by_.*single)(message_, &field_) : (by_.*repeated)(message_, &field_, index);
  }
  // What a reader that keeps numbers as doubles would round.
  void write_quoted(std::integral auto number) const {
    out_.push_back('"');
    append_number(out_, number);
    out_.push_back('"');
  }
  void write_text(int index) const {
    std::string scratch;
    const std::string& raw = index == kSingle ? by_.GetStringReference(message_, &field_, &scratch)
                                              : by_.GetRepeatedStringReference(message_, &field_, index, &scratch);
    if (field_.type() == FieldDescriptor::TYPE_BYTES) return append_json_string(out_, crypto::to_base64(raw));
    append_json_string(out_, raw);
  }

  std::string& out_;
  const Message& message_;
  const FieldDescriptor& field_;
  const Reflection& by_;
};

void append_message(std::string& out, const Message& message) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  out.push_back('{');
  for (const FieldDescriptor* field : set) {
    if (out.back() != '{') out.push_back(',');
    append_json_string(out, field->name());
    out.push_back(':');
    FieldWriter(out, message, *field).write();
  }
  out.push_back('}');
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '\\' && static_cast<unsigned char>(text[i]) >= 0x20) continue;
    out.append(text.substr(done, i - done));
    append_escaped(out, text[i]);
    done = i + 1;
  }
  out.append(text.substr(done)).push_back('"');
}

std::string message_to_json(const Message& message) {
  std::string out;
  append_message(out, message);
  return out;
}

boost::json::object message_to_json_value(const Message& message) {
  return boost::json::parse(message_to_json(message)).get_object();
}

}  // namespace quipu::ledger
