// SPDX-License-Identifier: Apache-2.0
// A submission as received: the signed leaf, its strict decoding, and what is made to sign one. Pure.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/cose.h"
#include "crypto/keys.h"
#include "node/ledger/codes.h"

namespace quipu::ledger {

namespace v1 {
class Submission;
class Event;
class Seal;
class Member;
}  // namespace v1

// The bytes are kept as received; nothing is ever encoded again to check a signature.
struct Submission {
  crypto::Digest id;  // RFC 6962 leaf hash of `leaf`
  Bytes leaf;
  crypto::Statement statement;
  std::shared_ptr<const v1::Submission> payload;

  const std::string& administration() const { return statement.administration; }
  std::uint64_t sequence() const;
  std::size_t events() const;
};

// Form: envelope, sizes, canonical encoding, enum ranges, one statement an event, claims equal the payload's, chain id.
// No state, no signature.
std::expected<Submission, Rejection> decode_submission(BytesView leaf, std::string_view chain_id);

// Canonical bytes of a message made by this program (deterministic protobuf).
Bytes canonical(const v1::Submission& message);
// Accepts exactly the canonical encoding: no unknown fields or groups at any depth, known enum values, one statement
// per event; elements are counted before anything is allocated for them.
std::expected<std::shared_ptr<const v1::Submission>, Rejection> parse_canonical(BytesView payload);

// A leaf ready to send. `issued_at_s` is Unix time.
Bytes sign_submission(const v1::Submission& message, const crypto::SecretKey& key, std::uint64_t issued_at_s);

// Proto3 JSON with the schema's field names, read strictly: no unknown or duplicate keys, enums by name, no trailing
// text, padded base64. The error names the path ("events[3].certificate_granted.roles").
std::expected<void, std::string> event_from_json(std::string_view json, v1::Event& out);
std::string event_to_json(const v1::Event& event);
std::string submission_to_json(const v1::Submission& submission);
std::expected<void, std::string> submission_from_json(std::string_view json, v1::Submission& out);

}  // namespace quipu::ledger
