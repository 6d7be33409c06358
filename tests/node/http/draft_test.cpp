// SPDX-License-Identifier: Apache-2.0
#include "node/http/draft.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "node/http/draft_queue.h"
#include "node/ledger/ledger.pb.h"

namespace draft_test {

using namespace quipu;
using namespace quipu::http;

constexpr const char* kEvents = R"([{"decision_date":"2026-01-01","certificate_suspended":{"certificate":"OEA-1"}}])";
constexpr std::uint64_t kNow_ms = 1'767'225'600'000;

std::string body(const std::string& name, const std::string& events = kEvents, const std::string& author = "BO") {
  return R"({"administration":")" + author + R"(","draft":")" + name + R"(","events":)" + events + "}";
}

Draft draft(const std::string& name, const std::string& events = kEvents) {
  const auto read = read_draft(body(name, events), "test", "BO");
  REQUIRE(read.has_value());
  return *read;
}

template <class Fault>
bool is_refused_as(const std::string& text) {
  const auto read = read_draft(text, "test", "BO");
  return !read && std::holds_alternative<Fault>(read.error());
}

TEST_CASE("a draft is the same when its name and its events and its chain are") {
  CHECK(draft("d-1").id == draft("d-1").id);
  CHECK(draft("d-1").id != draft("d-2").id);
  CHECK(draft("d-1").id !=
        draft("d-1", R"([{"decision_date":"2026-01-02","certificate_suspended":{"certificate":"OEA-1"}}])").id);
  CHECK(draft("d-1").id != read_draft(body("d-1"), "other", "BO")->id);
  CHECK(draft("d-1").message->administration() == "BO");
  CHECK(draft("d-1").message->events_size() == 1);
}

TEST_CASE("what is not exactly a draft is refused") {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), body(""), body("two words"), body(std::string(65, 'x')),
        body("d", "[]"), body("d", "{}"), body("d", R"([{"decision_date":"2026-01-01"}])"),
        body("d", R"([{"more":1}])"), std::string(R"({"administration":"BO","draft":"d","events":[],"sequence":7})")}) {
    INFO(text);
    CHECK(is_refused_as<NotInForm>(text));
  }
  std::string many = "[";
  for (int i = 0; i < 257; ++i) many += (i == 0 ? "" : ",") + std::string(kEvents).substr(1, std::strlen(kEvents) - 2);
  CHECK(is_refused_as<NotInForm>(body("d", many + "]")));
}

TEST_CASE("a draft of another administration or for keys of another purpose is refused") {
  CHECK(is_refused_as<ForeignIssuer>(body("d", kEvents, "PE")));
  for (const char* statement :
       {R"("event_approved":{"target":{"leaf":"AA==","index":0}})",
        R"("proposal_opened":{"proposal":"P-1","expires":"2026-12-31","member_remove":"CL"})"}) {
    INFO(statement);
    CHECK(is_refused_as<ledger::Rejection>(
        body("d", R"([{"decision_date":"2026-01-01",)" + std::string(statement) + "}]")));
  }
}

TEST_CASE("a draft is complete when so many different callers have asked for it") {
  DraftQueue queue(2, 10);
  CHECK(queue.confirm(draft("d-1"), "t-1", kNow_ms) == Confirmation::kWaiting);
  CHECK(queue.confirm(draft("d-1"), "t-1", kNow_ms) == Confirmation::kWaiting);
  CHECK(queue.confirm(draft("d-2"), "t-2", kNow_ms) == Confirmation::kWaiting);
  CHECK(queue.callers_of(draft("d-1").id) == std::vector<std::string>{"t-1"});
  CHECK(queue.confirm(draft("d-1"), "t-2", kNow_ms) == Confirmation::kComplete);
  CHECK(queue.waiting(kNow_ms).size() == 2);
  queue.remove(draft("d-1").id);
  CHECK(queue.waiting(kNow_ms).size() == 1);
  CHECK(queue.confirm(draft("d-1"), "t-2", kNow_ms) == Confirmation::kWaiting);
}

TEST_CASE("a draft that waits for a day is forgotten") {
  DraftQueue queue(2, 10);
  queue.confirm(draft("d-1"), "t-1", kNow_ms);
  CHECK(queue.waiting(kNow_ms + kDraftLife_ms - 1).size() == 1);
  CHECK(queue.confirm(draft("d-1"), "t-2", kNow_ms + kDraftLife_ms) == Confirmation::kWaiting);
  CHECK(queue.callers_of(draft("d-1").id) == std::vector<std::string>{"t-2"});
}

