// SPDX-License-Identifier: Apache-2.0
#include "testnet/board/board.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace quipu::board::board_test {

using Catch::Matchers::Contains;

State four() {
  State state{.directory = "net", .chain_id = "test-1", .clock = "09:10:11", .partner = 1};
  for (const auto* code : {"BO", "BR", "CL", "PE"}) {
    state.members.push_back({.code = code,
                             .standing = Standing::kReady,
                             .height = 66,
                             .size = 213,
                             .root = "3ad8a7b19872ed7cffff",
                             .view = 67,
                             .leader = "BO",
                             .url = "http://127.0.0.1:8480",
                             .peers_up = 3,
                             .final_per_second = 49.96,
                             .p50_ms = 7.25,
                             .p99_ms = 1250});
  }
  return state;
}

State with_links() {
  auto state = four();
  state.links.assign(4, std::vector<Link>(4));
  return state;
}

std::string text(const std::vector<Line>& lines) {
  std::string all;
  for (const auto& line : lines) all += line.text + "\n";
  return all;
}

// The first line that begins so.
Line line_of(const std::vector<Line>& lines, const std::string& beginning) {
  const auto found = std::ranges::find_if(lines, [&](const Line& line) { return line.text.starts_with(beginning); });
  INFO(text(lines));
  REQUIRE(found != lines.end());
  return *found;
}

TEST_CASE("four members that agree are shown whole") {
  CHECK(text(board(four(), {80, 0})) ==
        "09:10:11  net  test-1\n"
        "4 of 4 ready, quorum 3   height 66   evidence 0   nullified views 0\n"
        "final 50.0/s   time to final p50 7.2 ms, p99 1.2 s (slowest member, last 10 s)\n"
        "\n"
        "  NODE STATE     HEIGHT   SIZE     VIEW     LEADER PEERS POOL  P50     P99\n"
        "  BO   ready     66       213      67       BO     3     0     7.2 ms  1.2 s\n"
        "  BR   ready     66       213      67       BO     3     0     7.2 ms  1.2 s\n"
        "  CL   ready     66       213      67       BO     3     0     7.2 ms  1.2 s\n"
        "  PE   ready     66       213      67       BO     3     0     7.2 ms  1.2 s\n");
}

TEST_CASE("a member that is down or paused or does not answer shows no old figures") {
  auto state = four();
  state.members[1].standing = Standing::kStopped;
  state.members[2].standing = Standing::kPaused;
  state.members[3].standing = Standing::kSilent;
  const auto lines = board(state, {80, 0});
  CHECK(line_of(lines, "  BR").text == "  BR   DOWN");
  CHECK(line_of(lines, "  BR").tone == Tone::kBad);
  CHECK(line_of(lines, "  CL").text == "  CL   PAUSED");
  CHECK(line_of(lines, "  PE").text == "  PE   no answer");
  CHECK(line_of(lines, "1 of 4 ready, quorum 3").tone == Tone::kBad);
  CHECK_THAT(text(lines), Contains("NO QUORUM"));
}

TEST_CASE("three of four are a quorum and eight of eleven") {
  auto state = four();
  state.members[0].standing = Standing::kStopped;
  CHECK_THAT(line_of(board(state, {80, 0}), "3 of 4").text, !Contains("NO QUORUM"));
  state.members.resize(11, state.members[1]);
  CHECK_THAT(line_of(board(state, {80, 0}), "10 of 11").text, Contains("quorum 8"));
}

TEST_CASE("evidence and different roots at one size are told") {
  auto state = four();
  state.members[2].evidence = 1;
  CHECK(line_of(board(state, {80, 0}), "4 of 4").tone == Tone::kWarning);
  CHECK_THAT(text(board(state, {80, 0})), Contains("evidence 1"));
  state.members[3].root = "another";
  CHECK(line_of(board(state, {120, 0}), "4 of 4").tone == Tone::kBad);
  CHECK_THAT(text(board(state, {120, 0})), Contains("DIFFERENT ROOTS"));
  state.members[3].size = 214;  // it is only further on
  CHECK_THAT(text(board(state, {120, 0})), !Contains("DIFFERENT ROOTS"));
}

