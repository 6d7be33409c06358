// SPDX-License-Identifier: Apache-2.0
#include "node/usage/misread.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

namespace quipu::usage {

namespace {

using Words = std::vector<std::string>;

// Letters to change, put in or leave out.
std::size_t distance(const std::string& one, const std::string& other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char letter : one) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (letter == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// ": X perhaps", when there is a name so near.
std::string perhaps(const std::string& word, const Words& names) {
  constexpr std::size_t kNear = 2;
  const auto nearest = std::ranges::min_element(names, {}, [&](const auto& name) { return distance(word, name); });
  return nearest != names.end() && distance(word, *nearest) <= kNear ? ": " + *nearest + " perhaps" : "";
}

struct Parsed {
  std::string path;                  // "quipu node"
  const CLI::App* last;              // the command that the words led to
  std::vector<const CLI::App*> all;  // and those on the way there
};

Parsed follow(const CLI::App* app) {
  Parsed parsed{app->get_name(), app, {app}};
  while (!parsed.last->get_subcommands().empty()) {
    parsed.last = parsed.last->get_subcommands().back();
    parsed.path += " " + parsed.last->get_name();
    parsed.all.push_back(parsed.last);
  }
  return parsed;
}

Words commands_of(const CLI::App* app) {
  Words names;
  for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

Words options_of(const Parsed& parsed) {
  Words names;
  for (const auto* app : parsed.all) {
    for (const auto* option : app->get_options([](const CLI::Option*) { return true; })) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

bool is_option(const std::string& word) { return word.starts_with('-'); }

// Of the words that nothing took, the one that explains the others.
std::optional<std::string> stray(const Parsed& parsed, const Words& words) {
  const auto commands = commands_of(parsed.last);
  const auto word = std::ranges::find_if_not(words, is_option);
  // Behind an option that nothing took stands its value.
  if (!commands.empty() && word != words.end() && word == words.begin())
    return parsed.path + " has no command " + *word + perhaps(*word, commands);
  if (const auto found = std::ranges::find_if(words, is_option); found != words.end()) {
    const std::string option = found->substr(0, found->find('='));
    return parsed.path + " has no option " + option + perhaps(option, options_of(parsed));
  }
  if (word != words.end()) return parsed.path + ": one word too many: " + *word;
  return std::nullopt;
}

}  // namespace

std::string misread(const CLI::App* app, const CLI::Error& error) {
  const Parsed parsed = follow(app);
  const auto why = stray(parsed, app->remaining(true));
  return why.value_or(error.what()) + "\n" + parsed.path + " --help says more.\n";
}

}  // namespace quipu::usage
