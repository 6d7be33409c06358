// SPDX-License-Identifier: Apache-2.0
#include "node/http/json_writer.h"

#include "node/ledger/json.h"

namespace quipu::http {

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
  separate();
  out_.append("\"").append(name).append("\":");
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  separate();
  ledger::append_json_string(out_, value);
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