TEST_CASE("a withdrawn draft waits no more and asking for it again does not bring it back for a day") {
  DraftQueue queue(2, 10);
  const auto id = draft("d-1").id;
  CHECK_FALSE(queue.withdraw(id, "t-2", kNow_ms).has_value());
  CHECK(queue.withdrawer_of(id).empty());
  queue.confirm(draft("d-1"), "t-1", kNow_ms);
  queue.confirm(draft("d-2"), "t-1", kNow_ms);
  const auto first = queue.withdraw(id, "t-2", kNow_ms + 1);
  REQUIRE(first.has_value());
  CHECK(first->name == "d-1");
  CHECK(first->by == "t-2");
  CHECK(queue.withdraw(id, "t-1", kNow_ms + 2)->by == "t-2");
  CHECK(queue.withdrawer_of(id) == "t-2");
  REQUIRE(queue.waiting(kNow_ms + 2).size() == 1);
  CHECK(queue.waiting(kNow_ms + 2)[0].draft.name == "d-2");
  for (const char* caller : {"t-1", "t-2", "t-3"}) {
    CHECK(queue.confirm(draft("d-1"), caller, kNow_ms + kDraftLife_ms) == Confirmation::kWithdrawn);
  }
  CHECK_FALSE(queue.withdraw(id, "t-2", kNow_ms + 1 + kDraftLife_ms).has_value());
  CHECK(queue.confirm(draft("d-1"), "t-1", kNow_ms + 1 + kDraftLife_ms) == Confirmation::kWaiting);
}

TEST_CASE("a draft that has lapsed cannot be withdrawn and one that is withdrawn leaves its room to others") {
  DraftQueue queue(2, 1'000);
  queue.confirm(draft("d-1"), "t-1", kNow_ms);
  CHECK_FALSE(queue.withdraw(draft("d-1").id, "t-1", kNow_ms + kDraftLife_ms).has_value());
  for (std::size_t i = 0; i < kWaitingDraftsOfOne; ++i) queue.confirm(draft("a-" + std::to_string(i)), "t-0", kNow_ms);
  REQUIRE(queue.confirm(draft("more"), "t-0", kNow_ms) == Confirmation::kFull);
  CHECK(queue.withdraw(draft("a-0").id, "t-0", kNow_ms).has_value());
  CHECK(queue.confirm(draft("more"), "t-0", kNow_ms) == Confirmation::kWaiting);
}

TEST_CASE("a caller has a share of each hour that another does not use up and that asking again does not cost") {
  DraftQueue queue(1, 2);
  CHECK(queue.confirm(draft("d-1"), "t-1", kNow_ms) == Confirmation::kComplete);
  CHECK(queue.confirm(draft("d-2"), "t-1", kNow_ms + 1) == Confirmation::kComplete);
  CHECK(queue.confirm(draft("d-3"), "t-1", kNow_ms + 2) == Confirmation::kTooOften);
  CHECK(queue.confirm(draft("d-2"), "t-1", kNow_ms + 2) == Confirmation::kComplete);
  CHECK(queue.confirm(draft("d-3"), "t-2", kNow_ms + 2) == Confirmation::kComplete);
  CHECK(queue.confirm(draft("d-4"), "t-1", kNow_ms + kDraftRateWindow_ms) == Confirmation::kComplete);
}

TEST_CASE("one caller cannot fill the queue and all together cannot go past its bound") {
  DraftQueue queue(2, 1'000);
  for (std::size_t i = 0; i < kWaitingDraftsOfOne; ++i) queue.confirm(draft("a-" + std::to_string(i)), "t-0", kNow_ms);
  CHECK(queue.confirm(draft("more"), "t-0", kNow_ms) == Confirmation::kFull);
  for (std::size_t i = kWaitingDraftsOfOne; i < kWaitingDrafts; ++i) {
    const std::string caller = "t-" + std::to_string(i / kWaitingDraftsOfOne);
    REQUIRE(queue.confirm(draft("b-" + std::to_string(i)), caller, kNow_ms) == Confirmation::kWaiting);
  }
  CHECK(queue.confirm(draft("more"), "t-9", kNow_ms) == Confirmation::kFull);
  CHECK(queue.confirm(draft("a-0"), "t-9", kNow_ms) == Confirmation::kComplete);
}

}  // namespace draft_test
