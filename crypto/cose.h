// SPDX-License-Identifier: Apache-2.0
// The leaf of a submission: COSE_Sign1 (RFC 9052) in the one shape the ledger accepts (docs/formats.md). A strict
// reader of exactly that shape instead of a CBOR library, so that there is one spelling of every leaf.
#pragma once

#include <expected>
#include <string>

#include "crypto/bytes.h"
#include "crypto/keys.h"

namespace quipu::crypto {

struct Statement {
  KeyId kid;
  std::string administration;     // CWT claim 1
  std::string chain_id;           // CWT claim 2
  std::uint64_t issued_at_s = 0;  // CWT claim 6
  Bytes payload;
  Signature signature;
};

// The complete leaf: d2 84 <protected> a0 <payload> <signature>.
Bytes sign_statement(const SecretKey& key, const std::string& administration, const std::string& chain_id,
                     std::uint64_t issued_at_s, BytesView payload);

// Form only, no signature check. The error is one sentence that names the byte offset.
std::expected<Statement, std::string> parse_statement(BytesView leaf);

// The signed bytes: ["Signature1", protected, h'', payload].
Bytes statement_signed_bytes(const Statement& statement);
bool verify_statement(const Statement& statement, const PublicKey& key);

}  // namespace quipu::crypto
