// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>

#include "tests/node/http/asking.h"

namespace routes_test {

namespace {

void suspend(MemoryLedger& node) {
  submit(node, "BO", 2, R"([{"decision_date":"2026-01-01","reason":"AUDIT","certificate_suspended":{
    "certificate":"OEA-1","until":"2026-06-01","ground":"INVESTIGATION"}}])");
}

// A client of the stream: what it was sent so far, as "id kind" for each event.
struct Listener {
  std::shared_ptr<BodySource> source;

  std::vector<std::string> heard() const {
    std::vector<std::string> events;
    const Bytes text = source->more();
    for (std::size_t at = text.find("id: "); at != text.npos; at = text.find("id: ", at + 1)) {
      const std::string id = text.substr(at + 4, text.find('\n', at) - at - 4);
      const std::size_t data = text.find("data: ", at) + 6;
      const json::value row = json::parse(text.substr(data, text.find('\n', data) - data));
      events.push_back(id + " " + row.at("kind").as_string().c_str());
    }
    return events;
  }
};

Response stream(MemoryLedger& node, const std::string& query, const std::string& last_event_id = {}) {
  Request request;
  request.method = "GET";
  request.target = "/v1/stream" + query;
  request.last_event_id = last_event_id;
  return ask(node, request);
}

Listener listen(MemoryLedger& node, const std::string& query, const std::string& last_event_id = {}) {
  const Response response = stream(node, query, last_event_id);
  REQUIRE(response.status == 200);
  REQUIRE(response.source);
  CHECK(response.content_type == "text/event-stream");
  return {response.source};
}

using Heard = std::vector<std::string>;

}  // namespace

TEST_CASE("the stream tells what becomes final from now on, each event once", "[routes]") {
  MemoryLedger node;
  fill(node);
  const Listener listener = listen(node, "");
  CHECK(listener.heard().empty());
  suspend(node);
  CHECK(listener.heard() == Heard{"6/0 certificate_suspended"});
  CHECK(listener.heard().empty());
  CHECK(listener.source->sign_of_life() == ": height 3\n\n");
}

TEST_CASE("the stream begins after a height or after the last event that was seen", "[routes]") {
  MemoryLedger node;
  fill(node);
  suspend(node);
  const Heard all = listen(node, "?since=0").heard();
  CHECK(all == Heard{"2/0 operator_registered", "2/1 certificate_granted", "4/0 recognition_activated",
                     "6/0 certificate_suspended"});
  for (std::size_t seen = 0; seen < all.size(); ++seen) {
    const std::string id = all[seen].substr(0, all[seen].find(' '));
    CHECK(listen(node, "", id).heard() == Heard(all.begin() + static_cast<std::ptrdiff_t>(seen) + 1, all.end()));
  }
  CHECK(listen(node, "?since=2").heard() == Heard{"6/0 certificate_suspended"});
}

TEST_CASE("the stream of one recogniser has what bears on the firms it recognises", "[routes]") {
  MemoryLedger node;
  fill(node);
  const Listener theirs = listen(node, "?by=PE");
  const Listener others = listen(node, "?by=CL");
  suspend(node);
  CHECK(theirs.heard() == Heard{"6/0 certificate_suspended"});
  CHECK(others.heard().empty());
  CHECK(others.heard().empty());
}

TEST_CASE("a stream is refused from where the ledger has nothing", "[routes]") {
  MemoryLedger node;
  fill(node);
  CHECK(code_of(stream(node, "?since=9")) == "KNOWN_AT_IN_FUTURE");
  CHECK(code_of(stream(node, "?by=PER")) == "BAD_PARAMETER");
  CHECK(code_of(stream(node, "?limit=1")) == "BAD_PARAMETER");
  for (const char* id : {"x", "999/0", "1", "/"}) {
    CAPTURE(id);
    CHECK(code_of(stream(node, "", id)) == "BAD_PARAMETER");
  }
}

}  // namespace routes_test
