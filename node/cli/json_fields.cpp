// SPDX-License-Identifier: Apache-2.0
#include "node/cli/json_fields.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace quipu::cli {

namespace {

const boost::json::value* member(const boost::json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  return object ? object->if_contains(boost::json::string_view(name.data(), name.size())) : nullptr;
}

}  // namespace

std::string text_at(const boost::json::value& value, std::string_view name) {
  const auto* found = member(value, name);
  const auto* text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

std::optional<std::uint64_t> number_at(const boost::json::value& value, std::string_view name) {
  const auto* found = member(value, name);
  if (!found || !found->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto number = found->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

const boost::json::array& array_at(const boost::json::value& value, std::string_view name) {
  static const boost::json::array kEmpty;
  const auto* found = member(value, name);
  const auto* array = found ? found->if_array() : nullptr;
  return array ? *array : kEmpty;
}

}  // namespace quipu::cli
