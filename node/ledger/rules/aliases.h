// SPDX-License-Identifier: Apache-2.0
// Rules of aliases: the numbers by which a recogniser's systems know another administration's firms. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/ledger/rules/rule.h"

namespace quipu::ledger {

namespace v1 {
class AliasFact;
}

// Upper case, without spaces, dots, dashes, slashes; nothing when it is not 1 to 64 capitals and digits then.
std::optional<std::string> normalise_alias(std::string_view given);

struct AliasName {
  std::string kind;
  std::string alias;  // normalised
};
// "KIND:VALUE"; nothing when it is not in that form.
std::optional<AliasName> parse_alias(std::string_view text);

// What a normalised alias of that kind means to the recogniser on the day; nothing when it is bound to nobody.
// `recogniser` must be two capitals.
std::optional<v1::AliasFact> alias_on(const StateView& state, std::string_view recogniser, std::string_view kind,
                                      std::string_view alias, Date day);

Verdict check_alias_set(const Context& at, const v1::Event& event);
void act_alias_set(const Context& at, const v1::Event& event);
Verdict check_alias_removed(const Context& at, const v1::Event& event);
void act_alias_removed(const Context& at, const v1::Event& event);

}  // namespace quipu::ledger
