// SPDX-License-Identifier: Apache-2.0
// A Byzantine member: our own code runs at its node, and the attacker stands between it and the wire, with its vote
// key. One file per attacker. (A twin needs none: it is the same member running twice.)
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "consensus/message.h"
#include "node/ledger/membership.h"
#include "testnet/sim/cast.h"
#include "testnet/sim/options.h"
#include "testnet/sim/random.h"

namespace quipu::testnet {

struct AttackerContext {
  std::shared_ptr<const Cast> cast;
  std::size_t administration = 0;
  Random random;
  // Of the epoch that its node lives in; a former member has no place and says nothing of its own.
  consensus::Scope scope{};
  std::size_t members = 0;
  std::optional<consensus::MemberIndex> place{};
  consensus::MemberIndex self() const { return *place; }
};

class Attacker {
 public:
  // To one peer, or to all.
  using Say = std::function<void(std::optional<consensus::PeerId> to, const consensus::Message& message)>;

  explicit Attacker(AttackerContext context) : context_(std::move(context)) {}
  virtual ~Attacker() = default;
  // Its node begins to live in this epoch, also after a restart in the same one.
  virtual void enters(const ledger::Membership& membership);
  bool votes() const { return context_.place.has_value(); }
  // Our code wanted to send this.
  virtual void says(std::optional<consensus::PeerId> to, const consensus::Message& message, const Say& say) {
    say(to, message);
  }
  // This came in, while it votes; our code gets it too, if it is let in.
  virtual void hears([[maybe_unused]] consensus::PeerId from, const consensus::Message&, const Say&) {}
  virtual bool lets_in(const consensus::Message&) { return true; }
  // Its workers find every submission well signed.
  virtual bool believes_submissions() const { return false; }

 protected:
  AttackerContext context_;
};

std::unique_ptr<Attacker> credulous(AttackerContext context);
std::unique_ptr<Attacker> deaf_leader(AttackerContext context);
std::unique_ptr<Attacker> equivocating_leader(AttackerContext context);
std::unique_ptr<Attacker> forger(AttackerContext context);
std::unique_ptr<Attacker> leaf_forger(AttackerContext context);
std::unique_ptr<Attacker> nullify_always(AttackerContext context);
std::unique_ptr<Attacker> replayer(AttackerContext context);
std::unique_ptr<Attacker> withholder(AttackerContext context);
// Nothing for a twin and for none.
std::unique_ptr<Attacker> make_attacker(AttackerKind kind, AttackerContext context);

// A vote by the attacker's own key.
consensus::Vote forge_vote(const AttackerContext& context, consensus::VoteKind kind, const consensus::Subject& subject);

}  // namespace quipu::testnet
