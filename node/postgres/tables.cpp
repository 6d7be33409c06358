// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/tables.h"

#include "node/ledger/date.h"
#include "node/postgres/schema.h"

namespace quipu::postgres {

namespace {

constexpr std::string_view kLock = "7238152960321";  // any number that nobody else takes

// By which columns rows are named that go or are closed.
std::vector<std::string> key_of(const std::string& table) {
  if (table == "operator" || table == "operator_tin") return {"issuer", "subject"};
  if (table == "certificate") return {"issuer", "certificate"};
  if (table == "certificate_period") return {"issuer", "certificate", "valid_from"};
  return {"recogniser", "arrangement", "issuer", "valid_from"};
}

// "(t.issuer, t.certificate)"
std::string listed(const std::vector<std::string>& columns, const std::string& prefix = {}) {
  std::string out = "(";
  for (const std::string& column : columns) out.append(out.size() > 1 ? ", " : "").append(prefix).append(column);
  return out + ")";
}

}  // namespace

std::expected<Tables, std::string> Tables::open(const std::string& url) {
  auto connection = Connection::open(url);
  if (!connection) return std::unexpected(connection.error());
  Tables tables(std::move(*connection));
  for (Done (Tables::*step)() : {&Tables::keep_others_out, &Tables::migrate, &Tables::read_position}) {
    if (auto done = (tables.*step)(); !done) return std::unexpected(done.error());
  }
  return tables;
}

Done Tables::keep_others_out() {
  const auto got = connection_.ask("select pg_try_advisory_lock(" + std::string(kLock) + ")");
  if (!got) return std::unexpected(got.error());
  if (got->at(0).at(0) == "t") return {};
  return std::unexpected("another mirror fills this database: end it, or name another database");
}

Done Tables::migrate() {
  const auto made = connection_.run(
      "create schema if not exists quipu;"
      "create table if not exists quipu.migration (version integer primary key, name text not null, "
      "applied_at timestamptz not null default now())");
  if (!made) {
    return std::unexpected(made.error() + ": let this user make the schema quipu, or give it the schema " +
                           "(create schema quipu authorization ...)");
  }
  const auto newest = connection_.ask("select coalesce(max(version), 0) from quipu.migration");
  if (!newest) return std::unexpected(newest.error());
  const auto version = std::stoull(newest->at(0).at(0).value_or("0"));
  if (version > migrations().size())
    return std::unexpected("the tables were made by a newer quipu: use that one, or an empty database");
  for (std::size_t number = version; number < migrations().size(); ++number) {
    if (auto applied = apply(number); !applied) return applied;
  }
  return {};
}

Done Tables::apply(std::size_t number) {
  const Migration& step = migrations()[number];
  const auto done =
      connection_.run("begin;" + std::string(step.sql) + "insert into quipu.migration (version, name) values (" +
                      std::to_string(number + 1) + ", '" + std::string(step.name) + "'); commit");
  if (done) return {};
  static_cast<void>(connection_.run("rollback"));
  return std::unexpected(std::string(step.name) + ": " + done.error());
}

Done Tables::read_position() {
  const auto rows = connection_.ask("select chain, height, block, log_root from quipu.position");
  if (!rows) return std::unexpected(rows.error());
  position_.reset();
  if (rows->empty()) return {};
  const Row& row = rows->front();
  position_ = {.chain = row[0].value_or(""),
               .height = std::stoll(row[1].value_or("-1")),
               .block = row[2].value_or(""),
               .log_root = row[3].value_or("")};
  return {};
}

Done Tables::found(const std::string& chain) {
  const auto done = connection_.ask(
      "insert into quipu.position (chain, height, block, log_size, log_root, block_time) "
      "values ($1, -1, '', 0, '', '-infinity')",
      {chain});
  if (!done) return std::unexpected(done.error());
  return read_position();
}

// The height before is part of the condition: two writers cannot both succeed, whatever the lock is worth.
Done Tables::move_position(const ledger::BlockSummary& block) {
  const auto moved = connection_.ask(
      "update quipu.position set height = $1, block = $2, log_size = $3, log_root = $4, block_time = $5, "
      "written_at = now() where height = $6 returning height",
      {std::to_string(block.height.value), crypto::to_hex(block.block.view()), std::to_string(block.tree_size),
       crypto::to_hex(block.tree_root.view()), ledger::format_instant(block.block_time_ms),
       std::to_string(position_->height)});
  if (!moved) return std::unexpected(moved.error());
  if (moved->empty()) return std::unexpected("another mirror has written to these tables: let one alone fill them");
  return {};
}

// Names of rows, in a table of this transaction's.
Done Tables::hand_over(const std::string& columns, const std::string& table, BytesView lines) {
  const std::string plain = columns.substr(1, columns.size() - 2);
  auto made = connection_.run("create temporary table given on commit drop as select " + plain + " from quipu." +
                              table + " with no data");
  if (made) made = connection_.copy("pg_temp.given", lines);
  return made ? connection_.run("analyze pg_temp.given") : made;
}

Done Tables::close_versions(const std::string& table, BytesView lines) {
  if (lines.empty()) return {};
  const auto key = key_of(table);
  auto columns = key;
  columns.insert(columns.end(), {"known_to_height", "known_to"});
  if (auto given = hand_over(listed(columns), table, lines); !given) return given;
  return connection_.run("update quipu." + table +
                         " t set known_to_height = g.known_to_height, known_to = g.known_to " +
                         "from pg_temp.given g where t.known_to_height is null and " + listed(key, "t.") + " = " +
                         listed(key, "g.") + "; drop table pg_temp.given");
}

Done Tables::remove_rows(const std::string& table, BytesView keys) {
  if (keys.empty()) return {};
  const auto key = key_of(table);
  if (auto given = hand_over(listed(key), table, keys); !given) return given;
  return connection_.run("delete from quipu." + table + " t using pg_temp.given g where " + listed(key, "t.") + " = " +
                         listed(key, "g.") + "; drop table pg_temp.given");
}

Done Tables::carry_out(const Batch& batch) {
  if (auto moved = move_position(batch.last); !moved) return moved;
  for (const auto& [table, lines] : batch.closed) {
    if (auto closed = close_versions(table, lines); !closed) return closed;
  }
  for (const auto& [table, keys] : batch.replaced) {
    if (auto removed = remove_rows(table, keys); !removed) return removed;
  }
  for (const auto& table : batch.emptied) {
    if (auto emptied = connection_.run("delete from quipu." + table); !emptied) return emptied;
  }
  for (const auto& [table, lines] : batch.added) {
    if (auto added = connection_.copy("quipu." + table, lines); !added) return added;
  }
  return {};
}

Done Tables::write(const Batch& batch) {
  if (auto begun = connection_.run("begin"); !begun) return begun;
  auto done = carry_out(batch);
  if (!done) {
    static_cast<void>(connection_.run("rollback"));
    return done;
  }
  if (auto committed = connection_.run("commit"); !committed) return committed;
  position_->height = static_cast<std::int64_t>(batch.last.height.value);
  position_->block = crypto::to_hex(batch.last.block.view());
  position_->log_root = crypto::to_hex(batch.last.tree_root.view());
  return {};
}

}  // namespace quipu::postgres
