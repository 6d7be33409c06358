// SPDX-License-Identifier: Apache-2.0
#include "node/postgres/two_clocks.h"

#include <catch2/catch.hpp>
#include <random>
#include <sstream>

namespace quipu::postgres::testing {

namespace two_clocks {

using Line = std::vector<std::string>;

std::vector<Line> lines_of(const Bytes& text) {
  std::vector<Line> out;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    std::istringstream columns(line);
    out.emplace_back();
    for (std::string column; std::getline(columns, column, '\t');) out.back().push_back(column);
  }
  return out;
}

ledger::BlockSummary block(std::uint64_t height) {
  ledger::BlockSummary out;
  out.height = {height};
  out.block_time_ms = 1'000 * height;
  return out;
}

// A table as the database keeps it: key, valid_from, what held, known_from_height, known_from, known_to_height,
// known_to.
class Table {
 public:
  void take(TwoClocks::Versions versions) {
    for (const Line& closed : lines_of(versions.closed)) {
      int found = 0;
      for (Line& row : rows_) {
        if (row[5] != "\\N" || row[0] != closed[0] || row[1] != closed[1]) continue;
        row[5] = closed[2];
        ++found;
      }
      CHECK(found == 1);
    }
    for (const Line& opened : lines_of(versions.opened)) rows_.push_back(opened);
  }
  std::set<Line> known_at(std::uint64_t height) const {
    std::set<Line> out;
    for (const Line& row : rows_) {
      const bool still = row[5] == "\\N" || height < std::stoull(row[5]);
      if (std::stoull(row[3]) <= height && still) CHECK(out.insert({row[0], row[1], row[2]}).second);
    }
    return out;
  }

 private:
  std::vector<Line> rows_;
};

std::set<Line> as_lines(const std::vector<Row>& rows) {
  std::set<Line> out;
  for (const Row& row : rows) out.insert({*row[0], *row[1], *row[2]});
  return out;
}

}  // namespace two_clocks

TEST_CASE("however changes are batched the table knows at each height what held then") {
  using namespace two_clocks;
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    TwoClocks clocks(1);
    Table table;
    std::vector<Row> held;
    std::vector<std::set<Line>> twin;
    for (std::uint64_t height = 0; height < 30; ++height) {
      std::vector<Row> next;
      for (const char* day : {"-infinity", "2024-01-01", "2025-01-01"})
        if (random() % 2 == 0) next.push_back({"BO/1", day, random() % 2 == 0 ? "ACTIVE" : "SUSPENDED"});
      clocks.change(block(height), held, next);
      held = next;
      twin.push_back(as_lines(held));
      if (random() % 4 == 0) table.take(clocks.take());
    }
    table.take(clocks.take());
    for (std::uint64_t height = 0; height < twin.size(); ++height) CHECK(table.known_at(height) == twin[height]);
  }
}

}  // namespace quipu::postgres::testing
