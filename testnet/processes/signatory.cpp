// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/signatory.h"

#include <chrono>

#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::processes {

namespace {

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

// To base 36, as a tax number may have it. Begins with a letter, unlike those of the sample programmes, which may cover
// others.
std::string tax_number(std::uint64_t number) {
  std::string text(9, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number /= 36) {
    *digit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 36];
  }
  return "Q" + text;
}

constexpr std::uint64_t kStart2020_ms = 1'577'836'800'000;
// A millisecond has so many operators to itself: more than anybody registers, so that later runs begin beyond.
constexpr std::uint64_t kOperatorsPerMs = 64;

}  // namespace

Signatory::Signatory(crypto::UnlockedKey key, std::string chain_id)
    : key_(std::move(key)),
      chain_id_(std::move(chain_id)),
      next_operator_((now_ms() - kStart2020_ms) * kOperatorsPerMs) {}

Statement Signatory::sign(std::uint64_t sequence, std::size_t events) {
  const std::string& author = key_.header.administration;
  ledger::v1::Submission message;
  message.set_chain_id(chain_id_);
  message.set_administration(author);
  message.set_sequence(sequence);
  for (std::size_t i = 0; i < events; ++i) {
    const std::string number = tax_number(next_operator_++);
    auto* event = message.add_events();
    event->set_decision_date("2024-01-02");
    auto* registered = event->mutable_operator_registered();
    registered->set_subject(author + "-" + number);
    registered->set_tin(author + number);
    registered->set_person(ledger::v1::LEGAL);
    registered->set_identity_commitment(Bytes(crypto::leaf_hash(number).view()));
  }
  Bytes leaf = ledger::sign_submission(message, key_.secret, now_ms() / 1000);
  return {crypto::leaf_hash(leaf), std::move(leaf)};
}

}  // namespace quipu::processes
