// SPDX-License-Identifier: Apache-2.0
// Which commands print their answer as a table too, and what is said where another form is asked for. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "node/cli/terminal.h"

namespace CLI {
class App;
}  // namespace CLI

namespace quipu::cli {

// What a command prints besides text and JSON.
enum class Tables : std::uint8_t { kNone, kCsv, kCsvAndXlsx };
using TablesOf = std::map<const CLI::App*, Tables>;  // of commands that print any

// Why the parsed command does not answer in the form asked for; it would else come in another.
std::optional<std::string> other_output(const CLI::App& app, const TablesOf& tables, Output asked);

}  // namespace quipu::cli
