// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/copy_text.h"

namespace quipu::postgres {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

void append_escaped(Bytes& out, const std::string& value) {
  for (const char each : value) {
    switch (each) {
      case '\0':
        out.append(kReplacement);
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      default:
        out.push_back(each);
    }
  }
}

}  // namespace

void append_row(Bytes& out, const Row& row) {
  bool first = true;
  for (const Value& value : row) {
    if (!std::exchange(first, false)) out.push_back('\t');
    if (value)
      append_escaped(out, *value);
    else
      out.append("\\N");
  }
  out.push_back('\n');
}

std::string array_text(const std::vector<std::string>& values) {
  std::string out = "{";
  for (const std::string& value : values) {
    out.append(out.size() > 1 ? ",\"" : "\"");
    for (const char each : value) {
      if (each == '"' || each == '\\') out.push_back('\\');
      out.push_back(each);
    }
    out.push_back('"');
  }
  return out + "}";
}

std::string jsonb_text(std::string json) {
  for (std::size_t i = json.find('\\'); i != std::string::npos; i = json.find('\\', i + 2)) {
    if (json.compare(i, 6, "\\u0000") == 0) json.replace(i, 6, "\\ufffd");
  }
  return json;
}

Value unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace quipu::postgres
