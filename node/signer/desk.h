// SPDX-License-Identifier: Apache-2.0
// One connection's conversation on the side of the keys: what it asks for is checked before the Signing behind it sees
// it, since whoever asks may have been taken over. No sockets; one thread.
#pragma once

#include "node/signer/protocol.h"
#include "storage/signing.h"

namespace quipu::signer {

class Desk {
 public:
  explicit Desk(storage::Signing& signing) : signing_(signing) {}
  // The answer to one message, whatever its bytes.
  Bytes answer(BytesView message);
  bool greeted() const { return greeted_; }

 private:
  Answer answer_to(const Hello& hello);
  Answer answer_to(const SignVote& vote);
  Answer answer_to(const EnterEpoch& enter);
  Answer answer_to(const SetTip& set);
  Answer answer_to(const CosignTip& cosign);
  Answer answer_to(const Abstain& abstain);
  Answer done(BytesView result = {}) const;

  storage::Signing& signing_;
  bool greeted_ = false;
  bool entered_ = false;
};

}  // namespace quipu::signer
