// SPDX-License-Identifier: Apache-2.0
// Any message of our schemas as proto3 JSON with the schema's own field names, by reflection: one spelling out, a
// strict reader in. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace quipu::ledger {

// A JSON text as a value: RFC 8259 without extensions, at most limits::kJsonDepth deep, no key twice in an object.
std::expected<boost::json::value, std::string> parse_strict_json(std::string_view text);

// Sets `out` from an object: known keys only, enums by name, integers without fraction or exponent (64-bit ones also as
// decimal strings), padded base64, no null, one member of a oneof. The error is "<path>: <what>"; `path` may be empty.
std::expected<void, std::string> message_from_json(const boost::json::value& json, google::protobuf::Message& out,
                                                   const std::string& path = {});
std::expected<void, std::string> message_from_json(std::string_view text, google::protobuf::Message& out);

// In quotes. Valid UTF-8 is passed on; control characters, quotes and backslashes are escaped.
void append_json_string(std::string& out, std::string_view text);

// Fields in ascending number, defaults left out, 64-bit integers as decimal strings.
boost::json::object message_to_json_value(const google::protobuf::Message& message);
std::string message_to_json(const google::protobuf::Message& message);

}  // namespace quipu::ledger
