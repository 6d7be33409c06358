// SPDX-License-Identifier: Apache-2.0
// What the routes of managed signing ask of a node that keeps its administration's issuer key: node/runtime implements
// it. Any thread; confirm(), sign() and withdraw() all on one, so that nothing is withdrawn while it is being signed.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keys.h"
#include "node/http/draft_queue.h"

namespace quipu::http {

struct SigningTerms {
  std::string administration;
  crypto::PublicKey key;          // an issuer key; the rules say whether it is in force
  std::size_t confirmations = 1;  // so many different callers must ask for a draft
};

struct SignedDraft {
  Bytes leaf;
  bool fresh = false;  // signed by this call: nobody else can have these bytes yet
};

// Why a draft cannot be withdrawn.
enum class NotWithdrawn : std::uint8_t {
  kSigned,      // what it states is out of the node's hands
  kNotWaiting,  // unknown, or its life is over
};

class SigningDesk {
 public:
  virtual ~SigningDesk() = default;
  virtual const SigningTerms& terms() const = 0;
  // Whether this caller, by the name it has in the access log, may ask for signatures. Guests never may.
  virtual bool serves(const std::string& caller) const = 0;
  // Complete also for a draft that is signed already.
  virtual Confirmation confirm(const Draft& draft, const std::string& caller, std::uint64_t now_ms) = 0;
  virtual std::vector<std::string> callers_of(const crypto::Digest& draft) const = 0;
  virtual std::vector<WaitingDraft> waiting(std::uint64_t now_ms) = 0;
  // By any caller that is served; who wrote it does not matter. Again: what the first withdrawal was.
  virtual std::expected<WithdrawnDraft, NotWithdrawn> withdraw(const crypto::Digest& draft, const std::string& caller,
                                                               std::uint64_t now_ms) = 0;
  virtual std::string withdrawer_of(const crypto::Digest& draft) const = 0;
  // Of a complete draft: the leaf of before, or one signed now with this sequence number, durable when it returns. Its
  // bytes stay the same until refused().
  virtual SignedDraft sign(const Draft& draft, std::uint64_t sequence, std::uint64_t now_ms) = 0;
  virtual void taken(const crypto::Digest& draft) = 0;
  // A fresh leaf that nothing has taken: the draft is signed anew the next time.
  virtual void refused(const crypto::Digest& draft) = 0;
};

}  // namespace quipu::http
