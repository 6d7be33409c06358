// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <mutex>
#include <optional>
#include <thread>

#include "consensus/limits.h"
#include "node/http/refusal_budget.h"
#include "node/http/server.h"

namespace server_test {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace quipu;
using namespace quipu::http;

// Echoes method, target and body; "/late" is answered from another thread, "/never" not at all.
// "/stream" goes on with whatever is told; "/nowhere" is refused.
class EchoServer {
 public:
  EchoServer() : server_(io_, "127.0.0.1:0", [this](Request request, Respond respond) { handle(request, respond); }) {
    const auto started = server_.start();
    REQUIRE(started);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~EchoServer() {
    server_.stop(1'000);
    thread_.join();
    for (auto& helper : helpers_) helper.join();
  }
  void stop(std::int64_t grace_ms) { server_.stop(grace_ms); }
  void tell(std::string_view news) {
    const std::lock_guard lock(news_mutex_);
    news_.append(news);
  }
  int listeners() const { return listeners_; }
  unsigned short port() const { return server_.port(); }

 private:
  // Hands out to each listener what was told since it came.
  class News final : public BodySource {
   public:
    explicit News(EchoServer& of) : of_(of) { ++of_.listeners_; }
    ~News() override { --of_.listeners_; }
    Bytes more() override {
      const std::lock_guard lock(of_.news_mutex_);
      Bytes fresh = of_.news_.substr(heard_);
      heard_ = of_.news_.size();
      return fresh;
    }
    Bytes sign_of_life() override { return "alive"; }

   private:
    EchoServer& of_;
    std::size_t heard_ = 0;
  };

  void handle(const Request& request, const Respond& respond) {
    Response response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.target + " " + std::to_string(request.body.size()) + "\n";
    if (request.target == "/never") return keep_.push_back(respond);
    if (request.target == "/stream") response.source = std::make_shared<News>(*this);
    if (request.target == "/nowhere") response.refused = true;
    if (request.target == "/big") response.body.assign(3 << 20, 'x');
    if (request.target != "/late") return respond(response);
    helpers_.emplace_back([respond, response] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      respond(response);
      respond(response);  // a second answer to the same request must do no harm
    });
  }

  std::mutex news_mutex_;
  Bytes news_;
  std::atomic<int> listeners_{0};
  asio::io_context io_{1};
  Server server_;
  std::thread thread_;
  std::vector<std::thread> helpers_;
  std::vector<Respond> keep_;
};

class Client {
 public:
  explicit Client(const EchoServer& server, const char* from = "127.0.0.1") : socket_(io_) {
    socket_.open(tcp::v4());
    socket_.bind({asio::ip::make_address(from), 0});
    socket_.connect({asio::ip::make_address("127.0.0.1"), server.port()});
  }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  // Everything until the other side closes.
  std::string rest() {
    std::string out;
    std::array<char, 4096> bytes;
    boost::system::error_code error;
    while (!error) {
      const std::size_t count = socket_.read_some(asio::buffer(bytes), error);
      out.append(bytes.data(), count);
    }
    return out;
  }
  std::string read_until(std::string_view end) {
    std::string out;
    char byte = 0;
    boost::system::error_code error;
    while (!out.ends_with(end) && !error) {
      if (socket_.read_some(asio::buffer(&byte, 1), error) == 1) out.push_back(byte);
    }
    return out;
  }

  void read_answers(std::size_t count, std::string_view end) {
    std::array<char, 16'384> bytes;
    std::string out;
    while (out.size() < count * end.size() || !out.ends_with(end) || answers(out, end) < count) {
      out.append(bytes.data(), socket_.read_some(asio::buffer(bytes)));
    }
  }

 private:
  static std::size_t answers(std::string_view text, std::string_view end) {
    std::size_t count = 0;
    for (auto at = text.find(end); at != text.npos; at = text.find(end, at + end.size())) ++count;
    return count;
  }

