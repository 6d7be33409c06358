// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>

namespace quipu::postgres {

namespace {

struct Freed {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Freed>;

constexpr std::size_t kCopyBytes = 64 << 10;  // handed over at once

// The server's words, their first line.
std::string first_line(const char* words) {
  std::string text(words != nullptr ? words : "");
  text = text.substr(0, text.find('\n'));
  return text.empty() ? "no reason given" : text;
}

// The URL may say otherwise of what stands before it, of nothing that stands behind it.
PGconn* connect(const std::string& url) {
  const std::array<const char*, 6> names = {"connect_timeout", "application_name", "dbname",
                                            "client_encoding", "options",          nullptr};
  const std::array<const char*, 6> values = {
      "10", "quipu mirror", url.c_str(), "UTF8", "-c DateStyle=ISO -c TimeZone=UTC -c search_path=pg_catalog", nullptr};
  return PQconnectdbParams(names.data(), values.data(), 1);
}

}  // namespace

struct Connection::State {
  std::unique_ptr<PGconn, Freed> connection;

  std::unexpected<std::string> fault() const {
    return std::unexpected("PostgreSQL: " + first_line(PQerrorMessage(connection.get())));
  }
  Done judge(const Result& result) const {
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return {};
    return fault();
  }
  Done send(BytesView lines) const {
    for (std::size_t at = 0; at < lines.size(); at += kCopyBytes) {
      const auto part = lines.substr(at, kCopyBytes);
      if (PQputCopyData(connection.get(), part.data(), static_cast<int>(part.size())) != 1) return fault();
    }
    if (PQputCopyEnd(connection.get(), nullptr) != 1) return fault();
    return {};
  }
  // Until nothing is under way any more; the first fault counts.
  Done finish() const {
    Done done;
    while (const Result result{PQgetResult(connection.get())}) {
      if (auto judged = judge(result); done && !judged) done = judged;
    }
    return done;
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

std::expected<Connection, std::string> Connection::open(const std::string& url) {
  auto state = std::make_unique<State>();
  state->connection.reset(connect(url));
  if (PQstatus(state->connection.get()) != CONNECTION_OK) {
    return std::unexpected("cannot connect to PostgreSQL (" + first_line(PQerrorMessage(state->connection.get())) +
                           "): check the URL with psql, and that the server runs");
  }
  PQsetNoticeProcessor(state->connection.get(), [](void*, const char*) {}, nullptr);
  return Connection(std::move(state));
}

Done Connection::run(const std::string& sql) {
  return state_->judge(Result(PQexec(state_->connection.get(), sql.c_str())));
}

std::expected<std::vector<Row>, std::string> Connection::ask(const std::string& sql, const Row& parameters) {
  std::vector<const char*> values;
  for (const Value& each : parameters) values.push_back(each ? each->c_str() : nullptr);
  const Result result(PQexecParams(state_->connection.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                   values.data(), nullptr, nullptr, 0));
  if (auto judged = state_->judge(result); !judged) return std::unexpected(judged.error());
  std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      const bool null = PQgetisnull(result.get(), i, column) != 0;
      rows[static_cast<std::size_t>(i)].push_back(null ? Value() : Value(PQgetvalue(result.get(), i, column)));
    }
  }
  return rows;
}

Done Connection::copy(const std::string& target, BytesView lines) {
  if (lines.empty()) return {};
  const Result begun(PQexec(state_->connection.get(), ("copy " + target + " from stdin").c_str()));
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return state_->fault();
  if (auto sent = state_->send(lines); !sent) return sent;
  return state_->finish();
}

bool is_postgres_url(const std::string& url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

}  // namespace quipu::postgres
