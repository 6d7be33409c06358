// SPDX-License-Identifier: Apache-2.0
// Records of one kind and one administration, a page at a time, so that a page reads what it gives and not all that
// stands before it. Any thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/http/json_answer.h"
#include "node/ledger/calendar.h"
#include "node/ledger/state_view.h"

namespace quipu::http {

// In ascending order of their keys, which is no order of names, from behind `after` on, until `each` returns false.
// `after` is a key of that kind and administration. At most one 256th of the records is passed over unread.
void scan_after(const ledger::StateView& state, ledger::RecordType type, std::string_view administration,
                const std::optional<ledger::MapKey>& after, const ledger::StateView::Each& each);

// Every record of one kind of one administration, or of all without one: `each(administration, record)`.
template <class Record, class Each>
void for_each_record(const ledger::StateView& state, ledger::RecordType type, std::string_view administration,
                     const Each& each) {
  state.scan(ledger::map_prefix(type, administration), [&](const ledger::MapKey& key, BytesView value) {
    Record record;
    if (record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      each(std::string(key.view().substr(1, 2)), record);
    }
    return true;
  });
}

// Keys of the certificates that have an entry in any of these ranges of the calendar, ascending; nothing where the
// ledger has no calendar.
std::optional<std::vector<ledger::MapKey>> in_calendar(const AskedState& asked,
                                                       std::initializer_list<ledger::CalendarRange> ranges);

// Those certificates of one administration, or of all without one, that may have an entry in one of the ranges; every
// one where the ledger has no calendar: `each(administration, record)` has to look at the record in either case.
template <class Record, class Each>
void for_each_in_calendar(const AskedState& asked, std::string_view administration,
                          std::initializer_list<ledger::CalendarRange> ranges, const Each& each) {
  const auto keys = in_calendar(asked, ranges);
  if (!keys) {
    return for_each_record<Record>(*asked.state, ledger::RecordType::kCertificate, administration, each);
  }
  for (const ledger::MapKey& key : *keys) {
    const auto value = asked.state->get(key);
    Record record;
    if (value && record.ParseFromString(*value)) each(std::string(key.view().substr(1, 2)), record);
  }
}

// How a page names the key of its last record, and back; nothing for what is no key of that kind.
std::string name_of(const ledger::MapKey& key);
std::optional<ledger::MapKey> parse_key(std::string_view name, ledger::RecordType type);

}  // namespace quipu::http
