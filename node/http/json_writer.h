// SPDX-License-Identifier: Apache-2.0
// Writes JSON text straight into a string, in order, without a tree: answers are small and many. One thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace quipu::http {

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  // Ours: printable, without quotes and backslashes.
  JsonWriter& key(std::string_view name);
  // Valid UTF-8 is passed on; control characters, quotes and backslashes are escaped.
  JsonWriter& string(std::string_view value);
  JsonWriter& number(std::integral auto value) { return raw(std::to_string(value)); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  // JSON made elsewhere, one whole value.
  JsonWriter& raw(std::string_view json);

  JsonWriter& field(std::string_view name, std::string_view value) { return key(name).string(value); }
  JsonWriter& field(std::string_view name, const char* value) { return key(name).string(value); }
  JsonWriter& field(std::string_view name, bool value) { return key(name).boolean(value); }
  JsonWriter& field(std::string_view name, std::integral auto value) { return key(name).number(value); }
  // Nothing at all when the value is empty.
  JsonWriter& optional_field(std::string_view name, std::string_view value);
  JsonWriter& strings(std::string_view name, const auto& values) {
    key(name).begin_array();
    for (const auto& value : values) string(value);
    return end_array();
  }

  Bytes take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  Bytes out_;
  bool comma_ = false;
};

}  // namespace quipu::http
