// SPDX-License-Identifier: Apache-2.0
#include "node/http/local_routes.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <thread>

#include "node/fetch/http_client.h"
#include "node/http/routes.h"
#include "tests/node/http/asking.h"

namespace local_routes_test {

using namespace quipu;
using namespace quipu::http;

class TestOperations final : public Operations {
 public:
  std::string log_level() const override { return level; }
  bool set_log_level(std::string_view wanted) override {
    if (wanted != "debug") return false;
    level = wanted;
    return true;
  }
  bool draining() const override { return drained; }
  void set_draining(bool draining) override { drained = draining; }

  std::string level = "info";
  bool drained = false;
};

// A node behind a Unix socket of this test's own.
class LocalNode {
 public:
  LocalNode()
      : path_("/tmp/quipu-admin-" + std::to_string(::getpid())),
        server_(io_, "unix:" + path_, [this](const Request& request, const Respond& respond) {
          user = request.local_user;
          route_local(ledger, operations, request, respond);
        }) {
    const auto started = server_.start();
    INFO((started ? "" : started.error()));
    REQUIRE(started);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~LocalNode() {
    server_.stop(0);
    thread_.join();
    ::unlink(path_.c_str());
  }
  fetch::HttpClient client() const { return fetch::HttpClient::make("unix:" + path_).value(); }
  const std::string& path() const { return path_; }

  routes_test::MemoryLedger ledger;
  TestOperations operations;
  std::optional<std::uint32_t> user;

 private:
  std::string path_;
  boost::asio::io_context io_{1};
  Server server_;
  std::thread thread_;
};

TEST_CASE("an operator drains a node and sets its log level on the socket", "[local]") {
  LocalNode node;
  auto client = node.client();
  CHECK(client.get("/admin")->body == R"({"draining":false,"log_level":"info"})");
  CHECK(client.post("/admin/drain", "", {})->body == R"({"draining":true,"log_level":"info"})");
  CHECK(client.post("/admin/log-level?level=debug", "", {})->body == R"({"draining":true,"log_level":"debug"})");
  CHECK(client.post("/admin/resume", "", {})->status == 200);
  CHECK_FALSE(node.operations.drained);
  CHECK(client.post("/admin/log-level?level=loud", "", {})->status == 400);
  CHECK(client.post("/admin/log-level", "", {})->status == 400);
  CHECK(client.get("/admin/drain")->status == 405);
  CHECK(client.post("/admin/explode", "", {})->status == 404);
  CHECK(node.user == ::getuid());
}

TEST_CASE("the socket answers what the API answers, too", "[local]") {
  LocalNode node;
  CHECK(node.client().get("/healthz")->body == "ok\n");
}

TEST_CASE("the socket is its user's alone and takes the place of one left behind but of no file", "[local]") {
  struct stat info{};
  const auto path = [&] {
    LocalNode node;
    REQUIRE(::stat(node.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    return node.path();
  }();
  boost::asio::io_context io;
  const Handler handler = [](const Request&, const Respond&) {};
  for (int i = 0; i < 2; ++i) CHECK(Server(io, "unix:" + path, handler).start());  // the second finds the first's
  ::unlink(path.c_str());
  std::ofstream(path) << "precious";
  CHECK_FALSE(Server(io, "unix:" + path, handler).start());
  std::string kept;
  std::getline(std::ifstream(path), kept);
  CHECK(kept == "precious");
  ::unlink(path.c_str());
  CHECK_FALSE(Server(io, "unix:/tmp/" + std::string(200, 'x'), handler).start());
}

TEST_CASE("what an operator does is not on TCP", "[local]") {
  routes_test::MemoryLedger ledger;
  for (const std::string method : {"GET", "POST"}) {
    for (const std::string target : {"/admin", "/admin/drain", "/admin/log-level?level=debug"}) {
      Request request;
      request.method = method;
      request.target = target;
      CHECK(routes_test::ask(ledger, request).status == 404);
    }
  }
}

}  // namespace local_routes_test
