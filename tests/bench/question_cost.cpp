// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/question_cost.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
#include <stdexcept>

#include "node/http/routes.h"
#include "node/http/server.h"
#include "tests/bench/load.h"

namespace quipu::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kFewest = 3;
constexpr int kReads = 2'000;
constexpr std::size_t kBatch = 3'000;

double us_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double thread_cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

http::Request get(const std::string& target) {
  http::Request request;
  request.method = "GET";
  request.target = target;
  return request;
}

http::Request post(const std::string& target, Bytes body) {
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.content_type = "application/json";
  request.body = std::move(body);
  return request;
}

class Asking {
 public:
  Asking(LookupState& state, std::size_t operators) : state_(state), number_(0, operators - 1) {}

  using Make = std::function<http::Request(std::size_t number)>;
  QuestionCost cost(const std::string& name, std::chrono::milliseconds time, const Make& make) {
    QuestionCost cost{.name = name};
    const double read_before_us = point_read_us();
    std::vector<double> took_us;
    const auto start = Clock::now();
    while (took_us.size() < kFewest || Clock::now() - start < time) {
      const http::Request request = make(number_(random_));
      const auto asked = Clock::now();
      const double cpu_before_us = thread_cpu_us();
      const std::size_t bytes = answer_bytes(request);
      cost.cpu_us += thread_cpu_us() - cpu_before_us;
      took_us.push_back(us_since(asked));
      cost.bytes += static_cast<double>(bytes);
    }
    cost.read_us = (read_before_us + point_read_us()) / 2;
    cost.times = took_us.size();
    cost.bytes /= static_cast<double>(took_us.size());
    cost.cpu_us /= static_cast<double>(took_us.size());
    std::ranges::sort(took_us);
    cost.p50_us = percentile(took_us, 0.5);
    cost.p99_us = percentile(took_us, 0.99);
    return cost;
  }

 private:
  std::size_t answer_bytes(const http::Request& request) {
    std::size_t bytes = 0;
    http::route(state_, request, [&](const http::Response& response) {
      if (response.status != 200) {
        throw std::runtime_error(request.target + " was answered: " + std::string(response.body));
      }
      bytes = response.body.size();
    });
    return bytes;
  }

  double point_read_us() {
    const auto snapshot = state_.snapshot();
    std::vector<Bytes> keys;
    for (int i = 0; i < kReads; ++i) keys.push_back(LookupState::certificate_key(number_(random_)));
    const double before_us = thread_cpu_us();
    for (const Bytes& key : keys) {
      if (!snapshot->get(storage::Family::kState, key)) throw std::runtime_error("a record is not there");
    }
    return (thread_cpu_us() - before_us) / kReads;
  }

  LookupState& state_;
  std::mt19937_64 random_{1};
  std::uniform_int_distribution<std::size_t> number_;
};

constexpr const char* kDay = "2026-06-01";
const std::string kAsked = "&role=EXPORTER&flow=IMPORT&by=BB&on=" + std::string(kDay);

std::string recognise(std::size_t number) { return "/v1/recognition?tin=" + LookupState::tin(number) + kAsked; }