TEST_CASE("links say what is wrong with them and how far it is") {
  auto state = with_links();
  state.links[0][1] = {.delay_ms = 20, .jitter_ms = 5};
  state.links[2][3] = {.delay_ms = 20, .cut = true};
  state.links[3][2] = {.stall = true};
  state.links[3][0] = {.harmed = true};
  const auto shown = text(board(state, {80, 0}));
  CHECK_THAT(shown, Contains("  BO    .       20+5    ok      ok\n"));
  CHECK_THAT(shown, Contains("  CL    ok      ok      .       CUT\n"));
  CHECK_THAT(shown, Contains("  PE    HARM    ok      STALL   .\n"));
}

TEST_CASE("on a terminal what is chosen is marked and the last line has the keys") {
  auto state = with_links();
  const auto lines = board(state, {80, 24});
  CHECK(lines.size() == 24);
  CHECK(line_of(lines, "> BO").chosen);
  CHECK_THAT(text(lines), Contains("  BO    .      [ok]"));
  CHECK_THAT(lines.back().text, Contains("k kill") && Contains("l cut/heal link") && Contains("q quit"));
  state.links.clear();
  CHECK_THAT(board(state, {80, 24}).back().text, !Contains("link"));
}

TEST_CASE("no size makes more lines or columns than there are") {
  auto state = with_links();
  state.load = Load{.on = true, .rate = 50, .sent = 1000, .trouble = "SUBJECT_TAKEN"};
  state.finals = {0, 10, 50, 50, 49};
  state.deeds = {"09:10:00 PE killed", "09:10:05 PE started again"};
  for (std::size_t rows = 1; rows < 40; ++rows) {
    for (const std::size_t columns : {1, 5, 20, 40, 79, 80, 133, 300}) {
      const auto lines = board(state, {columns, rows});
      CHECK(lines.size() == rows);
      for (const auto& line : lines) CHECK(line.text.size() <= columns);
    }
  }
}

TEST_CASE("on a small terminal what was done goes first and then the course and then links") {
  auto state = with_links();
  state.finals = {1, 2, 3};
  state.deeds = {"09:10:00 PE killed"};
  const auto shows = [&](std::size_t rows, const char* what) {
    return text(board(state, {80, rows})).find(what) != std::string::npos;
  };
  CHECK((shows(20, "PE killed") && shows(20, "highest") && shows(20, "FROM")));
  CHECK((!shows(19, "PE killed") && shows(19, "highest") && shows(19, "FROM")));
  CHECK((!shows(17, "PE killed") && !shows(17, "highest") && shows(17, "FROM")));
}

TEST_CASE("a load shows its counts and its latencies and its trouble") {
  auto state = four();
  state.load = Load{.on = true, .rate = 50, .sent = 100, .final_ = 98, .retries = 2, .p50_ms = 8, .max_ms = 31};
  CHECK_THAT(text(board(state, {200, 0})), Contains("load 50/s: 100 sent, 98 final, 0 rejected, 2 sent again"));
  CHECK_THAT(text(board(state, {80, 0})), Contains("FINAL: p50 8.0 ms, p90 0.0 ms, p99 0.0 ms, max 31 ms\n"));
  state.load->on = false;
  state.load->trouble = "2 not FINAL in time";
  const auto lines = board(state, {200, 0});
  CHECK(line_of(lines, "load off").tone == Tone::kQuiet);
  CHECK(line_of(lines, "load: 2 not FINAL").tone == Tone::kBad);
}

TEST_CASE("the course is as high as its share of the highest") {
  auto state = four();
  state.finals = {0, 1, 50, 100};
  CHECK_THAT(text(board(state, {80, 0})), Contains("final/s, highest 100   | .=#|"));
}

}  // namespace quipu::board::board_test
