// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <mutex>
#include <thread>

#include "node/fetch/http_client.h"
#include "node/http/server.h"
#include "node/http/tls_identity.h"
#include "tests/node/http/test_ca.h"

namespace tls_test {

namespace fs = std::filesystem;
using namespace quipu;
using fetch::HttpClient;
using http::TlsIdentity;
using test_ca::Authority;
using test_ca::Folder;

// What an identity tells the log.
class Log {
 public:
  TlsIdentity::Say say() {
    return [this](const std::string& line, bool alarm) {
      const std::lock_guard lock(mutex_);
      lines_ += (alarm ? "! " : "") + line + "\n";
    };
  }
  std::string lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::string lines_;
};

// A server that says who asks, behind node.pem and node.key of the folder.
class TlsServer {
 public:
  explicit TlsServer(const Folder& folder, const fs::path& client_ca = {})
      : identity_(TlsIdentity::open({folder / "node.pem", folder / "node.key", client_ca}, log.say()).value()),
        server_(
            io_, "127.0.0.1:0",
            [](const http::Request& request, const http::Respond& respond) { answer(request, respond); },
            identity_.get()) {
    REQUIRE(server_.start());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TlsServer() {
    server_.stop(1'000);
    thread_.join();
  }
  std::string url(const std::string& host = "127.0.0.1", const std::string& scheme = "https") const {
    return scheme + "://" + host + ":" + std::to_string(server_.port());
  }

  Log log;

 private:
  static void answer(const http::Request& request, const http::Respond& respond) {
    http::Response response;
    response.body = request.certificate_key ? crypto::to_hex(request.certificate_key->view()) : "nobody";
    if (request.target == "/big") response.body.assign(3 << 20, 'x');
    respond(response);
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<TlsIdentity> identity_;
  http::Server server_;
  std::thread thread_;
};

std::expected<fetch::HttpReply, std::string> ask(const std::string& url, const fetch::TlsTrust& trust) {
  auto client = HttpClient::make(url, trust);
  if (!client) return std::unexpected(client.error());
  return client->get("/");
}

std::string fault(const std::string& url, const fetch::TlsTrust& trust) {
  const auto reply = ask(url, trust);
  return reply ? "answered" : reply.error();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST_CASE("a node with a certificate answers who believes its CA by name and by address", "[tls]") {
  const Folder folder("tls");
  const Authority authority(folder, "ca");
  authority.sign(folder / "node.pem", folder / "node.key");
  const TlsServer server(folder);
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    auto client = HttpClient::make(server.url(host), {.ca = authority.certificate()}).value();
    for (int i = 0; i < 3; ++i) {
      const auto reply = client.get("/");
      INFO((reply ? "" : reply.error()));
      REQUIRE(reply);
      CHECK(reply->body == "nobody");
    }
    CHECK(client.post("/", "text/plain", Bytes(200'000, 'b'))->status == 200);
    CHECK(client.get("/big")->body.size() == 3 << 20);
  }
}

TEST_CASE("a certificate of another CA or for another name or of another day is not believed", "[tls]") {
  const Folder folder("tls");
  const Authority authority(folder, "ca");
  const Authority other(folder, "other");
  SECTION("another CA") {
    authority.sign(folder / "node.pem", folder / "node.key");
    const TlsServer server(folder);
    CHECK(has(fault(server.url(), {.ca = other.certificate()}), "certificate"));
    CHECK(has(fault(server.url(), {}), "certificate"));  // this machine's store has never heard of it
  }
  SECTION("another name") {
    authority.sign(folder / "node.pem", folder / "node.key", {.names = "DNS:node.example.pe"});
    const TlsServer server(folder);
    CHECK(has(fault(server.url("localhost"), {.ca = authority.certificate()}), "hostname mismatch"));
    CHECK(has(fault(server.url(), {.ca = authority.certificate()}), "IP address mismatch"));
  }
  SECTION("an address that is only a name in it") {
    authority.sign(folder / "node.pem", folder / "node.key", {.names = "DNS:127.0.0.1"});
    const TlsServer server(folder);
    CHECK(has(fault(server.url(), {.ca = authority.certificate()}), "IP address mismatch"));
  }
  SECTION("expired") {
    authority.sign(folder / "node.pem", folder / "node.key", {.from_s = -7'200, .until_s = -3'600});
    const TlsServer server(folder);
    CHECK(has(fault(server.url(), {.ca = authority.certificate()}), "expired"));
  }
  SECTION("of tomorrow") {
    authority.sign(folder / "node.pem", folder / "node.key", {.from_s = 86'400});
    const TlsServer server(folder);
    CHECK(has(fault(server.url(), {.ca = authority.certificate()}), "not yet valid"));
  }
}

TEST_CASE("nothing is said in clear on either side", "[tls]") {
  const Folder folder("tls");
  const Authority authority(folder, "ca");
  authority.sign(folder / "node.pem", folder / "node.key");
  const TlsServer server(folder);
  CHECK_FALSE(ask(server.url("127.0.0.1", "http"), {}));
  boost::asio::io_context io{1};
  http::Server clear(io, "127.0.0.1:0", [](const http::Request&, const http::Respond& respond) { respond({}); });
  REQUIRE(clear.start());
  std::thread thread([&] { io.run(); });
  const std::string url = "https://127.0.0.1:" + std::to_string(clear.port());
  CHECK_FALSE(ask(url, {.ca = authority.certificate()}));
  clear.stop(0);
  thread.join();
}

void wait_until_looked_at() { std::this_thread::sleep_for(std::chrono::milliseconds(1'050)); }

TEST_CASE("a renewed certificate is shown without a restart and a wrong one is not", "[tls]") {
  const Folder folder("tls");
  const Authority before(folder, "before");
  const Authority after(folder, "after");
  before.sign(folder / "node.pem", folder / "node.key");
  TlsServer server(folder);
  auto old = HttpClient::make(server.url(), {.ca = before.certificate()}).value();
  REQUIRE(old.get("/"));

  std::ofstream(folder / "node.pem") << "no certificate\n";
  wait_until_looked_at();
  CHECK(ask(server.url(), {.ca = before.certificate()}));
  CHECK(has(server.log.lines(), "! " + (folder / "node.pem").string()));

  // As renewals go: first one file, then the other.
  after.sign(folder / "node.pem", folder / "new.key");
  wait_until_looked_at();
  CHECK(ask(server.url(), {.ca = before.certificate()}));
  CHECK(has(server.log.lines(), "key values mismatch"));
  fs::rename(folder / "new.key", folder / "node.key");
  wait_until_looked_at();
  CHECK(ask(server.url(), {.ca = after.certificate()}));
  CHECK_FALSE(ask(server.url(), {.ca = before.certificate()}));
  CHECK(old.get("/"));  // the connection that is there goes on
}

TEST_CASE("an identity whose files are not in order is refused by the file's name", "[tls]") {
  const Folder folder("tls");
  const Authority authority(folder, "ca");
  authority.sign(folder / "node.pem", folder / "node.key");
  authority.sign(folder / "other.pem", folder / "other.key");
  Log log;
  const auto fault_of = [&](const std::string& certificate, const std::string& key, const std::string& ca = "ca.pem") {
    const auto opened = TlsIdentity::open({folder / certificate, folder / key, folder / ca}, log.say());
    return opened ? "in order" : opened.error();
  };
  CHECK(fault_of("node.pem", "node.key") == "in order");
  CHECK(has(fault_of("absent.pem", "node.key"), "absent.pem"));
  CHECK(has(fault_of("node.pem", "absent.key"), "absent.key"));
  CHECK(has(fault_of("node.pem", "other.key"), "other.key: key values mismatch"));
  CHECK(has(fault_of("node.key", "node.key"), "node.key"));
  CHECK(has(fault_of("node.pem", "node.key", "node.key"), "node.key"));
  fs::permissions(folder / "node.key", fs::perms::others_read, fs::perm_options::add);
  CHECK(has(fault_of("node.pem", "node.key"), "everybody may read"));
}

TEST_CASE("an identity knows when the first of its certificates expires", "[tls]") {
  const Folder folder("tls");
  const Authority authority(folder, "ca");
  constexpr std::int64_t kWeek_s = 7LL * 86'400;
  authority.sign(folder / "node.pem", folder / "node.key", {.until_s = 3 * kWeek_s});
  authority.sign(folder / "between.pem", folder / "between.key", {.until_s = kWeek_s});
  Log log;
  const auto left_s = [&] {
    const auto identity = TlsIdentity::open({folder / "node.pem", folder / "node.key", ""}, log.say()).value();
    return identity->expires_s() - static_cast<std::int64_t>(std::time(nullptr));
  };
  CHECK(std::abs(left_s() - 3 * kWeek_s) < 60);
  std::ofstream(folder / "node.pem", std::ios::app) << std::ifstream(folder / "between.pem").rdbuf();
  CHECK(std::abs(left_s() - kWeek_s) < 60);
}

TEST_CASE("a caller's certificate of the CA asked for says whose key it is", "[tls]") {
  const Folder folder("tls");
  const Authority authority(folder, "ca");
  const Authority callers(folder, "callers");
  authority.sign(folder / "node.pem", folder / "node.key");
  callers.sign(folder / "officer.pem", folder / "officer.key", {.of_caller = true});
  const TlsServer server(folder, callers.certificate());
  fetch::TlsTrust trust{
      .ca = authority.certificate(), .certificate = folder / "officer.pem", .key = folder / "officer.key"};
  const auto known = http::key_of_certificate(folder / "officer.pem");
  REQUIRE(known);
  CHECK(ask(server.url(), trust)->body == crypto::to_hex(known->view()));
  CHECK(ask(server.url(), {.ca = authority.certificate()})->body == "nobody");

  SECTION("of another CA it ends the connection") {
    authority.sign(folder / "officer.pem", folder / "officer.key", {.of_caller = true});
    CHECK_FALSE(ask(server.url(), trust));
  }
  SECTION("expired it ends the connection") {
    callers.sign(folder / "officer.pem", folder / "officer.key", {.until_s = -60, .of_caller = true});
    CHECK_FALSE(ask(server.url(), trust));
  }
  SECTION("a node's is none of a caller") {
    callers.sign(folder / "officer.pem", folder / "officer.key");
    CHECK_FALSE(ask(server.url(), trust));
  }
}

}  // namespace tls_test
