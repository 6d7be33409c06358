// SPDX-License-Identifier: Apache-2.0
#include "node/cli/node_client.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

// "SEQUENCE_GAP (event 3): An earlier submission ... tin"
std::string sentence(const json::value& problem) {
  std::string line = text_at(problem, "code");
  if (const auto event = number_at(problem, "event")) line += " (event " + std::to_string(*event) + ")";
  line += ": " + text_at(problem, "title");
  const std::string detail = text_at(problem, "detail");
  return detail.empty() ? line : line + " " + detail;
}

std::string failure(const HttpReply& reply) {
  const auto problem = ledger::parse_strict_json(reply.body);
  if (problem && !text_at(*problem, "code").empty()) return sentence(*problem);
  return "the node answered with HTTP status " + std::to_string(reply.status);
}

std::expected<json::value, std::string> json_in(const std::expected<HttpReply, std::string>& reply) {
  if (!reply) return std::unexpected(reply.error());
  if (reply->status != 200) return std::unexpected(failure(*reply));
  auto value = ledger::parse_strict_json(reply->body);
  if (!value) return std::unexpected("the node's answer is not JSON: " + value.error());
  return value;
}

}  // namespace

std::expected<json::value, std::string> NodeClient::get_json(const std::string& target) {
  return json_in(http_.get(target));
}

std::expected<json::value, std::string> NodeClient::post_json(const std::string& target, BytesView body) {
  return json_in(http_.post(target, "application/json", body));
}

std::expected<HttpReply, std::string> NodeClient::get_file(const std::string& target, const std::string& accept) {
  auto reply = http_.get(target, accept);
  if (reply && reply->status != 200) return std::unexpected(failure(*reply));
  return reply;
}

std::expected<std::optional<Bytes>, std::string> NodeClient::get_file_if_held(const std::string& target) {
  auto reply = http_.get(target, "*/*");
  if (!reply) return std::unexpected(reply.error());
  if (reply->status == 404) return std::nullopt;
  if (reply->status != 200) return std::unexpected(failure(*reply));
  return std::move(reply->body);
}

std::expected<ChainNames, std::string> NodeClient::chain() {
  const auto status = get_json("/v1/node/status");
  if (!status) return std::unexpected(status.error());
  ChainNames names{text_at(*status, "chain_id"), text_at(*status, "chain")};
  if (names.chain_id.empty() || names.chain.empty())
    return std::unexpected(url() + " does not answer like a Quipu node");
  return names;
}

std::expected<SequenceAnswer, std::string> NodeClient::sequence(const std::string& administration,
                                                                const crypto::PublicKey& key) {
  const std::string kid = crypto::to_hex(crypto::key_id(key).view());
  const auto answer = get_json("/v1/keys/" + kid + "/sequence?administration=" + administration);
  if (!answer) return std::unexpected("key " + kid + " of " + administration + ": " + answer.error());
  return SequenceAnswer{number_at(*answer, "final").value_or(0), number_at(*answer, "next").value_or(1)};
}

Sent NodeClient::send(BytesView leaf) {
  const auto reply = http_.post("/v1/submissions", "application/cose", leaf);
  if (!reply) return {Sent::Kind::kLater, 500, "", reply.error()};
  if (reply->status == 202) return {};
  const std::string why = failure(*reply);
  if (reply->status == 429 || reply->status >= 500) {
    return {Sent::Kind::kLater, std::max<std::int64_t>(reply->retry_after_s * 1000, 200), "", why};
  }
  const auto problem = ledger::parse_strict_json(reply->body);
  return {Sent::Kind::kRefused, 0, problem ? text_at(*problem, "code") : "", why};
}

std::expected<SubmissionAnswer, std::string> NodeClient::submission(const crypto::Digest& id) {
  const auto reply = http_.get("/v1/submissions/" + crypto::to_hex(id.view()));
  if (reply && reply->status == 404) return SubmissionAnswer{"UNKNOWN", 0, 0, "", "", std::nullopt};
  const auto value = json_in(reply);
  if (!value) return std::unexpected(value.error());
  SubmissionAnswer answer;
  answer.status = text_at(*value, "status");
  answer.height = number_at(*value, "height").value_or(0);
  answer.index = number_at(*value, "index").value_or(0);
  answer.code = text_at(*value, "code");
  if (!answer.code.empty()) answer.why = sentence(*value);
  if (const auto event = number_at(*value, "event")) answer.event = static_cast<std::uint32_t>(*event);
  return answer;
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";
  std::string out;
  for (const char c : text) {
    if (kSafe.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace quipu::cli
