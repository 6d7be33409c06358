// SPDX-License-Identifier: Apache-2.0
// The tables in a PostgreSQL database and up to which block they are filled. The rows of blocks and the position are
// written in one transaction, so that each block's rows are there once or not at all. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "node/postgres/connection.h"
#include "node/postgres/derivation.h"

namespace quipu::postgres {

struct TablesPosition {
  std::string chain;  // hex
  std::int64_t height = -1;
  std::string block;     // hex; empty at height -1
  std::string log_root;  // likewise
};

class Tables {
 public:
  // Makes them where there are none, brings older ones up to date, and keeps every other mirror out while it lives.
  static std::expected<Tables, std::string> open(const std::string& url);

  // Nothing: no chain was taken yet.
  const std::optional<TablesPosition>& position() const { return position_; }
  // Asks the server for it anew; the error: it cannot be asked over this connection.
  Done read_position();
  // Empty tables are this chain's from now on.
  Done found(const std::string& chain);
  // All of it or, after an error, nothing; position() is then that of before, or the connection is lost.
  Done write(const Batch& batch);

 private:
  explicit Tables(Connection connection) : connection_(std::move(connection)) {}
  Done keep_others_out();
  Done migrate();
  Done apply(std::size_t number);
  Done carry_out(const Batch& batch);
  Done move_position(const ledger::BlockSummary& block);
  Done hand_over(const std::string& columns, const std::string& table, BytesView lines);
  Done close_versions(const std::string& table, BytesView lines);
  Done remove_rows(const std::string& table, BytesView keys);

  Connection connection_;
  std::optional<TablesPosition> position_;
};

}  // namespace quipu::postgres
