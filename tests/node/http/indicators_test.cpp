// SPDX-License-Identifier: Apache-2.0
#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

// PE on goods from a partner, one month, by sea: a recognised cell, and one of others.
std::string cells(const std::string& partner, const std::string& month, int declarations, int green, int revision = 0) {
  const std::string head = R"({"decision_date":"2026-01-01","indicator_reported":{"arrangement":"ARR","partner":")" +
                           partner + R"(","flow":"IMPORT","mode":"SEA","month":")" + month +
                           R"(","definition":1,"operators":5,"revision":)" + std::to_string(revision) + ",";
  const std::string n = std::to_string(declarations);
  const std::string counts = R"("declarations":)" + n + R"(,"green":)" + std::to_string(green) + R"(,"physical":)" +
                             std::to_string(declarations - green) + R"(,"released":)" + n;
  return "[" + head + R"("group":"RECOGNISED",)" + counts + R"(,"minutes_total":)" + std::to_string(declarations * 30) +
         R"(,"minutes_histogram":[0,)" + n + R"(,0,0,0,0],"eligible":)" + std::to_string(declarations * 2) +
         R"(,"claimed":)" + n + R"(,"matched":)" + n + R"(,"recognised":)" + n + R"(}},)" + head +
         R"("group":"NON_AEO",)" + counts + R"(,"minutes_total":)" + std::to_string(declarations * 5'000) +
         R"(,"minutes_histogram":[0,0,0,0,0,)" + n + "]}}]";
}

// BO in October and December, CL in December.
void report(MemoryLedger& node) {
  submit(node, "PE", 1, cells("BO", "2025-10", 10, 10));
  submit(node, "PE", 2, cells("BO", "2025-12", 90, 10));
  submit(node, "PE", 3, cells("CL", "2025-12", 100, 100));
}

json::array items(MemoryLedger& node, const std::string& query = "") {
  return parsed(get(node, "/v1/indicators" + query)).at("items").as_array();
}

}  // namespace

TEST_CASE("indicators add counts over months and only then make rates", "[routes]") {
  MemoryLedger node;
  report(node);
  const json::array rows = items(node);
  REQUIRE(rows.size() == 2);
  CHECK(rows.at(0).at("reporter") == "PE");
  CHECK(rows.at(0).at("partner") == "BO");
  CHECK(rows.at(0).at("flow") == "IMPORT");
  CHECK_FALSE(rows.at(0).as_object().contains("period"));
  const json::array& groups = rows.at(0).at("groups").as_array();
  REQUIRE(groups.size() == 2);
  const json::value& recognised = groups.at(0);
  CHECK(recognised.at("group") == "RECOGNISED");
  CHECK(recognised.at("cells") == 2);
  CHECK(recognised.at("declarations") == 100);
  CHECK(recognised.at("green_share").as_double() == Approx(0.2));
  CHECK(recognised.at("utilisation").as_double() == Approx(0.5));
  CHECK(recognised.at("mean_minutes").as_double() == Approx(30));
  CHECK(recognised.at("p50_minutes") == 38);
  const json::value& control = groups.at(1);
  CHECK(control.at("group") == "NON_AEO");
  CHECK(control.at("p90_minutes") == 4'320);
  CHECK(control.at("p90_at_least") == true);
  CHECK_FALSE(control.as_object().contains("utilisation"));
}

TEST_CASE("indicators are chosen by country and month and kept apart by period", "[routes]") {
  MemoryLedger node;
  report(node);
  CHECK(items(node, "?partner=CL").size() == 1);
  CHECK(items(node, "?reporter=CL").empty());
  CHECK(items(node, "?arrangement=OTHER").empty());
  CHECK(items(node, "?from=2025-11").at(0).at("groups").at(0).at("declarations") == 90);
  CHECK(items(node, "?to=2025-11").size() == 1);
  const json::array months = items(node, "?partner=BO&period=month");
  REQUIRE(months.size() == 2);
  CHECK(months.at(0).at("period") == "2025-10");
  const json::array quarter = items(node, "?group_by=reporter&period=quarter");
  REQUIRE(quarter.size() == 1);
  CHECK(quarter.at(0).at("period") == "2025-Q4");
  CHECK(quarter.at(0).at("groups").at(0).at("declarations") == 200);
  CHECK(quarter.at(0).at("groups").at(0).at("green_share").as_double() == Approx(0.6));
  CHECK(items(node, "?group_by=none").size() == 1);
}

TEST_CASE("a revision takes the place of a figure and a look back shows the first", "[routes]") {
  MemoryLedger node;
  report(node);
  submit(node, "PE", 4, cells("CL", "2025-12", 50, 10, 1));
  const json::value now = items(node, "?partner=CL").at(0).at("groups").at(0);
  CHECK(now.at("declarations") == 50);
  CHECK(now.at("revised_cells") == 1);
  const json::value before = items(node, "?partner=CL&known_at=3").at(0).at("groups").at(0);
  CHECK(before.at("declarations") == 100);
  CHECK(before.at("revised_cells") == 0);
}

TEST_CASE("pages of indicators join to the whole as CSV", "[routes]") {
  MemoryLedger node;
  report(node);
  const Response whole = get(node, "/v1/indicators?period=month&format=csv");
  CHECK(whole.body.find("ARR,PE,CL,IMPORT,SEA,2025-12,1,NON_AEO,1,0,100,100,0,0,100,500000,0,0,0,0,0,100,,,,,,,1.0000,"
                        "5000.0,>=4320,>=4320\r\n") != std::string::npos);
  std::string joined_pages;
  std::string after;
  int pages = 0;
  do {
    const Response page =
        get(node, "/v1/indicators?period=month&format=csv&limit=1" + (after.empty() ? "" : "&after=" + after));
    REQUIRE(page.status == 200);
    joined_pages += page.body.substr(pages == 0 ? 0 : page.body.find('\n') + 1);
    after = header(page, "Quipu-Next-After");
    ++pages;
  } while (!after.empty());
  CHECK(pages == 3);
  CHECK(joined_pages == whole.body);
}

TEST_CASE("a question about indicators that is not in form is refused", "[routes]") {
  MemoryLedger node;
  for (const char* query : {"from=2025", "to=2025-13", "period=week", "group_by=month", "group_by=reporter,,partner",
                            "reporter=PER", "after=x", "limit=0", "group_by=definition"}) {
    CAPTURE(query);
    CHECK(code_of(get(node, "/v1/indicators?" + std::string(query))) == "BAD_PARAMETER");
  }
}

}  // namespace routes_test
