// SPDX-License-Identifier: Apache-2.0
// Receipts, status proofs and policies as liars would hand them over, and what becomes of them.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "tests/node/audit/mutations/dice.h"
#include "tests/node/audit/mutations/specimens.h"

namespace quipu::audit::mutations {

// What somebody is asked to believe, and by which policy.
struct Claim {
  std::string text, policy;
  std::string honest;  // what the text was
};

struct Judgement {
  bool verified = false;
  std::string says{};           // why not
  bool same_as_honest = false;  // it proves what the honest text proves, in the one spelling of it
};
// As `quipu-audit receipt` does.
Judgement judge_receipt(const Claim& claim);
// As `quipu-audit status --certificate` does for the certificate with this key.
Judgement judge_status(const Claim& claim, const ledger::MapKey& key);

// As `quipu-audit status` does for a list, and its reader, who knows about whom it must be.
Judgement judge_list(const Claim& claim);

// Nothing: it comes to nothing new. `where` says what was changed.
using ChangeText = std::function<std::optional<std::string>(const std::string& honest, Dice& dice, std::string& where)>;
struct TextMutation {
  const char* name;
  ChangeText change;
};
std::span<const TextMutation> receipt_mutations();
std::span<const TextMutation> status_mutations();
std::span<const TextMutation> list_mutations();
std::span<const TextMutation> policy_mutations();

}  // namespace quipu::audit::mutations
