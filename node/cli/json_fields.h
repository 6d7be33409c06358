// SPDX-License-Identifier: Apache-2.0
// Reading what a node answered without trusting its shape. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quipu::cli {

// The member of that name and kind; empty or nothing when there is none.
std::string text_at(const boost::json::value& value, std::string_view name);
std::optional<std::uint64_t> number_at(const boost::json::value& value, std::string_view name);
const boost::json::array& array_at(const boost::json::value& value, std::string_view name);

}  // namespace quipu::cli
