// SPDX-License-Identifier: Apache-2.0
// The calendar on disk: which certificates have to be looked at on which days (node/ledger/calendar.h), as known at any
// height. It rides in the batch that makes a block final, and can be built from the history of the records at any time.
// Reading: any thread. Writing and building: the thread that writes the database.
#pragma once

#include <map>
#include <memory>

#include "node/ledger/block.h"
#include "node/ledger/ledger_reader.h"
#include "storage/block_store.h"

namespace quipu::host {

// What blocks that are committed together change in the calendar, one after the other.
class CalendarWriter {
 public:
  // `before`: the state below the first of them.
  explicit CalendarWriter(std::shared_ptr<const ledger::StateView> before) : before_(std::move(before)) {}
  storage::CalendarChanges changes_by(const std::vector<std::pair<ledger::MapKey, Bytes>>& records);

 private:
  std::shared_ptr<const ledger::StateView> before_;
  std::map<ledger::MapKey, Bytes> since_;  // certificates that these blocks changed
};

// Builds the calendar anew unless it goes up to the tip and is of this version. A crash before its end leaves none.
void build_calendar(storage::Database& database);

// It goes up to the tip of this snapshot.
bool has_calendar(const storage::LogReader& log);
void scan_calendar(const storage::Snapshot& snapshot, const ledger::CalendarRange& range, consensus::Height known_at,
                   const ledger::LedgerReader::EachCertificate& each);

}  // namespace quipu::host
