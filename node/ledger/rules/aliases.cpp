// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/aliases.h"

#include <algorithm>

#include "node/ledger/rules/certificates.h"
#include "node/ledger/rules/fields.h"
#include "node/ledger/rules/history.h"
#include "node/ledger/rules/operators.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::size_t kLongestAlias = 64;

// AliasSet and AliasRemoved name the alias alike.
template <class Alias>
std::string alias_id(const Alias& stated) {
  return join(stated.kind(), stated.alias());
}

template <class Alias>
Verdict check_names(const Context& at, const Alias& stated) {
  if (auto fields =
          all_of({check_country("issuer", stated.issuer()), check_id("subject", stated.subject()),
                  check_country("recogniser", stated.recogniser()), check_code(at, "alias_kind", stated.kind())});
      !fields) {
    return fields;
  }
  if (normalise_alias(stated.alias()) != stated.alias()) return refuse(Code::kAliasMalformed, "alias");
  if (at.author == stated.issuer() || at.author == stated.recogniser()) return {};
  return refuse(Code::kNotIssuerOrRecogniser, stated.issuer() + ", " + stated.recogniser());
}

bool holds(const v1::AliasFact& fact, const std::string& day) {
  return fact.bound() && (fact.until().empty() || day <= fact.until());
}

template <class Alias>
bool names(const v1::AliasFact& fact, const Alias& stated) {
  return fact.issuer() == stated.issuer() && fact.subject() == stated.subject();
}

// On the day of effect or, by what is stated already, on a later one: facts never cut a binding of somebody else's
// short.
bool bound_to_another(const Context& at, const v1::AliasRecord& record, const v1::AliasSet& stated) {
  const std::string day = at.effect.text();
  const v1::AliasFact* now = in_effect(record.facts(), day);
  if (now && holds(*now, day) && !names(*now, stated)) return true;
  return std::ranges::any_of(record.facts(), [&](const v1::AliasFact& fact) {
    return fact.effective_from() > day && fact.bound() && !names(fact, stated);
  });
}

template <class Alias>
void add_alias_fact(const Context& at, const Alias& stated, bool bound, std::string until) {
  auto record = get<v1::AliasRecord>(at.state, stated.recogniser(), alias_id(stated)).value_or(v1::AliasRecord{});
  v1::AliasFact fact;
  fact.set_effective_from(at.effect.text());
  fact.set_bound(bound);
  fact.set_issuer(stated.issuer());
  fact.set_subject(stated.subject());
  fact.set_until(std::move(until));
  *fact.mutable_by() = at.place;
  add_fact(*record.mutable_facts(), std::move(fact));
  remember(at, *record.mutable_history());
  put(at.state, stated.recogniser(), alias_id(stated), record);
}

}  // namespace

std::optional<std::string> normalise_alias(std::string_view given) {
  std::string alias;
  for (const char c : given) {
    if (c == ' ' || c == '.' || c == '-' || c == '/') continue;
    alias += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (alias.size() > kLongestAlias) return std::nullopt;
  }
  const auto letter_or_digit = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (alias.empty() || !std::ranges::all_of(alias, letter_or_digit)) return std::nullopt;
  return alias;
}

std::optional<AliasName> parse_alias(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, colon);
  auto alias = normalise_alias(text.substr(colon + 1));
  if (!check_code_formed("alias", kind) || !alias) return std::nullopt;
  return AliasName{.kind = std::string(kind), .alias = *std::move(alias)};
}

std::optional<v1::AliasFact> alias_on(const StateView& state, std::string_view recogniser, std::string_view kind,
                                      std::string_view alias, Date date) {
  const auto record = get<v1::AliasRecord>(state, recogniser, join(kind, alias));
  const std::string day = date.text();
  const v1::AliasFact* fact = record ? in_effect(record->facts(), day) : nullptr;
  return fact && holds(*fact, day) ? std::optional(*fact) : std::nullopt;
}

Verdict check_alias_set(const Context& at, const v1::Event& event) {
  const v1::AliasSet& stated = event.alias_set();
  if (auto names = check_names(at, stated); !names) return names;
  const auto firm = known_operator(at.state, stated.issuer(), stated.subject());
  if (!firm) return std::unexpected(firm.error());
  if (auto kept = check_not_erased(*firm); !kept) return kept;
  if (auto until = check_last_day("until", stated.until(), at.effect); !until) return until;
  const auto record = get<v1::AliasRecord>(at.state, stated.recogniser(), alias_id(stated));
  if (record && bound_to_another(at, *record, stated)) return refuse(Code::kAliasTaken, alias_id(stated));
  return {};
}

void act_alias_set(const Context& at, const v1::Event& event) {
  add_alias_fact(at, event.alias_set(), true, event.alias_set().until());
}

Verdict check_alias_removed(const Context& at, const v1::Event& event) {
  const v1::AliasRemoved& stated = event.alias_removed();
  if (auto names = check_names(at, stated); !names) return names;
  const auto bound = alias_on(at.state, stated.recogniser(), stated.kind(), stated.alias(), at.effect);
  if (bound && names(*bound, stated)) return {};
  return refuse(Code::kAliasNotBound, alias_id(stated));
}

void act_alias_removed(const Context& at, const v1::Event& event) {
  add_alias_fact(at, event.alias_removed(), false, "");
}

}  // namespace quipu::ledger
