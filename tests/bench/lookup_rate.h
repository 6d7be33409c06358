// SPDX-License-Identifier: Apache-2.0
// How many look-ups a second one server thread answers, asked over HTTP on 16 connections by one client thread, and
// what a bare Beast server over the same database does under the same questions.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/bench/lookup_state.h"

namespace quipu::bench {

struct LookupRate {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

enum class Question {
  kCertificate,  // GET /v1/certificates/AA/NUMBER
  kOperator,     // GET /v1/operators/TIN: the operator by its TIN, with its certificates
};

// An import into the same database until the end of the scope: a block of two submissions of 64 statements every 50 ms,
// 2,560 statements/s, or as many as the machine can. A local network that imported four programmes made its blocks so:
// 80 in 4.2 s, of which 69 had one or two submissions (docs/performance.md).
class Importing {
 public:
  explicit Importing(LookupState& state);
  ~Importing();
  std::size_t statements() const { return statements_; }

 private:
  std::atomic<bool> ending_{false};
  std::atomic<std::size_t> statements_{0};
  std::thread thread_;
};

// All throw std::runtime_error when an answer is not 200.
LookupRate lookup_rate(LookupState& state, std::size_t operators, Question question, std::chrono::milliseconds time);
LookupRate bare_lookup_rate(LookupState& state, std::size_t operators, std::chrono::milliseconds time);

}  // namespace quipu::bench
