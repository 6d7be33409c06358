// SPDX-License-Identifier: Apache-2.0
#include "tests/testnet/processes/clerk.h"

#include <atomic>
#include <boost/json/value.hpp>
#include <chrono>
#include <ctime>
#include <stdexcept>

#include "crypto/merkle.h"
#include "node/cli/json_fields.h"
#include "node/cli/submitting.h"
#include "node/ledger/json.h"
#include "testnet/processes/patience.h"

namespace quipu::processes::trial {

namespace {

Answer answer_of(const std::expected<cli::HttpReply, std::string>& reply) {
  if (!reply) return {};
  Answer answer;
  answer.status = reply->status;
  const auto body = ledger::parse_strict_json(reply->body);
  if (!body) return answer;
  answer.code = cli::text_at(*body, "code");
  answer.detail = cli::text_at(*body, "detail");
  answer.event = cli::number_at(*body, "event");
  answer.id = cli::text_at(*body, "id");
  answer.holder = cli::text_at(*body, "holder");
  return answer;
}

crypto::UnlockedKey unlock(const std::filesystem::path& path) {
  auto key = crypto::unlock_key_file(path, "");
  if (!key) throw std::runtime_error(key.error());
  return std::move(*key);
}

}  // namespace

std::string recent_day() {
  const std::time_t day = std::time(nullptr) - 2 * 86'400;
  std::tm parts{};
  gmtime_r(&day, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

ledger::v1::Event new_operator(const std::string& administration) {
  static std::atomic<std::uint64_t> count = 7'700'000'000;
  const auto number = std::to_string(++count);
  ledger::v1::Event event;
  event.set_decision_date("2024-01-02");
  auto& stated = *event.mutable_operator_registered();
  stated.set_subject(administration + "-TRIAL" + number);
  stated.set_tin(administration + number);
  stated.set_person(ledger::v1::LEGAL);
  return event;
}

Clerk::Clerk(LocalNetwork& network, const std::string& author, const std::string& through)
    : author_(author),
      chain_id_(network.processes().chain_id),
      key_(unlock(network.processes().key(network.node(author), "issuer"))),
      http_(cli::HttpClient::make(network.processes().url(network.node(through))).value()),
      node_(cli::HttpClient::make(network.processes().url(network.node(through))).value()) {}

ledger::v1::Submission Clerk::message(const std::vector<ledger::v1::Event>& events, std::uint64_t sequence) const {
  ledger::v1::Submission made;
  made.set_chain_id(chain_id_);
  made.set_administration(author_);
  made.set_sequence(sequence);
  for (const auto& event : events) *made.add_events() = event;
  return made;
}

Bytes Clerk::sign(const ledger::v1::Submission& message) const {
  return ledger::sign_submission(message, key_.secret, cli::now_s());
}

Bytes Clerk::good_leaf() { return sign(message({new_operator(author_)}, next_sequence())); }

std::uint64_t Clerk::next_sequence() {
  const auto sequence = node_.sequence(author_, key_.header.public_key);
  if (!sequence) throw std::runtime_error(sequence.error().why);
  return sequence->next;
}

Answer Clerk::post(BytesView leaf, const std::string& content_type) {
  return post_to("/v1/submissions", content_type, leaf);
}

Answer Clerk::post_to(const std::string& target, const std::string& content_type, BytesView body) {
  return answer_of(http_.post(target, content_type, body));
}

Answer Clerk::get(const std::string& target) { return answer_of(http_.get(target)); }

double Clerk::state(BytesView leaf) {
  using Clock = std::chrono::steady_clock;
  const auto from = Clock::now();
  const auto answer = post(leaf);
  if (answer.status != 202) throw std::runtime_error("refused: " + answer.code + " " + answer.detail);
  const auto id = crypto::leaf_hash(leaf);
  const bool final_ = poll(std::chrono::seconds(60), [&] {
    const auto now = node_.submission(id);
    return now && now->status == "FINAL";
  });
  if (!final_) throw std::runtime_error("not final within a minute");
  return std::chrono::duration<double>(Clock::now() - from).count();
}

}  // namespace quipu::processes::trial
