// SPDX-License-Identifier: Apache-2.0
#include "node/cli/outputs.h"

#include <CLI/CLI.hpp>

namespace quipu::cli {

std::optional<std::string> other_output(const CLI::App& app, const TablesOf& tables, Output asked) {
  const CLI::App* command = &app;
  std::string path;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().back();
    path += (path.empty() ? "" : " ") + command->get_name();
  }
  const auto found = tables.find(command);
  const Tables printed = found == tables.end() ? Tables::kNone : found->second;
  if (asked == Output::kCsv && printed == Tables::kNone) return path + " prints text or json, not csv";
  if (asked != Output::kXlsx || printed == Tables::kCsvAndXlsx) return std::nullopt;
  return path + (printed == Tables::kCsv ? " prints text, json or csv" : " prints text or json") + ", not xlsx";
}

}  // namespace quipu::cli
