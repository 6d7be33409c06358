// SPDX-License-Identifier: Apache-2.0
// The records of block 0.
#include <algorithm>

#include "node/ledger/canonical.h"
#include "node/ledger/genesis.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/member_records.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kRegisterOwner = "--";

void put(Overlay& state, RecordType type, std::string_view owner, std::string_view identifier,
         const google::protobuf::Message& record) {
  state.put(map_key(type, owner, identifier), canonical_bytes(record));
}

void write_arrangements(Overlay& state, const std::vector<v1::Arrangement>& arrangements) {
  v1::ArrangementIndex index;
  for (const auto& arrangement : arrangements) {
    v1::ArrangementRecord record;
    *record.mutable_arrangement() = arrangement;
    put(state, RecordType::kRegister, kRegisterOwner, "arrangement/" + arrangement.arrangement(), record);
    auto* entry = index.add_arrangements();
    entry->set_arrangement(arrangement.arrangement());
    *entry->mutable_parties() = arrangement.parties();
  }
  std::ranges::sort(*index.mutable_arrangements(), {}, [](const auto& entry) { return entry.arrangement(); });
  put(state, RecordType::kRegister, kRegisterOwner, "arrangements", index);
}

void write_definition(Overlay& state, const v1::IndicatorDefinition& definition) {
  v1::DefinitionRecord record;
  *record.mutable_definition() = definition;
  put(state, RecordType::kRegister, kRegisterOwner, "definition/" + std::to_string(definition.definition()), record);
}

// In force from the first block on every chain, unless the genesis file words it otherwise.
v1::IndicatorDefinition first_indicator_definition() {
  v1::IndicatorDefinition definition;
  definition.set_definition(1);
  definition.set_minimum_declarations(5);
  definition.set_minimum_operators(3);
  return definition;
}

}  // namespace

void write_genesis_state(const Genesis& genesis, Overlay& state) {
  for (const auto& member : *genesis.all_members) write_member(state, member, 0);
  write_arrangements(state, *genesis.arrangements);
  for (const auto& parameter : *genesis.parameters) {
    v1::ParameterRecord record;
    *record.mutable_parameter() = parameter;
    put(state, RecordType::kRegister, kRegisterOwner, "parameter/" + parameter.name(), record);
  }
  for (const auto& list : *genesis.code_lists) {
    v1::CodeListRecord record;
    *record.mutable_list() = list;
    put(state, RecordType::kRegister, kRegisterOwner, "list/" + list.name(), record);
  }
  write_definition(state, first_indicator_definition());
  for (const auto& definition : *genesis.indicator_definitions) write_definition(state, definition);
}

}  // namespace quipu::ledger
