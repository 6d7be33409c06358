// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/codes.h"

#include <array>
#include <cassert>
#include <cstddef>

namespace quipu::ledger {
namespace {

struct Row {
  std::string_view name;
  std::string_view family;
  std::array<std::string_view, 3> texts;  // in the order of Language
};

constexpr Row kTable[] = {
#define CODE(enumerator, name, family, en, es, pt) {#name, #family, {en, es, pt}},
#include "node/ledger/codes.def"
#undef CODE
};

const Row& row_of(Code code) {
  const auto index = static_cast<std::size_t>(code);
  assert(index < std::size(kTable));
  return kTable[index];
}

}  // namespace

std::string_view name_of(Code code) { return row_of(code).name; }
std::string_view family_of(Code code) { return row_of(code).family; }
std::string_view text_of(Code code, Language language) {
  return row_of(code).texts[static_cast<std::size_t>(language)];
}

std::optional<Code> code_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    if (kTable[i].name == name) return static_cast<Code>(i);
  }
  return std::nullopt;
}

}  // namespace quipu::ledger
