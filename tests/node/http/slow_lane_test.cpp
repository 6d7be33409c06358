// SPDX-License-Identifier: Apache-2.0
#include "node/http/slow_lane.h"

#include <chrono>
#include <future>

#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

constexpr auto kLong = std::chrono::seconds(10);

std::future<Response> ask_with_lane(MemoryLedger& node, SlowLane& lane, const std::string& target) {
  Request request;
  request.method = "GET";
  request.target = target;
  auto answer = std::make_shared<std::promise<Response>>();
  route(node, request, [answer](Response response) { answer->set_value(std::move(response)); }, &lane);
  return answer->get_future();
}

bool answered(const std::future<Response>& answer) {
  return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

TEST_CASE("a question that reads much waits for its turn and keeps no look-up waiting", "[routes]") {
  MemoryLedger node;
  fill(node);
  SlowLane lane;
  std::promise<void> go_on;
  REQUIRE(lane.push([&] { go_on.get_future().wait(); }));
  auto list = ask_with_lane(node, lane, "/v1/list?issuer=BO");
  auto look_up = ask_with_lane(node, lane, "/v1/certificates/BO/OEA-1");
  CHECK(answered(look_up));
  CHECK_FALSE(answered(list));
  go_on.set_value();
  REQUIRE(list.wait_for(kLong) == std::future_status::ready);
  CHECK(parsed(list.get()).at("items").as_array().size() == 1);
}

TEST_CASE("where too many such questions wait another is turned away", "[routes]") {
  MemoryLedger node;
  SlowLane lane;
  std::promise<void> go_on;
  std::promise<void> began;
  REQUIRE(lane.push([&] {
    began.set_value();
    go_on.get_future().wait();
  }));
  began.get_future().wait();
  std::vector<std::future<Response>> waiting;
  while (waiting.size() < 1'000) {
    auto answer = ask_with_lane(node, lane, "/v1/changes?since=0");
    if (answered(answer)) {
      CHECK(code_of(answer.get()) == "UNAVAILABLE");
      break;
    }
    waiting.push_back(std::move(answer));
  }
  CHECK(waiting.size() == 32);
  go_on.set_value();
  for (auto& each : waiting) CHECK(each.get().status == 200);
}

TEST_CASE("a lane that ends drops what waits", "[routes]") {
  bool ran = false;
  std::promise<void> began;
  {
    SlowLane lane;
    lane.push([&] {
      began.set_value();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    });
    began.get_future().wait();
    lane.push([&] { ran = true; });
  }
  CHECK_FALSE(ran);
}

}  // namespace routes_test
