// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/rules/register.h"

#include <algorithm>
#include <charconv>

#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kOwner = "--";

std::string arrangement_id(std::string_view id) { return join("arrangement", id); }
std::string list_id(std::string_view name) { return join("list", name); }
std::string parameter_id(std::string_view name) { return join("parameter", name); }
std::string definition_id(std::uint32_t number) { return join("definition", std::to_string(number)); }

template <class Record>
bool acts(const Context& at, const Record& record) {
  return record.since_height() <= at.origin.height.value;
}

std::uint64_t next_height(const Context& at) { return at.origin.height.next().value; }

void add_to_index(const Context& at, const v1::Arrangement& arrangement) {
  auto index = get<v1::ArrangementIndex>(at.state, kOwner, "arrangements").value_or(v1::ArrangementIndex{});
  v1::ArrangementParties& entry = *index.add_arrangements();
  entry.set_arrangement(arrangement.arrangement());
  *entry.mutable_parties() = arrangement.parties();
  std::ranges::sort(*index.mutable_arrangements(), {}, [](const auto& each) { return each.arrangement(); });
  put(at.state, kOwner, "arrangements", index);
}

}  // namespace

std::optional<v1::Arrangement> arrangement_in_force(const Context& at, std::string_view id) {
  auto record = get<v1::ArrangementRecord>(at.state, kOwner, arrangement_id(id));
  if (!record || !acts(at, *record)) return std::nullopt;
  return std::move(*record->mutable_arrangement());
}

std::optional<v1::CodeList> code_list_in_force(const Context& at, std::string_view name) {
  auto record = get<v1::CodeListRecord>(at.state, kOwner, list_id(name));
  if (!record) return std::nullopt;
  if (acts(at, *record)) return std::move(*record->mutable_list());
  return record->has_before() ? std::optional(record->before()) : std::nullopt;
}

std::optional<v1::IndicatorDefinition> definition_in_force(const Context& at, std::uint32_t number) {
  auto record = get<v1::DefinitionRecord>(at.state, kOwner, definition_id(number));
  if (!record || !acts(at, *record)) return std::nullopt;
  return std::move(*record->mutable_definition());
}

std::optional<v1::Parameter> parameter_in_force(const Context& at, std::string_view name) {
  auto record = get<v1::ParameterRecord>(at.state, kOwner, parameter_id(name));
  if (!record) return std::nullopt;
  if (acts(at, *record)) return std::move(*record->mutable_parameter());
  return record->has_before() ? std::optional(record->before()) : std::nullopt;
}

std::int32_t number_in_force(const Context& at, std::string_view name, std::int32_t otherwise) {
  const auto parameter = parameter_in_force(at, name);
  if (!parameter) return otherwise;
  const std::string& text = parameter->value();
  std::int32_t number = otherwise;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 0 ? number : otherwise;
}

bool has_withdrawn(const StateView& state, std::string_view arrangement, std::string_view party) {
  const auto record = get<v1::ArrangementRecord>(state, kOwner, arrangement_id(arrangement));
  return record &&
         std::ranges::find(record->withdrawals(), party, &v1::Withdrawal::party) != record->withdrawals().end();
}

void enter_withdrawal(const Context& at, const v1::PartyWithdrawn& stated) {
  v1::ArrangementRecord record = *get<v1::ArrangementRecord>(at.state, kOwner, arrangement_id(stated.arrangement()));
  v1::Withdrawal& withdrawal = *record.add_withdrawals();
  withdrawal.set_party(at.author);
  withdrawal.set_effective_from(at.effect.text());
  withdrawal.set_notified_on(stated.notified_on());
  *withdrawal.mutable_by() = at.place;
  put(at.state, kOwner, arrangement_id(stated.arrangement()), record);
}

bool has_arrangement(const StateView& state, std::string_view id) {
  return get<v1::ArrangementRecord>(state, kOwner, arrangement_id(id)).has_value();
}

bool has_definition(const StateView& state, std::uint32_t number) {
  return get<v1::DefinitionRecord>(state, kOwner, definition_id(number)).has_value();
}

void enter_arrangement(const Context& at, const v1::Arrangement& arrangement) {
  v1::ArrangementRecord record;
  *record.mutable_arrangement() = arrangement;
  record.set_since_height(next_height(at));
  put(at.state, kOwner, arrangement_id(arrangement.arrangement()), record);
  add_to_index(at, arrangement);
}

void enter_code_list(const Context& at, const v1::CodeList& list) {
  v1::CodeListRecord record;
  *record.mutable_list() = list;
  record.set_since_height(next_height(at));
  if (const auto before = code_list_in_force(at, list.name())) *record.mutable_before() = *before;
  put(at.state, kOwner, list_id(list.name()), record);
}

void enter_definition(const Context& at, const v1::IndicatorDefinition& definition) {
  v1::DefinitionRecord record;
  *record.mutable_definition() = definition;
  record.set_since_height(next_height(at));
  put(at.state, kOwner, definition_id(definition.definition()), record);
}

void enter_parameter(const Context& at, const v1::Parameter& parameter) {
  v1::ParameterRecord record;
  *record.mutable_parameter() = parameter;
  record.set_since_height(next_height(at));
  if (const auto before = parameter_in_force(at, parameter.name())) *record.mutable_before() = *before;
  put(at.state, kOwner, parameter_id(parameter.name()), record);
}

}  // namespace quipu::ledger
