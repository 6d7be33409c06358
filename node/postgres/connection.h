// SPDX-License-Identifier: Apache-2.0
// One connection to a PostgreSQL server, blocking. libpq's header stays inside the .cpp. Errors are one line and never
// repeat the URL, which may hold a password. One thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "node/postgres/copy_text.h"

namespace quipu::postgres {

using Done = std::expected<void, std::string>;

class Connection {
 public:
  // "postgres://USER@HOST/DATABASE" or "postgresql://..."; what it leaves open comes from the environment as for psql.
  static std::expected<Connection, std::string> open(const std::string& url);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // One or several statements; several without BEGIN are one transaction.
  Done run(const std::string& sql);
  // One statement with $1, $2, ...
  std::expected<std::vector<Row>, std::string> ask(const std::string& sql, const Row& parameters = {});
  // Lines of append_row() into "table" or "table (columns)".
  Done copy(const std::string& target, BytesView lines);

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether `url` is one of this kind.
bool is_postgres_url(const std::string& url);

}  // namespace quipu::postgres
