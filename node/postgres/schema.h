// SPDX-License-Identifier: Apache-2.0
// The steps that make the tables and views, from the files in schema/. A step that was released never changes. Any
// thread.
#pragma once

#include <span>
#include <string_view>

namespace quipu::postgres {

struct Migration {
  std::string_view name;  // "0001-ledger"
  std::string_view sql;
};
// In their order; the version of a database is how many of them it has taken.
std::span<const Migration> migrations();

}  // namespace quipu::postgres
