// SPDX-License-Identifier: Apache-2.0
// The scenario language: one table of what a line may look like. Pure; any thread.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "testnet/scenario/plan.h"

namespace quipu::scenario {

enum class Place : std::uint8_t { kHead, kBody };
// Of what needs more than a process outside can do, `why` it is refused there.
struct Form {
  const char* pattern;  // words as written; in capitals what stands for something, see grammar.cpp
  Verb verb;
  Place place;
  const char* only_simulated;  // the reason, or null
  const char* help;
};
std::span<const Form> forms();
const Form& form_of(Verb verb);

// What a word in capitals of a pattern stands for, for people: "T" -> "a time such as 150ms, ...".
struct Meaning {
  const char* word;
  const char* says;
};
std::span<const Meaning> meanings();

// Words of the line by the form that fits; the error says what was expected. `STEP` is left in `rest`.
struct Matched {
  const Form* form = nullptr;
  Step step{};
  std::vector<std::string> rest{};
};
std::expected<Matched, std::string> match(const std::vector<std::string>& words);

}  // namespace quipu::scenario
