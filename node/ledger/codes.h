// SPDX-License-Identifier: Apache-2.0
// Every reason for which something is refused or not recognised, in the one table that also makes docs/rules.md and the
// texts for people. A code's name is stable for ever; its text may change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quipu::ledger {

// The table is codes.def: CODE(enumerator, NAME, family, "English", "Spanish", "Portuguese").
enum class Code : std::uint16_t {
#define CODE(enumerator, name, family, en, es, pt) enumerator,
#include "node/ledger/codes.def"
#undef CODE
};

std::string_view name_of(Code code);    // "SEQUENCE_GAP"
std::string_view family_of(Code code);  // "form", "submission", "operator", "certificate", ...
enum class Language : std::uint8_t { kEnglish, kSpanish, kPortuguese };
std::string_view text_of(Code code, Language language);
std::optional<Code> code_named(std::string_view name);

// Why a submission is not taken, and where.
struct Rejection {
  Code code;
  std::optional<std::uint32_t> event;  // index in the submission; nothing when it is about the whole of it
  std::string detail;                  // English, one line, names the field or value; never personal data
};

}  // namespace quipu::ledger
