// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <mutex>
#include <thread>

#include "crypto/merkle.h"
#include "node/http/server.h"
#include "testnet/processes/load.h"

namespace lane_test {

using namespace quipu;
using namespace quipu::processes;

constexpr int kSilent = -1;

// Takes every leaf and calls it final when it is looked at, unless it is told to answer otherwise.
class FakeNode {
 public:
  explicit FakeNode(unsigned short port = 0)
      : server_(io_, "127.0.0.1:" + std::to_string(port),
                [this](const http::Request& request, http::Respond respond) { answer(request, std::move(respond)); }) {
    const auto started = server_.start();
    INFO((started ? "" : started.error()));
    REQUIRE(started);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~FakeNode() {
    server_.stop(0);
    thread_.join();
  }

  unsigned short port() const { return server_.port(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
  // What the next POSTs, and the next looks, are answered instead; an empty look: it knows nothing of it.
  void answer_posts(std::deque<int> statuses) {
    const std::lock_guard lock(mutex_);
    posts_ = std::move(statuses);
  }
  void answer_looks(std::deque<std::string> bodies) {
    const std::lock_guard lock(mutex_);
    looks_ = std::move(bodies);
  }
  // How often each leaf came.
  std::map<Bytes, int> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  void answer(const http::Request& request, http::Respond respond) {
    const std::lock_guard lock(mutex_);
    http::Response response;
    if (request.method == "POST") {
      ++received_[request.body];
      response.status = take(posts_, 202);
      response.body = "{}";
    } else if (request.target != "/readyz") {
      const auto said = take(looks_, std::string(R"({"status":"FINAL","height":7,"index":9,"time":""})"));
      response.status = said.empty() ? 404 : 200;
      response.body = said;
    }
    if (response.status == kSilent) return unanswered_.push_back(std::move(respond));
    respond(response);
  }

  template <class Value>
  static Value take(std::deque<Value>& from, Value usual) {
    if (from.empty()) return usual;
    Value value = from.front();
    from.pop_front();
    return value;
  }

  boost::asio::io_context io_{1};
  http::Server server_;
  std::thread thread_;
  std::mutex mutex_;
  std::deque<int> posts_;
  std::deque<std::string> looks_;
  std::map<Bytes, int> received_;
  std::vector<http::Respond> unanswered_;
};

struct Ran {
  LaneCounts counts;
  std::vector<SeenFinal> seen;
  std::map<std::uint64_t, int> made;  // how often each number was signed
  std::string trouble;
  bool done = false;
};

Ran run(const std::vector<std::string>& nodes, std::uint64_t most, std::size_t in_flight = 1,
        const std::function<bool()>& until = {}) {
  Ran ran;
  Loop loop;
  LanePlan plan;
  plan.nodes = nodes;
  plan.first_sequence = 5;
  plan.most = most;
  plan.in_flight = in_flight;
  plan.patience = std::chrono::milliseconds(300);
  const auto make = [&](std::uint64_t sequence) {
    const Bytes leaf = "leaf " + std::to_string(sequence) + " made " + std::to_string(++ran.made[sequence]);
    return Statement{crypto::leaf_hash(leaf), leaf};
  };
  Lane lane(loop, plan, make, [&](const SeenFinal& seen) { ran.seen.push_back(seen); });
  lane.start();
  if (until) {
    loop.run_until(until, std::chrono::seconds(20));
    lane.stop();
  }
  ran.done = loop.run_until([&] { return lane.done() && (until || lane.dry()); }, std::chrono::seconds(20));
  ran.counts = lane.counts();
  ran.trouble = lane.trouble();
  return ran;
}

// Each number was signed once, so nothing can have been stated twice.
bool each_made_once(const Ran& ran) {
  return std::ranges::all_of(ran.made, [](const auto& made) { return made.second == 1; });
}

TEST_CASE("a lane posts each submission once and sees it final when all is well") {
  FakeNode node;
  const auto ran = run({node.address()}, 100, 8);
  CHECK(ran.done);
  CHECK(ran.counts.sent == 100);
  CHECK(ran.counts.final_ == 100);
  CHECK(ran.counts.retries == 0);
  CHECK(node.received().size() == 100);
  REQUIRE(ran.seen.size() == 100);
  CHECK(ran.seen.front().id == crypto::leaf_hash("leaf 5 made 1"));
  CHECK(ran.seen.front().height == 7);
  CHECK(ran.seen.front().index == 9);
}

TEST_CASE("a lane sends the same bytes again to a node that is busy or cannot now") {
  FakeNode node;
  node.answer_posts({429, 503});
  const auto ran = run({node.address()}, 1);
  CHECK(ran.done);
  CHECK(ran.counts.sent == 1);
  CHECK(ran.counts.retries == 2);
  CHECK(node.received() == std::map<Bytes, int>{{"leaf 5 made 1", 3}});
}

TEST_CASE("a lane sends everything again when a node has lost its pool") {
  FakeNode node;
  node.answer_looks({R"({"status":"PENDING"})", ""});
  const auto ran = run({node.address()}, 4, 4);
  CHECK(ran.done);
  CHECK(ran.counts.final_ == 4);
  CHECK(ran.counts.retries == 4);
  CHECK(each_made_once(ran));
}

TEST_CASE("a lane goes to another node while its own is away and returns to its own") {
  unsigned short port = 0;
  {
    const FakeNode own;
    port = own.port();
  }
  FakeNode other;
  std::unique_ptr<FakeNode> own;
  const auto ran = run({"127.0.0.1:" + std::to_string(port), other.address()}, 1'000'000, 4, [&] {
    if (!own && other.received().size() > 20) own = std::make_unique<FakeNode>(port);
    return own && own->received().size() > 20;
  });
  CHECK(ran.done);
  CHECK(ran.counts.final_ == ran.counts.sent);
  CHECK(each_made_once(ran));
}

TEST_CASE("a lane does not wait for ever for a node that is silent") {
  FakeNode silent;
  FakeNode other;
  silent.answer_posts(std::deque<int>(100, kSilent));
  const auto ran = run({silent.address(), other.address()}, 3, 1);
  CHECK(ran.done);
  CHECK(ran.counts.final_ == 3);
  CHECK(each_made_once(ran));
  CHECK(other.received().size() == 3);
}

TEST_CASE("a lane passes over a number that the submission of another program has") {
  FakeNode node;
  node.answer_posts({409});
  const auto ran = run({node.address()}, 2);
  CHECK(ran.done);
  CHECK(ran.counts.sent == 2);
  CHECK(ran.counts.final_ == 2);
  CHECK(ran.made == std::map<std::uint64_t, int>{{5, 1}, {6, 1}, {7, 1}});
}

TEST_CASE("a lane asks what became of bytes that were posted before when their number is taken") {
  FakeNode node;
  node.answer_posts({503, 409});
  const auto ran = run({node.address()}, 1);
  CHECK(ran.done);
  CHECK(ran.counts.final_ == 1);
  CHECK(ran.made == std::map<std::uint64_t, int>{{5, 1}});
}

TEST_CASE("a lane counts what is refused and states something else under its number") {
  FakeNode node;
  SECTION("at once") { node.answer_posts({422}); }
  SECTION("later") { node.answer_looks({R"({"status":"REJECTED","code":"X"})"}); }
  const auto ran = run({node.address()}, 2);
  CHECK(ran.done);
  CHECK(ran.counts.rejected == 1);
  CHECK(ran.counts.sent == 2);
  CHECK(ran.counts.final_ == 1);
  CHECK(ran.made == std::map<std::uint64_t, int>{{5, 2}});
  CHECK_FALSE(ran.trouble.empty());
}

TEST_CASE("a lane whose node refuses everything ends soon after its time and says who refused what") {
  FakeNode node;
  node.answer_posts(std::deque<int>(10'000, 422));
  const auto start = Clock::now();
  const auto ran = run({node.address()}, 1'000, 64, [&] { return Clock::now() - start > std::chrono::seconds(1); });
  CHECK(ran.done);
  CHECK(Clock::now() - start < std::chrono::seconds(5));
  CHECK(ran.counts.final_ == 0);
  CHECK(ran.trouble ==
        node.address() + " refused " + std::to_string(ran.counts.rejected) + ", the first with HTTP 422 {}");
}

TEST_CASE("a lane whose time is over states anew what one refusal left out") {
  FakeNode node;
  node.answer_looks({R"({"status":"REJECTED","code":"X","title":"No."})"});
  const auto ran = run({node.address()}, 1, 1, [] { return true; });
  CHECK(ran.done);
  CHECK(ran.counts.final_ == 1);
  CHECK(ran.trouble == node.address() + " refused 1, the first with X No.");
}

TEST_CASE("a lane counts what has expired and states something else under its number") {
  FakeNode node;
  node.answer_looks({R"({"status":"EXPIRED"})"});
  const auto ran = run({node.address()}, 2);
  CHECK(ran.done);
  CHECK(ran.counts.expired == 1);
  CHECK(ran.counts.final_ == 1);
}

TEST_CASE("percentiles of latencies are right within two percent") {
  Latencies latencies;
  CHECK(latencies.percentile(0.5) == 0);
  for (int i = 1; i <= 1'000; ++i) latencies.add(i);
  CHECK(latencies.percentile(0.5) == Approx(500).epsilon(0.02));
  CHECK(latencies.percentile(0.99) == Approx(990).epsilon(0.02));
  CHECK(latencies.max() == 1000);
  CHECK(latencies.percentile(1) == Approx(1000).epsilon(0.02));
  latencies.add(0);
  latencies.add(1e12);
  CHECK(latencies.percentile(0) == Approx(0.01).epsilon(0.02));
}

TEST_CASE("bars of latencies hold each once and begin and end with one that has any") {
  Latencies latencies;
  CHECK(latencies.bars().empty());
  for (const double ms : {3.0, 4.0, 7.0, 70.0}) latencies.add(ms);
  std::vector<std::pair<double, std::uint64_t>> seen;
  for (const auto& bar : latencies.bars()) seen.emplace_back(std::round(bar.from_ms), bar.count);
  CHECK(seen == std::vector<std::pair<double, std::uint64_t>>{{2, 2}, {5, 1}, {10, 0}, {20, 0}, {50, 1}});
  latencies.add(1e12);
  CHECK(latencies.bars().back().count == 1);
}

// Otherwise a node that hangs would hide itself: what was not sent meanwhile would not count as late.
TEST_CASE("latencies count from when each was due though a node that hangs held up the sending") {
  FakeNode node;
  node.answer_posts({kSilent});
  std::vector<double> latencies;
  Loop loop;
  LanePlan plan;
  plan.nodes = {node.address()};
  plan.most = 20;
  plan.in_flight = 1;
  plan.interval = std::chrono::milliseconds(10);
  plan.patience = std::chrono::milliseconds(500);
  const auto make = [](std::uint64_t sequence) {
    const Bytes leaf = "leaf " + std::to_string(sequence);
    return Statement{crypto::leaf_hash(leaf), leaf};
  };
  Lane lane(loop, plan, make, [&](const SeenFinal& seen) { latencies.push_back(seen.latency_ms); });
  lane.start();
  REQUIRE(loop.run_until([&] { return latencies.size() == 20; }, std::chrono::seconds(20)));
  CHECK(std::ranges::count_if(latencies, [](double ms) { return ms > 250; }) == 20);
  CHECK(latencies[10] < latencies[0]);  // it was due 100 ms later
}

}  // namespace lane_test
