// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/submission.h"

#include <cassert>

#include "consensus/limits.h"
#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::ledger {
namespace {

std::unexpected<Rejection> refuse(Code code, std::string detail) {
  return std::unexpected(Rejection{code, std::nullopt, std::move(detail)});
}

}  // namespace

std::uint64_t Submission::sequence() const { return payload->sequence(); }
std::size_t Submission::events() const { return static_cast<std::size_t>(payload->events_size()); }

std::expected<Submission, Rejection> decode_submission(BytesView leaf, std::string_view chain_id) {
  if (leaf.size() > limits::kLeafBytes) {
    return refuse(Code::kTooLarge, std::to_string(leaf.size()) + " bytes; a leaf has at most 61440");
  }
  auto statement = crypto::parse_statement(leaf);
  if (!statement) return refuse(Code::kMalformedEnvelope, statement.error());
  auto payload = parse_canonical(statement->payload);
  if (!payload) return std::unexpected(payload.error());
  if ((*payload)->administration() != statement->administration) {
    return refuse(Code::kHeaderMismatch, "claim 1 differs from the payload's administration");
  }
  if ((*payload)->chain_id() != statement->chain_id) {
    return refuse(Code::kHeaderMismatch, "claim 2 differs from the payload's chain id");
  }
  if (statement->chain_id != chain_id) return refuse(Code::kWrongChain, "this ledger is " + std::string(chain_id));
  return Submission{crypto::leaf_hash(leaf), Bytes(leaf), *std::move(statement), *std::move(payload)};
}

Bytes sign_submission(const v1::Submission& message, const crypto::SecretKey& key, std::uint64_t issued_at_s) {
  return crypto::sign_statement(key, message.administration(), message.chain_id(), issued_at_s, canonical(message));
}

}  // namespace quipu::ledger
