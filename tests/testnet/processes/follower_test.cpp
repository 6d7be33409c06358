// SPDX-License-Identifier: Apache-2.0
// A process that is no member follows four real ones over HTTP and answers as they do.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "storage/rocks_database.h"
#include "testnet/processes/children.h"
#include "testnet/processes/patience.h"
#include "testnet/processes/probe.h"
#include "tests/testnet/processes/clerk.h"
#include "tests/testnet/processes/observing.h"

namespace quipu::processes::trial {

namespace follower_trial {

namespace fs = std::filesystem;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

std::string free_address() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

class Following {
 public:
  Following(LocalNetwork& network, const std::string& sources, const std::string& name = "follower")
      : network_(network), sources_(sources), directory_(network.scratch(name)) {
    fs::remove_all(directory_ / "ledger");
    node_ = {"--", free_address(), "", 0};
    start();
  }
  ~Following() {
    if (node_.pid != 0) stop(SIGKILL);
  }
  void start() {
    const auto genesis = network_.processes().directory / "genesis.json";
    const auto pid = spawn({program("quipud").string(), "--follow", sources_, "--genesis", genesis.string(), "--dir",
                            directory_.string(), "--http", node_.http},
                           directory_ / "quipud.log");
    REQUIRE(pid);
    node_.pid = *pid;
  }
  int stop(int signal) {
    kill(node_.pid, signal);
    return wait_for(std::exchange(node_.pid, 0));
  }
  bool reaches(const Agreed& agreed, std::chrono::seconds patience = std::chrono::seconds(60)) const {
    return poll(patience, [&] {
      const auto view = look_at(node_);
      return view && Agreed{view->size, view->root} == agreed;
    });
  }
  std::optional<ProbeAnswer> get(const std::string& target) const { return processes::get(node_.http, target); }
  bool shows(const std::string& metric) const {
    return poll(std::chrono::seconds(30), [&] {
      const auto page = get("/metrics");
      return page && page->body.find("quipu_scrub_time_seconds 0\n") == std::string::npos &&
             page->body.find(metric) != std::string::npos;
    });
  }
  const NodeEntry& node() const { return node_; }
  bool logged(const std::string& words) const {
    std::ifstream in(directory_ / "quipud.log");
    return std::string(std::istreambuf_iterator<char>(in), {}).find(words) != std::string::npos;
  }

