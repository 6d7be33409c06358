// SPDX-License-Identifier: Apache-2.0
// How a host gets what only a member's own keys can make: from a Signer in this process, or from one in another
// (node/signer). Votes pass the guard and their slot is durable before the signature comes out; a checkpoint is
// cosigned only when it is the tip that the safety file shows. One thread; who cannot answer ends the process.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "consensus/guard.h"
#include "crypto/keys.h"
#include "storage/safety_file.h"
#include "storage/signer.h"

namespace quipu::storage {

class Signing {
 public:
  virtual ~Signing() = default;
  // As those of Signer.
  virtual std::expected<crypto::Signature, consensus::Refusal> sign(const consensus::Slot& slot,
                                                                    const consensus::Subject& subject) = 0;
  virtual void enter_epoch(const consensus::Scope& scope, const consensus::Tip& tip, consensus::View handed_over) = 0;
  virtual void abstain(consensus::View until) = 0;
  virtual void set_tip(const consensus::Tip& tip) = 0;
  // Over the checkpoint of this log, or nothing when the safety file's tip is another.
  virtual std::optional<crypto::Signature> cosign(std::uint64_t size, const crypto::Digest& root,
                                                  std::uint64_t time_s) = 0;
  virtual const consensus::SafetyRecord& record() const = 0;
  virtual const crypto::PublicKey& vote_key() const = 0;
  virtual const crypto::PublicKey& cosigner_key() const = 0;
  virtual std::uint64_t syncs() const = 0;
};

// In this process. In the place of a lost safety file one is begun that abstains (SafetyFile::begin_again). The error:
// it is bad or of another chain than `first`. `origin` names the log in checkpoints.
std::expected<std::unique_ptr<Signing>, std::string> sign_here(std::unique_ptr<SlotDevice> slots,
                                                               const consensus::SafetyRecord& first,
                                                               const std::string& origin, crypto::SecretKey vote,
                                                               crypto::SecretKey cosigner);

}  // namespace quipu::storage
