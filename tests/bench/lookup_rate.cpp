// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lookup_rate.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

#include "node/http/routes.h"
#include "tests/bench/bare_server.h"
#include "tests/bench/load.h"

namespace quipu::bench {

namespace {

using processes::Clock;
using processes::Connection;

constexpr std::size_t kConnections = 16;
constexpr auto kPatience = std::chrono::seconds(10);

// Asks without a pause on every connection, operators at random, for `time`.
class Asker {
 public:
  using Target = std::string (*)(std::size_t number);
  Asker(unsigned short port, std::size_t operators, Target target) : number_(0, operators - 1), target_(target) {
    for (std::size_t i = 0; i < kConnections; ++i) {
      connections_.push_back(std::make_unique<Connection>(loop_, "127.0.0.1:" + std::to_string(port), kPatience));
    }
  }

  LookupRate run(std::chrono::milliseconds time) {
    for (auto& connection : connections_) ask(*connection);
    loop_.run_until([] { return false; }, time / 4);
    latency_ms_.clear();
    const auto start = Clock::now();
    loop_.run_until([] { return false; }, time);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::ranges::sort(latency_ms_);
    return {static_cast<double>(latency_ms_.size()) / seconds, percentile(latency_ms_, 0.5),
            percentile(latency_ms_, 0.99)};
  }

 private:
  void ask(Connection& connection) {
    connection.ask(processes::get_request(target_(number_(random_))),
                   [this, &connection, since = Clock::now()](const processes::Reply& reply) {
                     if (reply.status != 200)
                       throw std::runtime_error("a look-up was answered: " + std::string(reply.body));
                     latency_ms_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - since).count());
                     ask(connection);
                   });
  }

  processes::Loop loop_;
  std::mt19937_64 random_{1};
  std::uniform_int_distribution<std::size_t> number_;
  Target target_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<double> latency_ms_;
};

std::string certificate_target(std::size_t number) {
  return "/v1/certificates/AA/" + LookupState::certificate(number) + "?on=2026-06-01";
}
std::string operator_target(std::size_t number) {
  return "/v1/operators/" + LookupState::tin(number) + "?on=2026-06-01";
}
std::string bare_target(std::size_t number) { return "/" + std::to_string(number); }

// Runs an io_context on a thread of its own until the end of the scope.
class ServerThread {
 public:
  explicit ServerThread(boost::asio::io_context& io) : io_(io), thread_([&io] { io.run(); }) {}
  ~ServerThread() {
    io_.stop();
    thread_.join();
  }

 private:
  boost::asio::io_context& io_;
  std::thread thread_;
};

}  // namespace

Importing::Importing(LookupState& state)
    : thread_([this, &state] {
        constexpr std::size_t kSubmissions = 2;
        constexpr auto kBlockEvery = std::chrono::milliseconds(50);
        for (auto next = Clock::now(); !ending_; next += kBlockEvery) {
          state.import_block(kSubmissions);
          statements_ += kSubmissions * LookupState::kStatementsImported;
          std::this_thread::sleep_until(next + kBlockEvery);
        }
      }) {}

Importing::~Importing() {
  ending_ = true;
  thread_.join();
}

LookupRate lookup_rate(LookupState& state, std::size_t operators, Question question, std::chrono::milliseconds time) {
  boost::asio::io_context io{1};
  http::Server server(io, "127.0.0.1:0",
                      [&](http::Request request, http::Respond respond) { http::route(state, request, respond); });
  if (auto started = server.start(); !started) throw std::runtime_error(started.error());
  const ServerThread thread(io);
  return Asker(server.port(), operators, question == Question::kOperator ? operator_target : certificate_target)
      .run(time);
}

LookupRate bare_lookup_rate(LookupState& state, std::size_t operators, std::chrono::milliseconds time) {
  boost::asio::io_context io{1};
  const auto snapshot = state.snapshot();
  const auto port = serve_bare(io, [snapshot](std::string_view target) {
    const auto key = LookupState::certificate_key(std::stoul(std::string(target.substr(1))));
    return snapshot->get(storage::Family::kState, key).value_or("");
  });
  const ServerThread thread(io);
  return Asker(port, operators, bare_target).run(time);
}

}  // namespace quipu::bench
