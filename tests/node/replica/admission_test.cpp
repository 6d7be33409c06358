// SPDX-License-Identifier: Apache-2.0
#include "node/replica/admission.h"

#include <catch2/catch.hpp>
#include <random>

#include "node/replica/proposer.h"
#include "tests/node/ledger/sample_chain.h"

namespace quipu::replica {

namespace {

constexpr std::uint64_t kAdmissionTime_ms = sample::kCreated_ms + 3'600'000;

using Shared = std::shared_ptr<const ledger::Submission>;

Shared registration(const std::string& code, std::uint64_t sequence, int subject) {
  return sample::signed_registrations(code, sequence, subject, 1, kAdmissionTime_ms / 1000);
}

// A node's admission, pool and chain, and beside it the plain way: everything that waits is tried again, each time.
struct Desk {
  ledger::Genesis genesis = sample::genesis();
  Chain chain{ledger::genesis_block(genesis).after};
  Mempool pool{4};
  AdmissionCheck admission;
  std::uint64_t time_ms = kAdmissionTime_ms;
  std::int64_t arrived = 0;

  std::string outcome(AdmissionCheck& by, const ledger::Submission& submission) {
    const auto key = sample::key(submission.administration(), "issuer").public_key();
    const auto checked = by.check(genesis, submission, key, chain.committed(), time_ms, pool);
    return checked ? "taken" : std::string(ledger::name_of(checked.error().code));
  }
  // Tried here and then in the pool, as one of our own officers'.
  std::string hand_in(const Shared& submission) {
    AdmissionCheck plain;
    const auto expected = outcome(plain, *submission);
    const auto found = outcome(admission, *submission);
    CHECK(found == expected);
    if (found == "taken") wait(submission);
    return found;
  }
  void wait(const Shared& submission) {
    const auto& code = submission->administration();
    if (pool.insert({submission, sample::key(code, "issuer").public_key(), ++arrived, 0}) != Mempool::Insert::kTaken) {
      admission.forget(code);
    }
  }
  void commit(ledger::ExecutedBlock block, Submissions submissions) {
    const auto& added = chain.add(std::move(block), submissions);
    const auto state = added.executed->after.state;
    chain.commit(added.after.block, state);
    admission.committed(submissions, chain.committed().state);
    for (const auto& submission : submissions) pool.remove(submission->id);
  }
  void commit_what_waits() {
    auto built = build_block(genesis, chain.committed(), {"BR", ++time_ms}, pool);
    if (built.block) commit(std::move(*built.block), std::move(built.submissions));
  }
};

}  // namespace

TEST_CASE("what is pending counts before and after it is final") {
  Desk desk;
  CHECK(desk.hand_in(registration("BO", 1, 1)) == "taken");
  CHECK(desk.hand_in(registration("BO", 2, 1)) == "SUBJECT_TAKEN");
  desk.commit_what_waits();
  CHECK(desk.hand_in(registration("BO", 2, 1)) == "SUBJECT_TAKEN");
  CHECK(desk.hand_in(registration("BO", 1, 2)) == "SEQUENCE_TAKEN");
  CHECK(desk.hand_in(registration("BO", 2, 2)) == "taken");
}

TEST_CASE("what came before the one that it waits for counts as pending once that is there") {
  Desk desk;
  CHECK(desk.hand_in(registration("BO", 3, 3)) == "taken");
  CHECK(desk.hand_in(registration("BO", 2, 2)) == "taken");
  CHECK(desk.hand_in(registration("BO", 1, 1)) == "taken");
  CHECK(desk.hand_in(registration("BO", 4, 3)) == "SUBJECT_TAKEN");
  CHECK(desk.hand_in(registration("BO", 4, 4)) == "taken");
}

TEST_CASE("what became final another way is not hidden by what was pending here") {
  Desk desk;
  CHECK(desk.hand_in(registration("BO", 1, 1)) == "taken");
  Desk elsewhere;
  CHECK(elsewhere.hand_in(registration("BO", 1, 7)) == "taken");
  auto built = build_block(elsewhere.genesis, elsewhere.chain.committed(), {"CL", desk.time_ms}, elsewhere.pool);
  REQUIRE(built.block);
  desk.commit(std::move(*built.block), std::move(built.submissions));
  desk.pool.remove(registration("BO", 1, 1)->id);
  CHECK(desk.hand_in(registration("BO", 2, 7)) == "SUBJECT_TAKEN");
  CHECK(desk.hand_in(registration("BO", 2, 1)) == "taken");
}

TEST_CASE("whatever comes and becomes final, the answer is that of trying all that waits again") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  std::mt19937 random(seed);
  Desk desk;
  std::map<std::string, std::uint64_t> next;
  std::map<std::string, int> answers;
  for (int step = 0; step < 250; ++step) {
    const auto& code = sample::kCodes[random() % sample::kCodes.size()];
    const auto sequence = next[code] + 1 + (random() % 8 == 0 ? 1 : 0);
    const auto submission = registration(code, sequence, static_cast<int>(random() % 40));
    if (random() % 10 == 0) {
      // From a peer: untried.
      desk.wait(submission);
      desk.admission.forget(code);
    } else {
      ++answers[desk.hand_in(submission)];
    }
    if (desk.pool.holder(sample::key(code, "issuer").public_key(), next[code] + 1) != nullptr) ++next[code];
    if (random() % 4 == 0) desk.commit_what_waits();
  }
  CHECK(answers["taken"] > 20);
  CHECK(answers["SUBJECT_TAKEN"] > 5);
}

}  // namespace quipu::replica
