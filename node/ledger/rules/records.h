// SPDX-License-Identifier: Apache-2.0
// The state's records by their own types, so that a rule says get<CertificateRecord>(state, issuer, number). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "node/ledger/state_view.h"

namespace quipu::ledger {

// Defined for the messages of state.proto. `administration` must be two characters: check what a peer names first.
// A record that does not parse is our own bug: asserts.
template <class Record>
std::optional<Record> get(const StateView& state, std::string_view administration, std::string_view identifier);
template <class Record>
void put(Overlay& state, std::string_view administration, std::string_view identifier, const Record& record);

// Identifiers of several parts.
std::string join(std::string_view first, std::string_view second);
std::string join(std::string_view first, std::string_view second, std::string_view third);

// Inserts a fact where it belongs by (effective_from, place in the log); later in the log wins among equals.
template <class Facts, class Fact>
void add_fact(Facts& facts, Fact fact) {
  const auto order = [](const Fact& f) { return std::tuple(f.effective_from(), f.by().leaf(), f.by().event()); };
  *facts.Add() = std::move(fact);
  for (int i = facts.size() - 1; i > 0 && order(facts.Get(i)) < order(facts.Get(i - 1)); --i)
    facts.SwapElements(i, i - 1);
}

// The last fact in effect on the day, among facts kept in order; nullptr before the first.
template <class Facts>
auto in_effect(const Facts& facts, std::string_view day) -> decltype(&facts.Get(0)) {
  for (int i = facts.size() - 1; i >= 0; --i) {
    if (facts.Get(i).effective_from() <= day) return &facts.Get(i);
  }
  return nullptr;
}

}  // namespace quipu::ledger
