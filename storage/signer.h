// SPDX-License-Identifier: Apache-2.0
// The only code that holds a vote key: guard, slot written and synced, then the signature. One thread.
#pragma once

#include <expected>

#include "consensus/guard.h"
#include "crypto/keys.h"
#include "storage/safety_file.h"

namespace quipu::storage {

class Signer {
 public:
  Signer(SafetyFile file, crypto::SecretKey vote_key, consensus::Scope scope);

  // The signature leaves only after the slot that shows it is durable.
  std::expected<crypto::Signature, consensus::Refusal> sign(const consensus::Slot& slot,
                                                            const consensus::Subject& subject);
  // Signs in this epoch from here on. When it is a later one than the record's, that begins anew at this tip, and
  // nothing of an earlier one is signed any more: requires that the handover which opened it is durable and final.
  // `handed_over`: as for in_next_epoch (consensus/guard.h).
  void enter_epoch(const consensus::Scope& scope, const consensus::Tip& tip, consensus::View handed_over);
  // Nothing at or below is signed from here on, also after a restart.
  void abstain(consensus::View until);
  // After the commit batch is durable, before anything of it is acknowledged.
  void set_tip(const consensus::Tip& tip);
  const consensus::SafetyRecord& record() const { return file_.record(); }
  const crypto::PublicKey& public_key() const { return vote_key_.public_key(); }
  std::uint64_t syncs() const { return file_.syncs(); }

 private:
  SafetyFile file_;
  crypto::SecretKey vote_key_;
  consensus::Scope scope_;
};

}  // namespace quipu::storage
