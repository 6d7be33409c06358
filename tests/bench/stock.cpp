// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stock.h"

#include <chrono>

#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"
#include "tests/bench/http_client.h"

namespace quipu::bench {

namespace {

std::uint64_t now_s() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

std::string ten_digits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(10 - digits.size(), '0') + digits;
}

}  // namespace

Bytes Signatory::sign(std::size_t events) {
  ledger::v1::Submission message;
  message.set_chain_id(chain_id_);
  message.set_administration(key_.header.administration);
  message.set_sequence(next_sequence_++);
  for (std::size_t i = 0; i < events; ++i) {
    const std::string number = ten_digits(++operators_);
    auto* event = message.add_events();
    event->set_decision_date("2026-03-01");
    auto* registered = event->mutable_operator_registered();
    registered->set_subject(key_.header.administration + "-" + number);
    registered->set_tin(key_.header.administration + number);
    registered->set_person(ledger::v1::LEGAL);
    registered->set_identity_commitment(Bytes(crypto::leaf_hash(number).view()));
  }
  return ledger::sign_submission(message, key_.secret, now_s());
}

std::vector<Prepared> Signatory::prepare(std::size_t count, std::size_t events) {
  std::vector<Prepared> stock;
  stock.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes leaf = sign(events);
    const std::string id = crypto::to_hex(crypto::leaf_hash(leaf).view());
    stock.push_back({post_request("/v1/submissions", "application/cose", leaf), get_request("/v1/submissions/" + id)});
  }
  return stock;
}

}  // namespace quipu::bench
