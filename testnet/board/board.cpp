// SPDX-License-Identifier: Apache-2.0
#include "testnet/board/board.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace quipu::board {

namespace {

using Lines = std::vector<Line>;

std::string whole(std::uint64_t value) { return std::to_string(value); }

std::string decimal(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string duration(std::optional<double> ms) {
  if (!ms) return "-";
  return *ms >= 1000 ? decimal(*ms / 1000, 1) + " s" : decimal(*ms, *ms < 10 ? 1 : 0) + " ms";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

const char* word(Standing standing) {
  switch (standing) {
    case Standing::kReady:
      return "ready";
    case Standing::kBehind:
      return "not ready";
    case Standing::kPaused:
      return "PAUSED";
    case Standing::kSilent:
      return "no answer";
    case Standing::kStopped:
      return "DOWN";
  }
  return "";
}

Tone tone(Standing standing) {
  if (standing == Standing::kReady) return Tone::kPlain;
  return standing == Standing::kStopped || standing == Standing::kSilent ? Tone::kBad : Tone::kWarning;
}

bool answers(const Member& member) {
  return member.standing == Standing::kReady || member.standing == Standing::kBehind;
}

struct Column {
  const char* head;
  std::size_t width;  // the space behind it included
  std::string (*cell)(const Member&);
};

const Column kColumns[] = {
    {"HEIGHT", 9, [](const Member& m) { return whole(m.height); }},
    {"SIZE", 9, [](const Member& m) { return whole(m.size); }},
    {"VIEW", 9, [](const Member& m) { return whole(m.view); }},
    {"LEADER", 7, [](const Member& m) { return m.leader; }},
    {"PEERS", 6, [](const Member& m) { return whole(m.peers_up); }},
    {"POOL", 6, [](const Member& m) { return whole(m.pool); }},
    {"P50", 8, [](const Member& m) { return duration(m.p50_ms); }},
    {"P99", 8, [](const Member& m) { return duration(m.p99_ms); }},
    {"API", 23, [](const Member& m) { return m.url; }},
    {"IN KB/s", 8, [](const Member& m) { return decimal(m.in_per_second / 1024, 0); }},
    {"OUT KB/s", 9, [](const Member& m) { return decimal(m.out_per_second / 1024, 0); }},
    {"ROOT", 17, [](const Member& m) { return m.root.substr(0, 16); }},
};

// What of each member's columns has room, as one text.
template <class Cell>
std::string cells(std::size_t columns, std::string text, const Cell& cell) {
  for (const auto& column : kColumns) {
    if (text.size() + column.width - 1 > columns) break;
    text += padded(cell(column), column.width);
  }
  return text;
}

Line member_line(const State& state, std::size_t index, Size size) {
  const auto& member = state.members[index];
  const bool chosen = size.rows > 0 && index == state.chosen;
  auto text = std::string(chosen ? "> " : "  ") + padded(member.code, 5) + padded(word(member.standing), 10);
  if (answers(member)) text = cells(size.columns, text, [&](const Column& column) { return column.cell(member); });
  return {text, tone(member.standing), chosen};
}

Lines members(const State& state, Size size) {
  Lines lines{{cells(size.columns, "  NODE STATE     ", [](const Column& column) { return std::string(column.head); }),
               Tone::kHeading}};
  for (std::size_t i = 0; i < state.members.size(); ++i) lines.push_back(member_line(state, i, size));
  return lines;
}

// Two members who hold logs of one size with different roots.
bool contradict(const State& state) {
  for (const auto& one : state.members) {
    for (const auto& other : state.members) {
      if (answers(one) && answers(other) && one.size == other.size && one.root != other.root) return true;
    }
  }
  return false;
}

template <class Value>
Value most(const State& state, Value Member::* value) {
  Value found{};
  for (const auto& member : state.members) found = std::max(found, member.*value);
  return found;
}

// The slowest member's, since each counts its own submissions.
std::optional<double> slowest(const State& state, std::optional<double> Member::* value) {
  std::optional<double> found;
  for (const auto& member : state.members) {
    if (answers(member)) found = std::max(found, member.*value);
  }
  return found;
}

Line standing_line(const State& state) {
  const auto ready = std::ranges::count(state.members, Standing::kReady, &Member::standing);
  const auto count = static_cast<std::ptrdiff_t>(state.members.size());
  const auto quorum = count - (count - 1) / 3;
  auto text = std::to_string(ready) + " of " + std::to_string(count) + " ready, quorum " + std::to_string(quorum);
  text += "   height " + whole(most(state, &Member::height));
  text += "   evidence " + whole(most(state, &Member::evidence));
  text += "   nullified views " + whole(most(state, &Member::nullified));
  if (contradict(state)) return {text + "   DIFFERENT ROOTS AT ONE SIZE", Tone::kBad};
  if (ready < quorum) return {text + "   NO QUORUM", Tone::kBad};
  const bool well = ready == count && most(state, &Member::evidence) == 0;
  return {text, well ? Tone::kGood : Tone::kWarning};
}

Line finality_line(const State& state) {
  return {"final " + decimal(most(state, &Member::final_per_second), 1) + "/s   time to final p50 " +
          duration(slowest(state, &Member::p50_ms)) + ", p99 " + duration(slowest(state, &Member::p99_ms)) +
          " (slowest member, last 10 s)"};
}

// One column a second, as high as its share of the highest.
Lines course(const State& state, Size size) {
  constexpr std::string_view kLevels = " .:-=+*#";
  constexpr std::size_t kLabel = 32;
  if (state.finals.empty() || size.columns <= kLabel) return {};
  const auto shown = std::min(state.finals.size(), size.columns - kLabel);
  const std::vector<double> last(state.finals.end() - static_cast<std::ptrdiff_t>(shown), state.finals.end());
  const double highest = *std::ranges::max_element(last);
  std::string text = "final/s, highest " + padded(decimal(highest, 0), 6) + "|";
  for (const double value : last) {
    const double share = highest > 0 ? value / highest : 0;
    text += kLevels[static_cast<std::size_t>(std::ceil(share * static_cast<double>(kLevels.size() - 1)))];
  }
  return {{text + "|", Tone::kQuiet}};
}

std::string link_cell(const Link& link) {
  if (link.cut) return "CUT";
  if (link.stall) return "STALL";
  if (link.harmed) return "HARM";
  if (link.delay_ms == 0 && link.jitter_ms == 0) return "ok";
  const auto jitter = link.jitter_ms > 0 ? "+" + std::to_string(link.jitter_ms) : "";
  return std::to_string(link.delay_ms) + jitter;
}

Line link_line(const State& state, std::size_t from, Size size) {
  constexpr std::size_t kCell = 8;
  std::string text = padded("  " + state.members[from].code, 7);
  for (std::size_t to = 0; to < state.members.size(); ++to) {
    const auto cell = from == to ? "." : link_cell(state.links[from][to]);
    const bool chosen = size.rows > 0 && from == state.chosen && to == state.partner && from != to;
    text += padded(chosen ? "[" + cell + "]" : " " + cell, kCell);
  }
  const bool any = std::ranges::any_of(state.links[from], broken);
  return {text, any ? Tone::kWarning : Tone::kPlain};
}

Lines links(const State& state, Size size) {
  if (state.links.empty()) return {};
  std::string head = "  FROM ";
  for (const auto& member : state.members) head += padded(" " + member.code, 8);
  Lines lines{{head + " one way, ms + jitter", Tone::kHeading}};
  for (std::size_t from = 0; from < state.members.size(); ++from) lines.push_back(link_line(state, from, size));
  return lines;
}

Lines load(const State& state) {
  if (!state.load) return {};
  const auto& load = *state.load;
  const auto tone = load.on ? Tone::kGood : Tone::kQuiet;
  Lines lines{
      {(load.on ? "load " + decimal(load.rate, 0) + "/s" : "load off") + ": " + whole(load.sent) + " sent, " +
           whole(load.final_) + " final, " + whole(load.rejected) + " rejected, " + whole(load.retries) + " sent again",
       tone},
      {"  from due until seen FINAL: p50 " + duration(load.p50_ms) + ", p90 " + duration(load.p90_ms) + ", p99 " +
           duration(load.p99_ms) + ", max " + duration(load.max_ms),
       tone}};
  if (!load.trouble.empty()) lines.push_back({"load: " + load.trouble, Tone::kBad});
  return lines;
}

Lines deeds(const State& state) {
  Lines lines;
  for (const auto& deed : state.deeds) lines.push_back({deed, Tone::kQuiet});
  return lines;
}

Line help(const State& state) {
  const std::string link = state.links.empty() ? "" : "  l cut/heal link";
  return {"arrows  k kill  p pause  r resume/restart" + link + "  a load  q quit", Tone::kHeading};
}

// The parts below the members with a line between them, from the first on, as far as `rows` go.
Lines joined(const std::vector<Lines>& parts, std::size_t rows) {
  Lines all;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (rows > 0 && all.size() + part.size() + 1 > rows) continue;
    all.emplace_back();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::vector<Line> board(const State& state, Size size) {
  Lines lines{{state.clock + "  " + state.directory + "  " + state.chain_id, Tone::kHeading},
              standing_line(state),
              finality_line(state),
              {}};
  const auto table = members(state, size);
  lines.insert(lines.end(), table.begin(), table.end());
  const std::size_t left = size.rows > lines.size() + 1 ? size.rows - lines.size() - 1 : 1;
  const auto below =
      joined({load(state), links(state, size), course(state, size), deeds(state)}, size.rows > 0 ? left : 0);
  lines.insert(lines.end(), below.begin(), below.end());
  if (size.rows > 0) {
    lines.resize(size.rows - 1);
    lines.push_back(help(state));
  }
  for (auto& line : lines) {
    line.text.resize(std::min(line.text.size(), size.columns));
    line.text.erase(line.text.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace quipu::board
