// SPDX-License-Identifier: Apache-2.0
// What each question costs a node in its own process, from the request's text to the answer's, beside one random point
// read of the same database in the same run. Processor time of the thread is given too: it hardly depends on who else
// shares the cores. One thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/bench/lookup_state.h"

namespace quipu::bench {

struct QuestionCost {
  std::string name;
  std::size_t times = 0;  // asked
  double p50_us = 0;
  double p99_us = 0;
  double cpu_us = 0;   // on average
  double bytes = 0;    // of an answer, on average
  double read_us = 0;  // processor time of one point read, just before and after
};

// Asks each whose name begins so for `time`, at least three times. Throws std::runtime_error when an answer is not 200.
std::vector<QuestionCost> question_costs(LookupState& state, std::size_t operators, std::chrono::milliseconds time,
                                         const std::string& named = "");
// For people.
std::string table(const std::vector<QuestionCost>& costs);

// Answers over HTTP on this port of the loopback until the process is ended: for wrk and its like.
void serve(LookupState& state, unsigned short port);

}  // namespace quipu::bench
