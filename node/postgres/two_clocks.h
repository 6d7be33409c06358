// SPDX-License-Identifier: Apache-2.0
// Rows of days (the first clock) get the heights between which the ledger said so (the second). A change is told as
// what was said before and what is said after; a batch of changes becomes the versions that are new and the ends of
// those that a database has. Pure; one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/ledger/ledger_reader.h"
#include "node/postgres/copy_text.h"

namespace quipu::postgres {

class TwoClocks {
 public:
  // The first `key_columns` columns of a row and the one that follows them, valid_from, name it among those in force.
  explicit TwoClocks(std::size_t key_columns) : key_columns_(key_columns) {}

  // Heights ascend. `before` is what the last change of the same rows had as `after`.
  void change(const ledger::BlockSummary& block, const std::vector<Row>& before, const std::vector<Row>& after);

  // COPY lines of what was told since the last take().
  struct Versions {
    Bytes opened;  // the row; known_from_height, known_from, known_to_height, known_to
    Bytes closed;  // key, valid_from; known_to_height, known_to
  };
  Versions take();

 private:
  std::size_t key_columns_;
  std::map<Row, Row> open_;  // of this batch, and from when they are known
  Versions done_;
};

}  // namespace quipu::postgres
