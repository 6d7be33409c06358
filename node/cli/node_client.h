// SPDX-License-Identifier: Apache-2.0
// What the commands ask of a node, in their own terms; every failure is one line with what to do next. One thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "crypto/keys.h"
#include "node/fetch/http_client.h"

namespace quipu::cli {

using fetch::HttpClient;
using fetch::HttpReply;

struct SequenceAnswer {
  std::uint64_t final_ = 0;  // the last one in the ledger
  std::uint64_t next = 1;    // the next to use
};

// Which ledger a node keeps.
struct ChainNames {
  std::string chain_id;
  std::string chain;  // hex of the genesis' digest
};

// Why a submission was refused.
struct Refusal {
  std::string code;                    // of a rule, or the API's own; empty when the answer had none
  std::string text;                    // title and detail in one line
  std::optional<std::uint32_t> event;  // which of its events
  // "SUBJECT_TAKEN (event 3): The author has already registered this subject."
  std::string sentence() const;
};

// What a node said to one leaf.
struct Sent {
  enum class Kind : std::uint8_t {
    kTaken,
    kLater,  // 429, 5xx, or no answer: the same bytes again after `wait_ms`
    kRefused,
  };
  Kind kind = Kind::kTaken;
  std::int64_t wait_ms = 0;
  Refusal refusal;             // all but kTaken
  bool perhaps_taken = false;  // kLater: the node may have them all the same
};

struct SubmissionAnswer {
  std::string status;  // PENDING, FINAL, REJECTED, EXPIRED, or UNKNOWN
  std::uint64_t height = 0;
  std::uint64_t index = 0;
  std::string time;
  Refusal refusal;  // REJECTED
};

// Why there is no answer.
struct Trouble {
  std::string why;
  bool passing = false;  // no answer came, or 429 or 5xx: asking again may help
};

// What a node said to a draft that it is to sign.
struct DraftAnswer {
  Sent sent{};
  std::string id{};        // of the submission; empty: it waits for further callers
  std::string asked_by{};  // those so far, in one line
  std::uint64_t confirmations = 0;
};

// What a node said to one side record.
struct PutAnswer {
  bool kept = false;
  bool passing = false;  // no answer came, or 429 or 5xx: asking again may help
  Refusal refusal{};
};

class NodeClient {
 public:
  explicit NodeClient(HttpClient http) : http_(std::move(http)) {}

  // 200 and JSON, or the problem's title and detail as the error.
  std::expected<boost::json::value, std::string> get_json(const std::string& target);
  std::expected<boost::json::value, std::string> post_json(const std::string& target, BytesView body);
  // 200 with any body.
  std::expected<HttpReply, std::string> get_file(const std::string& target, const std::string& accept = "*/*");
  // The same, and nothing when the node does not hold it (404).
  std::expected<std::optional<Bytes>, std::string> get_file_if_held(const std::string& target);

  std::expected<ChainNames, std::string> chain();
  std::expected<SequenceAnswer, Trouble> sequence(const std::string& administration, const crypto::PublicKey& key);
  Sent send(BytesView leaf);
  DraftAnswer send_draft(BytesView body);
  PutAnswer put_record(BytesView body);
  std::expected<SubmissionAnswer, Trouble> submission(const crypto::Digest& id);
  const std::string& url() const { return http_.url(); }

 private:
  // Of the first answer of a training network, whoever reads what the command prints is told.
  std::expected<HttpReply, std::string> noted(std::expected<HttpReply, std::string> reply);

  HttpClient http_;
  bool told_ = false;
};

// Percent-encodes one path segment or query value.
std::string url_encoded(std::string_view text);

}  // namespace quipu::cli
