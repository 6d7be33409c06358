// SPDX-License-Identifier: Apache-2.0
#include "node/cli/node_client.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iostream>
#include <utility>

#include "node/cli/json_fields.h"
#include "node/ledger/json.h"

namespace quipu::cli {

namespace {

namespace json = boost::json;

// The node's own word on it is for who writes programs. It does not tell a wrong token from none.
constexpr const char* kHowToShowAToken =
    "name the file of one with --token-file FILE; the node's operator makes it (quipud token new), and one that has "
    "ended or is another node's opens nothing";

Refusal refusal_in(const json::value& problem) {
  Refusal refusal{text_at(problem, "code"), text_at(problem, "title"), std::nullopt};
  if (const auto event = number_at(problem, "event")) refusal.event = static_cast<std::uint32_t>(*event);
  const std::string detail = refusal.code == "UNAUTHORIZED" ? kHowToShowAToken : text_at(problem, "detail");
  if (!detail.empty()) refusal.text += " " + detail;
  return refusal;
}

Refusal failure(const HttpReply& reply) {
  const auto problem = ledger::parse_strict_json(reply.body);
  if (problem && !text_at(*problem, "code").empty()) return refusal_in(*problem);
  return {"", "the node answered with HTTP status " + std::to_string(reply.status), std::nullopt};
}

bool is_passing(int status) { return status == 429 || status >= 500; }

std::expected<json::value, Trouble> answer_in(const std::expected<HttpReply, std::string>& reply) {
  if (!reply) return std::unexpected(Trouble{reply.error(), true});
  if (reply->status != 200) return std::unexpected(Trouble{failure(*reply).sentence(), is_passing(reply->status)});
  auto value = ledger::parse_strict_json(reply->body);
  if (!value) return std::unexpected(Trouble{"the node's answer is not JSON: " + value.error(), false});
  return std::move(*value);
}

std::expected<json::value, std::string> json_in(const std::expected<HttpReply, std::string>& reply) {
  auto value = answer_in(reply);
  if (!value) return std::unexpected(value.error().why);
  return std::move(*value);
}

}  // namespace

std::string Refusal::sentence() const {
  if (code.empty()) return text;
  return code + (event ? " (event " + std::to_string(*event) + "): " : ": ") + text;
}

std::expected<HttpReply, std::string> NodeClient::noted(std::expected<HttpReply, std::string> reply) {
  if (reply && !reply->training.empty() && !std::exchange(told_, true))
    std::cerr << "note: training network " << reply->training << ": nothing here has legal effect" << std::endl;
  return reply;
}

std::expected<json::value, std::string> NodeClient::get_json(const std::string& target) {
  return json_in(noted(http_.get(target)));
}

std::expected<json::value, std::string> NodeClient::post_json(const std::string& target, BytesView body) {
  return json_in(noted(http_.post(target, "application/json", body)));
}

std::expected<HttpReply, std::string> NodeClient::get_file(const std::string& target, const std::string& accept) {
  auto reply = noted(http_.get(target, accept));
  if (reply && reply->status != 200) return std::unexpected(failure(*reply).sentence());
  return reply;
}

std::expected<std::optional<Bytes>, std::string> NodeClient::get_file_if_held(const std::string& target) {
  auto reply = noted(http_.get(target, "*/*"));
  if (!reply) return std::unexpected(reply.error());
  if (reply->status == 404) return std::nullopt;
  if (reply->status != 200) return std::unexpected(failure(*reply).sentence());
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

std::expected<SequenceAnswer, Trouble> NodeClient::sequence(const std::string& administration,
                                                            const crypto::PublicKey& key) {
  const std::string kid = crypto::to_hex(crypto::key_id(key).view());
  auto answer = answer_in(noted(http_.get("/v1/keys/" + kid + "/sequence?administration=" + administration)));
  if (!answer) {
    answer.error().why = "key " + kid + " of " + administration + ": " + answer.error().why;
    return std::unexpected(std::move(answer.error()));
  }
  return SequenceAnswer{number_at(*answer, "final").value_or(0), number_at(*answer, "next").value_or(1)};
}

namespace {

Sent sent_by(const std::expected<HttpReply, std::string>& reply) {
  constexpr std::int64_t kShortestWait_ms = 200;
  if (!reply) return {Sent::Kind::kLater, 500, {"", reply.error(), std::nullopt}, true};
  if (reply->status == 202) return {};
  if (!is_passing(reply->status)) return {Sent::Kind::kRefused, 0, failure(*reply), false};
  const std::int64_t wait_ms = std::max(reply->retry_after_s * 1000, kShortestWait_ms);
  auto refusal = failure(*reply);
  const bool certain = reply->status == 429 || refusal.code == "NOT_ACCEPTING";
  return {Sent::Kind::kLater, wait_ms, std::move(refusal), !certain};
}

}  // namespace

Sent NodeClient::send(BytesView leaf) {
  return sent_by(noted(http_.post("/v1/submissions", "application/cose", leaf)));
}

DraftAnswer NodeClient::send_draft(BytesView body) {
  const auto reply = noted(http_.post("/v1/drafts", "application/json", body));
  DraftAnswer answer{.sent = sent_by(reply)};
  if (!reply || reply->status != 202) return answer;
  const auto value = ledger::parse_strict_json(reply->body);
  if (!value) return answer;
  answer.id = text_at(*value, "id");
  answer.confirmations = number_at(*value, "confirmations").value_or(0);
  if (const auto* waiting = value->is_object() ? value->get_object().if_contains("waiting") : nullptr) {
    for (const auto& caller : array_at(*waiting, "asked_by")) {
      if (caller.is_string())
        answer.asked_by += (answer.asked_by.empty() ? "" : " ") + std::string(caller.get_string());
    }
  }
  return answer;
}

PutAnswer NodeClient::put_record(BytesView body) {
  const auto reply = noted(http_.post("/v1/records", "application/json", body));
  if (!reply) return {.passing = true, .refusal = {"", reply.error(), std::nullopt}};
  if (reply->status == 200) return {.kept = true};
  return {.passing = is_passing(reply->status), .refusal = failure(*reply)};
}

std::expected<SubmissionAnswer, Trouble> NodeClient::submission(const crypto::Digest& id) {
  const auto reply = noted(http_.get("/v1/submissions/" + crypto::to_hex(id.view())));
  if (reply && reply->status == 404) return SubmissionAnswer{"UNKNOWN", 0, 0, "", {}};
  const auto value = answer_in(reply);
  if (!value) return std::unexpected(value.error());
  return SubmissionAnswer{text_at(*value, "status"), number_at(*value, "height").value_or(0),
                          number_at(*value, "index").value_or(0), text_at(*value, "time"), refusal_in(*value)};
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
