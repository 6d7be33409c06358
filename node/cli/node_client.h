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
#include "node/cli/http_client.h"

namespace quipu::cli {

struct SequenceAnswer {
  std::uint64_t final_ = 0;  // the last one in the ledger
  std::uint64_t next = 1;    // the next to use
};

// Which ledger a node keeps.
struct ChainNames {
  std::string chain_id;
  std::string chain;  // hex of the genesis' digest
};

// What a node said to one leaf.
struct Sent {
  enum class Kind : std::uint8_t {
    kTaken,
    kLater,    // 429, 503, or no answer: the same bytes again after `wait_ms`
    kRefused,  // `why` says by what rule
  };
  Kind kind = Kind::kTaken;
  std::int64_t wait_ms = 0;
  std::string code;
  std::string why;
};

struct SubmissionAnswer {
  std::string status;  // PENDING, FINAL, REJECTED, EXPIRED, or UNKNOWN
  std::uint64_t height = 0;
  std::uint64_t index = 0;
  std::string code;  // REJECTED
  std::string why;   // REJECTED: code, title, detail in one line
  std::optional<std::uint32_t> event;
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
  std::expected<SequenceAnswer, std::string> sequence(const std::string& administration, const crypto::PublicKey& key);
  Sent send(BytesView leaf);
  std::expected<SubmissionAnswer, std::string> submission(const crypto::Digest& id);
  const std::string& url() const { return http_.url(); }

 private:
  HttpClient http_;
};

// Percent-encodes one path segment or query value.
std::string url_encoded(std::string_view text);

}  // namespace quipu::cli
