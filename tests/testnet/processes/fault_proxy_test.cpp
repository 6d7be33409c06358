// SPDX-License-Identifier: Apache-2.0
// One link of the fault proxy, with an echo behind it.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <future>
#include <thread>

#include "testnet/processes/fault_proxy.h"
#include "testnet/processes/proxy_control.h"

namespace quipu::processes::proxy_trial {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kFirstPort = 23'900;
constexpr int kLastPort = 23'990;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A listening socket on the first free port from `port` on, which it leaves there.
int listen_from(int& port) {
  for (; port < kLastPort; ++port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const auto address = loopback(port);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::listen(listener, 8) == 0) {
      return listener;
    }
    ::close(listener);
  }
  throw std::runtime_error("no free port");
}

int free_port_from(int port) {
  ::close(listen_from(port));
  return port;
}

// Sends back what it gets, one connection at a time.
class Echo {
 public:
  Echo() : listener_(listen_from(port_)), thread_([this] { run(); }) {}
  ~Echo() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void run() const {
    for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(socket)) {
      char chunk[4096];
      for (ssize_t got = 0; (got = ::recv(socket, chunk, sizeof chunk, 0)) > 0;) {
        ::send(socket, chunk, static_cast<std::size_t>(got), MSG_NOSIGNAL);
      }
    }
  }

  int port_ = kFirstPort;
  int listener_;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto address = loopback(port);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }

  void patience(milliseconds time) const {
    const timeval value{.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
  }
  // How much the kernel took before it ran out of room or patience.
  std::size_t send(const std::string& bytes) const {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto more = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) break;
      sent += static_cast<std::size_t>(more);
    }
    return sent;
  }
  // Up to `size` bytes; fewer when the other end closed or the patience ran out.
  std::string receive(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t at = 0;
    while (at < size) {
      const auto more = ::recv(socket_, bytes.data() + at, size - at, 0);
      if (more <= 0) break;
      at += static_cast<std::size_t>(more);
    }
    return bytes.substr(0, at);
  }
  // Waits for the end of the connection: 0 for a polite one, else what the kernel says.
  int ended_with() const {
    char byte = 0;
    const auto got = ::recv(socket_, &byte, 1, 0);
    return got == 0 ? 0 : errno;
  }
  bool connected() const { return connected_; }

 private:
  int socket_;
  bool connected_ = false;
};

// A dials B; B echoes.
class Link {
 public:
  Link()
      : port_(free_port_from(kFirstPort + 20)),
        proxy_(io_, {{"A", "B", "127.0.0.1:" + std::to_string(port_), echo_.address()}}, 1) {
    REQUIRE(proxy_.start());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Link() {
    on_loop([this] { proxy_.stop(); });
    guard_.reset();
    thread_.join();
  }

  void set(const std::string& from, const std::string& to, const LinkFaults& faults) {
    on_loop([&] { proxy_.set(from, to, faults); });
  }
  void set_both(const LinkFaults& faults) {
    set("A", "B", faults);
    set("B", "A", faults);
  }
  void reset() {
    on_loop([this] { proxy_.reset("A", "B"); });
  }
  std::string tell(const std::string& line) {
    std::string answer;
    on_loop([&] { answer = obey(proxy_, line); });
    return answer;
  }
  FlowCounters counters(const std::string& from, const std::string& to) {
    FlowCounters counters;
    on_loop([&] { counters = proxy_.counters(from, to); });
    return counters;
  }
  int port() const { return port_; }

 private:
  template <class Act>
  void on_loop(const Act& act) {
    std::promise<void> done;
    asio::post(io_, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }

  Echo echo_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io_);
  int port_;
  FaultProxy proxy_;
  std::thread thread_;
};

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  return bytes;
}

std::string through(const Client& client, const std::string& bytes) {
  auto sender = std::async(std::launch::async, [&] { return client.send(bytes); });
  auto received = client.receive(bytes.size());
  sender.wait();
  return received;
}

TEST_CASE("a healthy link passes every byte both ways and closes when one side does") {
  Link link;
  const auto bytes = pattern(1 << 20);
  {
    const Client client(link.port());
    CHECK(through(client, bytes) == bytes);
  }
  const Client next(link.port());  // the echo serves it only when the first one has ended
  CHECK(through(next, "again") == "again");
  CHECK(link.counters("A", "B").passed_bytes == bytes.size() + 5);
}

