// SPDX-License-Identifier: Apache-2.0
// Members, a genesis and submissions for tests, the same in every run.
#pragma once

#include <cassert>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "node/ledger/genesis.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::sample {

inline constexpr std::uint64_t kCreated_ms = 1'790'000'000'000;  // 2026-09-21
inline const std::vector<std::string> kCodes = {"BO", "BR", "CL", "PE"};

// The key of a member for a purpose, e.g. key("BO", "vote").
inline crypto::SecretKey key(const std::string& code, const std::string& purpose) {
  auto made = crypto::SecretKey::from_seed(crypto::sha256("sample key " + code + " " + purpose).view());
  assert(made);
  return *std::move(made);
}

inline Bytes public_key(const std::string& code, const std::string& purpose) {
  return Bytes(key(code, purpose).public_key().view());
}

inline ledger::v1::Member member(const std::string& code) {
  ledger::v1::Member out;
  out.set_administration(code);
  out.set_name("Aduana de " + code);
  out.set_governance_key(public_key(code, "governance"));
  out.set_vote_key(public_key(code, "vote"));
  out.set_transport_key(public_key(code, "transport"));
  out.set_cosigner_key(public_key(code, "cosigner"));
  out.set_log_key(public_key(code, "log"));
  out.add_issuer_keys(public_key(code, "issuer"));
  out.add_approver_keys(public_key(code, "approver"));
  out.set_address("127.0.0.1:8481");
  out.set_utc_offset_minutes(-240);
  return out;
}

inline constexpr std::string_view kArrangements =
    R"([{"arrangement":"ARR","title":"Regional","parties":["BO","BR","CL","PE"],"signed_on":"2022-05-18","notice_days":60}])";

inline Bytes genesis_file(const std::string& chain_id = "sample-1") {
  std::vector<ledger::v1::Member> members;
  for (const auto& code : kCodes) members.push_back(member(code));
  auto file = ledger::make_genesis_file(chain_id, kCreated_ms, members, kArrangements);
  assert(file);
  return *std::move(file);
}

inline ledger::Genesis genesis() {
  auto parsed = ledger::parse_genesis(genesis_file());
  assert(parsed);
  return *std::move(parsed);
}

// A registration of one operator per number in [first, first + events).
inline ledger::v1::Submission registrations(const std::string& code, std::uint64_t sequence, int first, int events) {
  ledger::v1::Submission out;
  out.set_chain_id("sample-1");
  out.set_administration(code);
  out.set_sequence(sequence);
  for (int i = first; i < first + events; ++i) {
    auto* event = out.add_events();
    event->set_decision_date("2026-09-21");
    auto* operator_registered = event->mutable_operator_registered();
    operator_registered->set_subject(code + "-S" + std::to_string(i));
    operator_registered->set_tin(code + std::to_string(100'000 + i));
    operator_registered->set_person(ledger::v1::LEGAL);
  }
  return out;
}

inline std::shared_ptr<const ledger::Submission> decoded(const Bytes& leaf) {
  auto submission = ledger::decode_submission(leaf, "sample-1");
  assert(submission);
  return std::make_shared<const ledger::Submission>(*std::move(submission));
}

inline std::shared_ptr<const ledger::Submission> signed_registrations(const std::string& code, std::uint64_t sequence,
                                                                      int first, int events,
                                                                      std::uint64_t issued_at_s) {
  return decoded(
      ledger::sign_submission(registrations(code, sequence, first, events), key(code, "issuer"), issued_at_s));
}

}  // namespace quipu::sample
