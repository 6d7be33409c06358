// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/outcomes.h"

#include <catch2/catch.hpp>

#include "crypto/digest.h"

namespace outcomes_test {

using namespace quipu;
using http::SubmissionPhase;
using replica::Phase;
using runtime::Outcomes;

constexpr std::int64_t kHour_ms = 3'600'000;

crypto::Digest id_number(std::size_t number) { return crypto::sha256(std::to_string(number)); }

replica::Outcome outcome(const crypto::Digest& id, Phase phase) {
  replica::Outcome out;
  out.id = id;
  out.phase = phase;
  out.height = {7};
  if (phase == Phase::kRejected) out.rejection = ledger::Rejection{ledger::Code::kSubjectTaken, 3, "PE-1"};
  return out;
}

TEST_CASE("a pending submission is pending and a rejected one has its code and event and height") {
  Outcomes outcomes;
  const auto id = id_number(1);
  CHECK(outcomes.find(id).phase == SubmissionPhase::kUnknown);
  outcomes.record(outcome(id, Phase::kPending), 0);
  CHECK(outcomes.find(id).phase == SubmissionPhase::kPending);
  outcomes.record(outcome(id, Phase::kRejected), 1);
  const auto found = outcomes.find(id);
  CHECK(found.phase == SubmissionPhase::kRejected);
  CHECK(found.height == 7);
  REQUIRE(found.rejection);
  CHECK(found.rejection->code == ledger::Code::kSubjectTaken);
  CHECK(found.rejection->event == 3U);
}

TEST_CASE("what became final is left to the log") {
  Outcomes outcomes;
  outcomes.record(outcome(id_number(1), Phase::kPending), 0);
  outcomes.record(outcome(id_number(1), Phase::kFinal), 1);
  CHECK(outcomes.find(id_number(1)).phase == SubmissionPhase::kUnknown);
}

TEST_CASE("a terminal answer is kept for a day from when it was given however long it was pending before") {
  Outcomes outcomes;
  outcomes.record(outcome(id_number(1), Phase::kPending), 0);
  outcomes.record(outcome(id_number(1), Phase::kExpired), 23 * kHour_ms);
  outcomes.record(outcome(id_number(2), Phase::kPending), 46 * kHour_ms);
  CHECK(outcomes.find(id_number(1)).phase == SubmissionPhase::kExpired);
  outcomes.record(outcome(id_number(3), Phase::kPending), 47 * kHour_ms + 1);
  CHECK(outcomes.find(id_number(1)).phase == SubmissionPhase::kUnknown);
  CHECK(outcomes.find(id_number(2)).phase == SubmissionPhase::kPending);
}

TEST_CASE("however much becomes final it pushes no terminal answer out") {
  Outcomes outcomes;
  outcomes.record(outcome(id_number(0), Phase::kRejected), 0);
  for (std::size_t i = 1; i <= limits::kTerminalAnswers + limits::kPoolSubmissions + 1; ++i) {
    outcomes.record(outcome(id_number(i), Phase::kPending), 0);
    outcomes.record(outcome(id_number(i), Phase::kFinal), 0);
  }
  CHECK(outcomes.find(id_number(0)).phase == SubmissionPhase::kRejected);
}

TEST_CASE("of more terminal answers than are kept the oldest go first") {
  Outcomes outcomes;
  for (std::size_t i = 0; i <= limits::kTerminalAnswers; ++i)
    outcomes.record(outcome(id_number(i), Phase::kExpired), 0);
  CHECK(outcomes.find(id_number(0)).phase == SubmissionPhase::kUnknown);
  CHECK(outcomes.find(id_number(1)).phase == SubmissionPhase::kExpired);
  CHECK(outcomes.find(id_number(limits::kTerminalAnswers)).phase == SubmissionPhase::kExpired);
}

TEST_CASE("one that is sent again after its rejection stays pending when the old answer is forgotten") {
  Outcomes outcomes;
  outcomes.record(outcome(id_number(1), Phase::kRejected), 0);
  outcomes.record(outcome(id_number(1), Phase::kPending), 23 * kHour_ms);
  outcomes.record(outcome(id_number(2), Phase::kPending), 25 * kHour_ms);
  CHECK(outcomes.find(id_number(1)).phase == SubmissionPhase::kPending);
}

}  // namespace outcomes_test