TEST_CASE("delayed bytes keep their order and none comes early") {
  Link link;
  link.set_both({.delay_ms = 60, .jitter_ms = 40});
  const Client client(link.port());
  const auto from = Clock::now();
  const auto bytes = pattern(200'000);
  CHECK(through(client, bytes) == bytes);
  CHECK(Clock::now() - from >= milliseconds(120));
}

TEST_CASE("a throttled link takes at least as long as its bytes need") {
  Link link;
  link.set("A", "B", {.bytes_per_second = 400'000});
  const Client client(link.port());
  const auto from = Clock::now();
  const auto bytes = pattern(100'000);
  CHECK(through(client, bytes) == bytes);
  CHECK(Clock::now() - from >= milliseconds(240));
}

TEST_CASE("a cut one way swallows that way only and ends the connection when it ends") {
  Link link;
  const Client client(link.port());
  client.patience(milliseconds(10'000));
  CHECK(through(client, "before") == "before");
  link.set("B", "A", {.cut = true});
  CHECK(client.send("lost") == 4);
  while (link.counters("B", "A").swallowed_bytes < 4) std::this_thread::sleep_for(milliseconds(2));
  CHECK(link.counters("A", "B").passed_bytes == 10);
  link.set("B", "A", {});
  CHECK(client.ended_with() == ECONNRESET);
  const Client next(link.port());
  CHECK(through(next, "after") == "after");
}

TEST_CASE("a new connection over a link that is cut one way stays without an answer") {
  Link link;
  link.set("A", "B", {.cut = true});
  const Client client(link.port());
  REQUIRE(client.connected());
  client.patience(milliseconds(100));
  client.send("hello");
  CHECK(client.receive(5).empty());
  CHECK(link.counters("A", "B").passed_bytes == 0);
}

TEST_CASE("over a link that is cut both ways a new connection is refused") {
  Link link;
  link.set_both({.cut = true});
  const Client client(link.port());
  client.patience(milliseconds(10'000));
  CHECK((!client.connected() || client.ended_with() == ECONNRESET));
}

TEST_CASE("a stalled link takes bytes until its window is full and passes all of them on when it goes on") {
  Link link;
  const Client client(link.port());
  CHECK(through(client, "before") == "before");
  link.set_both({.stall = true});
  client.patience(milliseconds(200));
  const auto bytes = pattern(64 << 20);
  const auto taken = client.send(bytes);
  CHECK(taken < bytes.size());
  link.set_both({});
  client.patience(milliseconds(10'000));
  CHECK(client.receive(taken) == bytes.substr(0, taken));
}

TEST_CASE("a corrupting link turns one bit of every so-many-th byte") {
  Link link;
  link.set("A", "B", {.corrupt_every_bytes = 1000});
  const Client client(link.port());
  const auto bytes = pattern(100'000);
  const auto received = through(client, bytes);
  REQUIRE(received.size() == bytes.size());
  std::size_t turned = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned difference = static_cast<unsigned char>(bytes[i] ^ received[i]);
    if (difference == 0) continue;
    ++turned;
    CHECK((difference & (difference - 1)) == 0);
    CHECK(i % 1000 == 999);
  }
  CHECK(turned == 100);
  CHECK(link.counters("A", "B").corrupted_bytes == 100);
}

TEST_CASE("a reset ends the connections there are and no later one") {
  Link link;
  const Client client(link.port());
  client.patience(milliseconds(10'000));
  CHECK(through(client, "before") == "before");
  link.reset();
  CHECK(client.ended_with() == ECONNRESET);
  const Client next(link.port());
  CHECK(through(next, "after") == "after");
}

TEST_CASE("the control lines of a proxy do what they say and refuse what they do not know") {
  Link link;
  CHECK(link.tell("set A B delay_ms=200 cut=1\n") == "ok\n");
  CHECK(link.tell("show\n").find("A -> B  delay_ms=200 cut=1") != std::string::npos);
  CHECK(link.tell("show\n").find("B -> A  healthy") != std::string::npos);
  CHECK(link.tell("set A B healthy\n") == "ok\n");
  CHECK(link.tell("show\n").find("A -> B  healthy") != std::string::npos);
  CHECK(link.tell("reset B A\n") == "ok\n");
  CHECK(link.tell("set A C cut=1\n") == "error no node of C here; there are A, B\n");
  CHECK(link.tell("set A A cut=1\n").starts_with("error"));
  CHECK(link.tell("set A B delay_ms=-1\n").starts_with("error"));
  CHECK(link.tell("set A B delay_ms=1x\n").starts_with("error"));
  CHECK(link.tell("set A B sabotage=1\n") == "error `sabotage=1` is no fault of a link\n");
  CHECK(link.tell("explode A B\n").starts_with("error"));
}

}  // namespace quipu::processes::proxy_trial