  asio::io_context io_;
  tcp::socket socket_;
};

std::string get(std::string_view target) { return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n"; }
std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST_CASE("a connection answers one request after the other", "[server]") {
  EchoServer server;
  Client client(server);
  for (int i = 0; i < 3; ++i) {
    client.send(get("/a"));
    const std::string answer = client.read_until("GET /a 0\n");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Content-Length: 9\r\n") != answer.npos);
  }
}

TEST_CASE("pipelined requests are answered in their order even when the first takes longer", "[server]") {
  EchoServer server;
  Client client(server);
  client.send(get("/late") + get("/b") + "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.rest();
  CHECK(count_of(all, "HTTP/1.1 200 OK") == 3);
  CHECK(all.find("GET /late") < all.find("GET /b"));
  CHECK(all.find("GET /b") < all.find("GET /c"));
}

TEST_CASE("a request that arrives byte by byte is understood", "[server]") {
  EchoServer server;
  Client client(server);
  const std::string request = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
  for (const char c : request) client.send({&c, 1});
  CHECK(client.rest().ends_with("POST /p 5\n"));
}

TEST_CASE("a chunked body is put together", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  client.send("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  CHECK(client.rest().ends_with("POST /p 7\n"));
}

TEST_CASE("a client that waits for 100 Continue gets it", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  CHECK(client.rest().ends_with("POST /p 2\n"));
}

TEST_CASE("DELETE is handed on with no body to wait for and the connection goes on", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n" + get("/b"));
  CHECK(client.read_until("DELETE /a 0\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(client.read_until("GET /b 0\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("HEAD gets the head of what GET would get", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.rest();
  CHECK(answer.find("Content-Length: 9\r\n") != answer.npos);
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("a large answer arrives whole", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.rest();
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == 3 << 20);
}

TEST_CASE("garbage is refused with 400 and the connection closed", "[server]") {
  EchoServer server;
  for (const std::string garbage : {"\x16\x03\x01\x02 nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                                    "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                    "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    Client client(server);
    client.send(garbage);
    CAPTURE(garbage);
    CHECK(client.rest().starts_with("HTTP/1.1 400 "));
  }
}

TEST_CASE("a head over 8 KiB is refused with 431", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("GET / HTTP/1.1\r\nX: " + std::string(limits::kHttpHeaderBytes, 'a') + "\r\n\r\n");
  CHECK(client.rest().starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a body over its bound is refused before it is read", "[server]") {
  EchoServer server;
  const auto post = [&](const std::string& target, std::size_t size) {
    Client client(server);
    client.send("POST " + target +
                " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    if (size <= limits::kHttpBatchBytes) client.send(std::string(size, 'b'));
    return client.rest().substr(0, 13);
  };
  CHECK(post("/p", limits::kHttpBodyBytes) == "HTTP/1.1 200 ");
  CHECK(post("/p", limits::kHttpBodyBytes + 1) == "HTTP/1.1 413 ");
  CHECK(post("/v1/recognition", limits::kHttpBatchBytes) == "HTTP/1.1 200 ");
  CHECK(post("/v1/recognition", limits::kHttpBatchBytes + 1) == "HTTP/1.1 413 ");
  CHECK(post("/p", 1'000'000'000'000) == "HTTP/1.1 413 ");
}

TEST_CASE("a chunked body over its bound is refused", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'c') + "\r\n";
  for (int i = 0; i < 5; ++i) client.send(chunk);
  CHECK(client.rest().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("connections beyond the bound are told so and room comes back", "[server]") {
  EchoServer server;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < limits::kHttpConnections; ++i) {
    clients.push_back(std::make_unique<Client>(server, i % 2 == 0 ? "127.0.0.1" : "127.0.0.2"));
    clients.back()->send(get("/a"));
    CHECK(clients.back()->read_until("/a 0\n").starts_with("HTTP/1.1 200 "));
  }
  CHECK(Client(server).rest().starts_with("HTTP/1.1 503 "));
  clients.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  Client again(server);
  again.send(get("/a"));
  CHECK(again.read_until("/a 0\n").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("one address has half of the connections and leaves the rest to others", "[server]") {
  EchoServer server;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < limits::kHttpConnections / 2; ++i) {
    clients.push_back(std::make_unique<Client>(server));
    clients.back()->send(get("/a"));
    CHECK(clients.back()->read_until("/a 0\n").starts_with("HTTP/1.1 200 "));
  }
  CHECK(Client(server).rest().starts_with("HTTP/1.1 503 "));
  Client other(server, "127.0.0.2");
  other.send(get("/a"));
  CHECK(other.read_until("/a 0\n").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("who is refused again and again waits for it, and others do not", "[server]") {
  using Clock = std::chrono::steady_clock;
  constexpr auto kWait = RefusalBudget::kWait;
  EchoServer server;
  Client insistent(server);
  const auto takes = [&](std::string_view target) {
    const auto start = Clock::now();
    insistent.send(get(target));
    insistent.read_until(std::string(target) + " 0\n");
    return Clock::now() - start;
  };
  std::size_t told = 0;
  while (told < 20 * RefusalBudget::kAtOnce && takes("/nowhere") < kWait) ++told;
  CHECK(told >= RefusalBudget::kAtOnce);
  CHECK(told < 20 * RefusalBudget::kAtOnce);
  insistent.send(get("/nowhere"));  // waits
  Client same_address(server);
  same_address.send(get("/a"));
  CHECK(same_address.read_until("/a 0\n").starts_with("HTTP/1.1 200 "));
  Client other(server, "127.0.0.2");
  other.send(get("/nowhere"));
  CHECK(other.read_until("/nowhere 0\n").starts_with("HTTP/1.1 200 "));
  CHECK(insistent.read_until("/nowhere 0\n").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("stopping closes idle connections at once and lets the rest finish", "[server]") {
  EchoServer server;
  Client idle(server);
  idle.send(get("/a"));
  idle.read_until("/a 0\n");
  Client busy(server);
  busy.send(get("/late"));
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  server.stop(1'000);
  CHECK(idle.rest().empty());
  const std::string answer = busy.rest();
  CHECK(answer.ends_with("GET /late 0\n"));
  CHECK(answer.find("Connection: close") != answer.npos);
}

TEST_CASE("stopping does not wait for an answer that never comes", "[server]") {
  EchoServer server;
  Client client(server);
  client.send(get("/never"));
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  server.stop(100);
  CHECK(client.rest().empty());
}

TEST_CASE("a request that trickles in past its deadline is cut off however busy it looks", "[.slow][server]") {
  EchoServer server;
  Client client(server);
  const auto begin = std::chrono::steady_clock::now();
  std::thread drip([&] {
    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 24; ++i) {
      client.send("X: y\r\n");
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
  });
  CHECK(client.rest().empty());
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took > std::chrono::milliseconds(limits::kHttpRequestTimeout_ms - 100));
  CHECK(took < std::chrono::milliseconds(limits::kHttpRequestTimeout_ms + 1'000));
  drip.join();
}

void wait_for_listeners(const EchoServer& server, int count) {
  for (int i = 0; i < 300 && server.listeners() != count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(server.listeners() == count);
}

TEST_CASE("a body that goes on is sent as it grows, and ends with the node", "[server]") {
  EchoServer server;
  Client client(server);
  client.send(get("/stream"));
  const std::string head = client.read_until("\r\n\r\n");
  CHECK(head.find("Content-Length") == head.npos);
  CHECK(head.find("Connection: close") != head.npos);
  CHECK(client.read_until("\n") == "GET /stream 0\n");
  server.tell("one\n");
  CHECK(client.read_until("\n") == "one\n");
  server.tell("two\n");
  CHECK(client.read_until("\n") == "two\n");
  server.stop(1'000);
  CHECK(client.rest().empty());
}

TEST_CASE("who asks for the head of a body that goes on is not kept", "[server]") {
  EchoServer server;
  Client client(server);
  client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.rest().ends_with("\r\n\r\n"));
}

TEST_CASE("listeners are bounded and one that leaves makes room", "[server]") {
  EchoServer server;
  std::vector<std::optional<Client>> clients(64);
  for (auto& client : clients) client.emplace(server).send(get("/stream"));
  wait_for_listeners(server, 64);
  Client late(server);
  late.send(get("/stream"));
  CHECK(late.read_until("\r\n").starts_with("HTTP/1.1 503"));
  clients.pop_back();
  wait_for_listeners(server, 63);
  Client again(server);
  again.send(get("/stream"));
  CHECK(again.read_until("\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("an address that cannot be listened on is an error with a reason", "[server]") {
  asio::io_context io;
  for (const std::string where : {"nonsense", "localhost:1", "127.0.0.1:x", "127.0.0.1:99999"}) {
    Server server(io, where, [](const Request&, const Respond&) {});
    CAPTURE(where);
    CHECK_FALSE(server.start());
  }
}

TEST_CASE("requests per second of the server alone with one connection and with pipelining", "[.bench]") {
  EchoServer server;
  const auto rate = [&](int batch) {
    Client client(server);
    std::string requests;
    for (int i = 0; i < batch; ++i) requests += get("/a");
    constexpr int kRequests = 60'000;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRequests; i += batch) {
      client.send(requests);
      client.read_answers(static_cast<std::size_t>(batch), "GET /a 0\n");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return static_cast<int>(kRequests / took.count());
  };
  WARN("one by one " << rate(1) << "/s, pipelined by 30 " << rate(30) << "/s");
}

}  // namespace server_test
