// SPDX-License-Identifier: Apache-2.0
// Slips of the pen put right: one field of an earlier event, where the table below has it. Pure.
#pragma once

#include <span>
#include <string_view>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

// How the corrected value is written.
enum class ValueForm : std::uint8_t { kDay, kDayOrNone, kLabel, kLevel, kNumber, kHash };

// One row for each field of each kind that may be corrected, by statement.
struct CorrectableField {
  int statement;  // v1::Event::StatementCase
  std::string_view field;
  ValueForm form;
};
std::span<const CorrectableField> correctable_fields();

Verdict check_event_corrected(const Context& at, const v1::Event& event);
void act_event_corrected(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
