// SPDX-License-Identifier: Apache-2.0
// Records kept beside the log, as far as the auditor was given any: each must open a commitment that a leaf made, and
// what the state still commits to should be there, unless it was erased. Records lie in the mirror's records/ or in a
// directory of their own, each named by the hex of its commitment. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "node/audit/context.h"
#include "node/ledger/state_view.h"

namespace quipu::audit {

class SideRecords {
 public:
  // `records` may be null: then only the mirror's own are looked at. Both must outlive this.
  SideRecords(const Context& context, const Bundle* records);

  // The commitments of a submission's events; cheap when no record was given.
  void submission(const ledger::Submission& submission);
  // After the last block.
  void finish(const ledger::StateView& state);

 private:
  enum class Kind : std::uint8_t { kNone, kRecord, kTin };  // what a leaf commits with: none does
  struct Given {
    crypto::Digest commitment;
    const Bundle* bundle;
    std::string path;
    Kind kind = Kind::kNone;
  };
  void list(const Bundle& bundle, std::string_view folder);
  void commit(BytesView commitment, Kind kind);
  Given* find(BytesView commitment);
  void check(const Given& given) const;
  void find_absent(const ledger::StateView& state);

  const Context& context_;
  std::vector<Given> given_;  // ascending by commitment
};

// "records/<64 hex digits>": a side record in a mirror.
bool is_record_path(std::string_view path);

}  // namespace quipu::audit
