// SPDX-License-Identifier: Apache-2.0
// Exports as liars would hand them over: by clumsy hands, with tiles that follow, with a whole quorum's votes.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "node/audit/report.h"
#include "tests/node/audit/mutations/dice.h"
#include "tests/node/audit/mutations/specimens.h"

namespace quipu::audit::mutations {

// Nothing: it does not go with this export. `where` says what was changed, for people.
using ChangeExport = std::function<std::optional<sample::Files>(const Export& given, Dice& dice, std::string& where)>;
struct ExportMutation {
  const char* name;
  ChangeExport change;
};
std::span<const ExportMutation> export_mutations();

// Nothing rests on what differs: older checkpoints or evidence that are gone, view steps that are no longer shown,
// cosignatures of a handover's checkpoint beyond the quorum of the members that it hands over to.
bool is_harmless(const sample::Files& honest, const sample::Files& changed);

}  // namespace quipu::audit::mutations