http::Request batch(std::size_t operators, std::size_t first) {
  std::string questions;
  for (std::size_t i = 0; i < kBatch; ++i) {
    // A prime apart, so that neighbours in the file are none on disk.
    const std::string tin = LookupState::tin((first + i * 7'919) % operators);
    questions.append(questions.empty() ? "[" : ",");
    questions.append(R"({"tin":")" + tin + R"(","role":"EXPORTER","flow":"IMPORT","by":"BB","on":")" + kDay + R"("})");
  }
  return post("/v1/recognition", questions + "]");
}

struct Question {
  const char* name;
  Asking::Make make;
};

std::vector<Question> questions(const LookupState& state, std::size_t operators) {
  const auto at = [](std::string target) { return [target = std::move(target)](std::size_t) { return get(target); }; };
  const auto logged = [&state](std::size_t number) { return number % state.logged(); };
  const std::string day = std::string("on=") + kDay;
  return {
      {"Q1 recognise, by TIN", [](std::size_t n) { return get(recognise(n)); }},
      {"Q8 the same as known at height 1", [](std::size_t n) { return get(recognise(n) + "&known_at=1"); }},
      {"Q2 recognise, 3,000 in a batch", [operators](std::size_t n) { return batch(operators, n); }},
      {"Q3 operator, by TIN", [day](std::size_t n) { return get("/v1/operators/" + LookupState::tin(n) + "?" + day); }},
      {"Q3 certificate on a day",
       [day](std::size_t n) { return get("/v1/certificates/AA/" + LookupState::certificate(n) + "?" + day); }},
      {"Q3 certificate, as known at height 1",
       [day](std::size_t n) {
         return get("/v1/certificates/AA/" + LookupState::certificate(n) + "?known_at=1&" + day);
       }},
      {"Q3 history of a certificate",
       [logged](std::size_t n) {
         return get("/v1/certificates/AA/" + LookupState::logged_certificate(logged(n)) + "/history");
       }},
      {"Q4 changes, a page of 1,000", at("/v1/changes?since=2")},
      {"Q19 changes for a recogniser, 1,000", at("/v1/changes?since=2&by=BB")},
      {"Q5 list of an issuer, 1,000", at("/v1/list?issuer=AA&" + day)},
      {"Q18 list of a recogniser, 1,000", at("/v1/list?by=BB&" + day)},
      {"Q9 exposure after an annulment", at("/v1/certificates/AA/" + LookupState::logged_certificate(0) + "/exposure")},
      {"Q10 work list of an issuer", at("/v1/worklist?issuer=AA&days=30&" + day)},
      {"Q11 arrangements", at("/v1/arrangements?" + day)},
      {"Q12 indicators", at("/v1/indicators")},
      {"Q13 what lost keys signed", at("/v1/members/AA/compromised")},
      {"Q14 who signed a block", at("/v1/blocks/3")},
      {"Q15 report of an operator",
       [logged](std::size_t n) {
         return get("/v1/operators/AA/" + LookupState::logged_subject(logged(n)) + "/report");
       }},
      {"cases of an issuer", at("/v1/cases?issuer=AA")},
      {"stated figures", at("/v1/statistics")},
  };
}

}  // namespace

std::vector<QuestionCost> question_costs(LookupState& state, std::size_t operators, std::chrono::milliseconds time,
                                         const std::string& named) {
  Asking asking(state, operators);
  std::vector<QuestionCost> costs;
  for (const Question& question : questions(state, operators)) {
    if (std::string_view(question.name).starts_with(named)) {
      costs.push_back(asking.cost(question.name, time, question.make));
    }
  }
  return costs;
}

std::string table(const std::vector<QuestionCost>& costs) {
  std::string text;
  char line[160];
  const auto add = [&] { text.append(line).append("\n"); };
  std::snprintf(line, sizeof line, "%-40s %8s %12s %12s %12s %10s %10s", "question", "asked", "p50 us", "p99 us",
                "cpu us", "reads", "bytes");
  add();
  for (const QuestionCost& each : costs) {
    std::snprintf(line, sizeof line, "%-40s %8zu %12.1f %12.1f %12.1f %10.1f %10.0f", each.name.c_str(), each.times,
                  each.p50_us, each.p99_us, each.cpu_us, each.cpu_us / each.read_us, each.bytes);
    add();
  }
  double read_us = 0;
  for (const QuestionCost& each : costs) read_us += each.read_us / static_cast<double>(costs.size());
  std::snprintf(line, sizeof line, "one point read of a certificate: %.2f us of processor", read_us);
  add();
  return text;
}

void serve(LookupState& state, unsigned short port) {
  boost::asio::io_context io{1};
  http::SlowLane lane;
  http::Server server(
      io, "127.0.0.1:" + std::to_string(port),
      [&](const http::Request& request, const http::Respond& respond) { http::route(state, request, respond, &lane); });
  if (auto started = server.start(); !started) throw std::runtime_error(started.error());
  io.run();
}

}  // namespace quipu::bench