 private:
  LocalNetwork& network_;
  std::string sources_;
  fs::path directory_;
  NodeEntry node_;
};

// The first of the state, by the last bit of its value.
void change_a_record(const fs::path& ledger) {
  auto database = storage::RocksDatabase::open(ledger).value();
  storage::Batch batch;
  database->snapshot()->scan(storage::Family::kState, {}, {}, [&](BytesView key, BytesView value) {
    Bytes other(value);
    other.back() = static_cast<char>(other.back() ^ 1);
    batch.put(storage::Family::kState, Bytes(key), other);
    return false;
  });
  database->write(batch, storage::Durability::kSynced);
}

// Without what is each node's own: how old its newest state is.
json::value without_age(const std::optional<ProbeAnswer>& answer) {
  REQUIRE(answer);
  REQUIRE(answer->status == 200);
  auto value = json::parse(answer->body);
  value.as_object().erase("age_seconds");
  value.as_object().erase("stale");
  return value;
}

const std::vector<std::string> kLookUps = {
    "/v1/recognition?tin=BR74484522000153&by=PE&role=WAREHOUSE&flow=IMPORT&on=2025-11-12",
    "/v1/operators/BO81169520002",
    "/v1/certificates/CL/CLAEOS00041",
    "/v1/certificates/CL/CLAEOS00041/history",
    "/v1/list?issuer=PE&on=2024-06-30",
    "/v1/list?by=BO&on=2025-06-30",
    "/v1/members",
    "/v1/arrangements?on=2025-01-01"};

}  // namespace follower_trial

TEST_CASE("a follower reaches the members' root from nothing and answers look-ups as they do") {
  using namespace follower_trial;
  auto& network = LocalNetwork::shared();
  network.import_samples();
  const auto agreed = network.wait_agreed();
  // All of it must have been published before the clock starts.
  CHECK(poll(std::chrono::seconds(30), [&] {
    const auto status = processes::get(network.node("BO").http, "/v1/node/status");
    if (!status) return false;
    const auto value = json::parse(status->body);
    return value.at("published_height") == value.at("height");
  }));
  const auto from = Clock::now();
  Following follower(network, network.processes().url(network.node("BO")));
  REQUIRE(follower.reaches(agreed));
  const double took_s = std::chrono::duration<double>(Clock::now() - from).count();
  std::cout << "  a follower took " << took_s << " s from its start for " << agreed.size << " leaves of 9005 events"
            << std::endl;
  for (const auto& target : kLookUps) {
    INFO(target);
    CHECK(without_age(follower.get(target)) == without_age(processes::get(network.node("PE").http, target)));
  }
  // Which quorum of votes a node holds is its own; the follower has its source's.
  CHECK(without_age(follower.get("/v1/blocks/9")) ==
        without_age(processes::get(network.node("BO").http, "/v1/blocks/9")));
  for (const std::string path : {"/genesis", "/policy/0", "/quorum/9", "/tile/0/000.p/17"}) {
    INFO(path);
    CHECK(follower.get(path)->body == processes::get(network.node("BO").http, path)->body);
  }
  CHECK(follower.get("/readyz")->status == 200);
  const auto status = json::parse(follower.get("/v1/node/status")->body);
  CHECK(status.at("sources").at(0).at("state") == "good");
  CHECK(status.at("age_seconds").to_number<int>() < 120);

  // Statements are not its business: it says whose they are.
  Clerk clerk(network, "CL", "CL");
  const auto refused = [&] {
    fetch::HttpClient http = fetch::HttpClient::make("http://" + follower.node().http).value();
    return http.post("/v1/submissions", "application/cose", clerk.good_leaf()).value();
  }();
  CHECK(refused.status == 403);
  const auto problem = json::parse(refused.body);
  CHECK(problem.at("code") == "FOLLOWER");
  CHECK(problem.at("detail").as_string().find(network.processes().url(network.node("BO"))) != std::string::npos);
}

TEST_CASE("a follower goes on after it was killed and after its source was and through the other source meanwhile") {
  using namespace follower_trial;
  auto& network = LocalNetwork::shared();
  const auto url = [&](const std::string& code) { return network.processes().url(network.node(code)); };
  Following follower(network, url("BO") + "," + url("PE"));
  REQUIRE(follower.reaches(network.wait_agreed()));
  follower.stop(SIGKILL);
  Clerk clerk(network, "CL", "CL");
  clerk.state(clerk.good_leaf());
  follower.start();
  CHECK(follower.reaches(network.wait_agreed()));

  REQUIRE(kill_node(network.processes(), network.node("BO")));
  clerk.state(clerk.good_leaf());
  const auto view = look_at(network.node("CL")).value();
  CHECK(follower.reaches({view.size, view.root}));
  CHECK(follower.get(kLookUps.front())->status == 200);
  CHECK(poll(std::chrono::seconds(10), [&] {
    const auto status = json::parse(follower.get("/v1/node/status")->body);
    return status.at("sources").at(0).at("state") == "away" && status.at("sources").at(1).at("state") == "good";
  }));
  REQUIRE(restart_node(network.processes(), network.node("BO")));
  clerk.state(clerk.good_leaf());
  CHECK(follower.reaches(network.wait_agreed()));
  CHECK(follower.stop(SIGTERM) == 0);
}

TEST_CASE("a follower reads what it stores again and tells of a record that another program changed") {
  using namespace follower_trial;
  auto& network = LocalNetwork::shared();
  const auto agreed = network.wait_agreed();
  Following follower(network, network.processes().url(network.node("CL")), "scrubbed");
  REQUIRE(follower.reaches(agreed));
  CHECK(follower.shows("quipu_scrub_damage 0\n"));

  const auto directory = network.scratch("scrubbed");
  CHECK(follower.stop(SIGTERM) == 0);
  change_a_record(directory / "ledger");
  REQUIRE(fs::remove(directory / "last_scrub.json"));
  follower.start();
  CHECK(follower.shows("quipu_scrub_damage 1\n"));
  CHECK(follower.logged("is not the newest in the history: see docs/alerts.md, QuipuScrubFoundDamage"));

  // What the alert's page says to do.
  CHECK(follower.stop(SIGTERM) == 0);
  fs::rename(directory / "ledger", directory / "damaged");
  REQUIRE(fs::remove(directory / "last_scrub.json"));
  follower.start();
  CHECK(follower.reaches(agreed));
  CHECK(follower.shows("quipu_scrub_damage 0\n"));
}

TEST_CASE("a follower of a follower reaches the same root and both serve on when their source is gone") {
  using namespace follower_trial;
  auto& network = LocalNetwork::shared();
  const auto agreed = network.wait_agreed();
  Following first(network, network.processes().url(network.node("CL")));
  REQUIRE(first.reaches(agreed));
  Following second(network, "http://" + first.node().http, "second");
  REQUIRE(second.reaches(agreed));
  CHECK(first.stop(SIGTERM) == 0);
  for (const auto& target : kLookUps) CHECK(second.get(target)->status == 200);
  CHECK(second.reaches(agreed));
  // A ledger belongs to one process.
  Following third(network, network.processes().url(network.node("CL")), "third");
  REQUIRE(third.reaches(agreed));
  const auto log = network.scratch("third") / "again.log";
  const auto again = spawn({program("quipud").string(), "--follow", network.processes().url(network.node("CL")),
                            "--dir", network.scratch("third").string(), "--http", free_address()},
                           log);
  REQUIRE(again);
  CHECK(wait_for(*again) == 1);
  CHECK(last_line(log).find("stop the process that uses it") != std::string::npos);
}

}  // namespace quipu::processes::trial
