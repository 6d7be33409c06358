// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "consensus/limits.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Outcome = std::expected<void, std::string>;

std::unexpected<std::string> refuse(const std::string& path, const std::string& what) {
  return std::unexpected(path.empty() ? what : path + ": " + what);
}

// Members as written: Boost.JSON keeps the last of two equal keys, so a text with one more than its value repeats a
// key.
std::size_t members_in_text(std::string_view text) {
  std::size_t members = 0;
  bool inside_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') inside_string = !inside_string;
    if (inside_string && text[i] == '\\') ++i;
    if (!inside_string && text[i] == ':') ++members;
  }
  return members;
}

std::size_t members_in_value(const json::value& value) {
  std::size_t members = 0;
  if (value.is_object()) {
    for (const auto& member : value.get_object()) members += 1 + members_in_value(member.value());
  } else if (value.is_array()) {
    for (const auto& element : value.get_array()) members += members_in_value(element);
  }
  return members;
}

// A decimal string in its one spelling: digits, a sign only where the type has one, no leading zeros.
template <class Integer>
std::optional<Integer> integer_from_text(std::string_view text) {
  Integer number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text) return std::nullopt;
  return number;
}

template <class Integer>
std::optional<Integer> integer_from(const json::value& value) {
  if (value.is_string() && sizeof(Integer) == 8)
    return integer_from_text<Integer>(std::string_view(value.get_string()));
  if (!value.is_int64() && !value.is_uint64()) return std::nullopt;
  boost::system::error_code error;
  const Integer number = value.to_number<Integer>(error);
  return error ? std::nullopt : std::optional(number);
}

// Sets or appends one value of a field.
class FieldReader {
 public:
  FieldReader(Message& message, const FieldDescriptor& field)
      : message_(message), field_(field), by_(*message.GetReflection()) {}

  Outcome read(const json::value& value, const std::string& path) {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return store(integer_from<std::uint32_t>(value), &Reflection::SetUInt32, &Reflection::AddUInt32, path);
      case FieldDescriptor::CPPTYPE_INT32:
        return store(integer_from<std::int32_t>(value), &Reflection::SetInt32, &Reflection::AddInt32, path);
      case FieldDescriptor::CPPTYPE_UINT64:
        return store(integer_from<std::uint64_t>(value), &Reflection::SetUInt64, &Reflection::AddUInt64, path);
      case FieldDescriptor::CPPTYPE_INT64:
        return store(integer_from<std::int64_t>(value), &Reflection::SetInt64, &Reflection::AddInt64, path);
      case FieldDescriptor::CPPTYPE_BOOL:
        return store(value.is_bool() ? std::optional(value.get_bool()) : std::nullopt, &Reflection::SetBool,
                     &Reflection::AddBool, path);
      case FieldDescriptor::CPPTYPE_ENUM:
        return read_enum(value, path);
      case FieldDescriptor::CPPTYPE_STRING:
        return read_text(value, path);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return message_from_json(
            value,
            *(field_.is_repeated() ? by_.AddMessage(&message_, &field_) : by_.MutableMessage(&message_, &field_)),
            path);
      default:
        return refuse(path, "a type that our schemas do not use");
    }
  }

 private:
  template <class T, class Value>
  Outcome store(std::optional<T> value, void (Reflection::*set)(Message*, const FieldDescriptor*, Value) const,
                void (Reflection::*add)(Message*, const FieldDescriptor*, Value) const, const std::string& path) {
    if (!value) return refuse(path, "expected " + std::string(field_.cpp_type_name()));
    (by_.*(field_.is_repeated() ? add : set))(&message_, &field_, *std::move(value));
    return {};
  }
  Outcome read_enum(const json::value& value, const std::string& path) {
    if (!value.is_string()) return refuse(path, "expected the name of a value");
    const std::string name(value.get_string());
    const auto* known = field_.enum_type()->FindValueByName(name);
    if (known == nullptr) return refuse(path, "no value is called \"" + name + "\"");
    field_.is_repeated() ? by_.AddEnum(&message_, &field_, known) : by_.SetEnum(&message_, &field_, known);
    return {};
  }
  Outcome read_text(const json::value& value, const std::string& path) {
    if (!value.is_string()) return refuse(path, "expected a string");
    std::optional<std::string> text(std::string(value.get_string()));
    if (field_.type() == FieldDescriptor::TYPE_BYTES) text = crypto::from_base64(*text);
    if (!text) return refuse(path, "expected padded base64");
    field_.is_repeated() ? by_.AddString(&message_, &field_, *std::move(text))
                         : by_.SetString(&message_, &field_, *std::move(text));
    return {};
  }

  Message& message_;
  const FieldDescriptor& field_;
  const Reflection& by_;
};

Outcome read_list(const json::value& value, Message& out, const FieldDescriptor& field, const std::string& path) {
  if (!value.is_array()) return refuse(path, "expected an array");
  std::size_t index = 0;
  for (const auto& element : value.get_array()) {
    auto read = FieldReader(out, field).read(element, path + "[" + std::to_string(index++) + "]");
    if (!read) return read;
  }
  return {};
}

Outcome read_member(std::string_view key, const json::value& value, Message& out, const std::string& path) {
  const FieldDescriptor* field = out.GetDescriptor()->FindFieldByName(std::string(key));
  if (field == nullptr) return refuse(path, "no such field");
  if (field->is_repeated()) return read_list(value, out, *field, path);
  const auto* choice = field->real_containing_oneof();
  if (choice != nullptr && out.GetReflection()->HasOneof(out, choice)) {
    return refuse(path, "a second value beside " + out.GetReflection()->GetOneofFieldDescriptor(out, choice)->name());
  }
  return FieldReader(out, *field).read(value, path);
}

}  // namespace

std::expected<json::value, std::string> parse_strict_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::kJsonDepth;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return std::unexpected("not strict JSON: " + error.message());
  if (members_in_text(text) != members_in_value(value)) return std::unexpected("an object names a key twice");
  return value;
}

Outcome message_from_json(const json::value& value, Message& out, const std::string& path) {
  if (!value.is_object()) return refuse(path, "expected an object");
  for (const auto& member : value.get_object()) {
    const std::string key(member.key());
    if (auto read = read_member(key, member.value(), out, path.empty() ? key : path + "." + key); !read) return read;
  }
  return {};
}

Outcome message_from_json(std::string_view text, Message& out) {
  out.Clear();
  const auto value = parse_strict_json(text);
  if (!value) return std::unexpected(value.error());
  return message_from_json(*value, out);
}

std::expected<void, std::string> event_from_json(std::string_view text, v1::Event& out) {
  return message_from_json(text, out);
}
std::string event_to_json(const v1::Event& event) { return message_to_json(event); }
std::string submission_to_json(const v1::Submission& submission) { return message_to_json(submission); }
std::expected<void, std::string> submission_from_json(std::string_view text, v1::Submission& out) {
  return message_from_json(text, out);
}

}  // namespace quipu::ledger
