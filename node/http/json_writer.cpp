// SPDX-License-Identifier: Apache-2.0
#include "node/http/json_writer.h"

namespace quipu::http {

namespace {

void append_escaped(Bytes& out, char c) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\u00").push_back(kHex[byte >> 4]);
  out.push_back(kHex[byte & 15]);
}

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

}  // namespace

void JsonWriter::separate() {
  if (comma_) out_.push_back(',');
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  separate();
  out_.push_back('"');
  for (const char c : value) {
    if (needs_escape(c))
      append_escaped(out_, c);
    else
      out_.push_back(c);
  }
  out_.push_back('"');
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::optional_field(std::string_view name, std::string_view value) {
  return value.empty() ? *this : field(name, value);
}

}  // namespace quipu::http
