// SPDX-License-Identifier: Apache-2.0
// What a rule is: who may state an event, with which key, what must hold before, what it changes (docs/rules.md). Pure.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "node/ledger/codes.h"
#include "node/ledger/date.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

namespace v1 {
class Event;
class LogPlace;
class MemberRecord;
}  // namespace v1

using Verdict = std::expected<void, Rejection>;

// A rule's refusal; apply() adds the event's index. The detail names a field or a value.
inline std::unexpected<Rejection> refuse(Code code, std::string detail) {
  return std::unexpected(Rejection{code, std::nullopt, std::move(detail)});
}

// Where an event stands while its rule is looked at.
struct Context {
  Overlay& state;
  const v1::MemberRecord& member;  // the author
  const std::string& author;       // its code
  const Origin& origin;
  const crypto::Digest& leaf;  // id of the submission that states the event
  const v1::LogPlace& place;   // of the event that states the facts
  const v1::LogPlace& here;    // of the event being applied: the approval, when `place` is what it approves
  Date decision;
  Date effect;             // effective_from, or the decision's date
  bool approving = false;  // a pending event is looked at again
  int& longest_history;    // set by remember(): of the records that this event changed
};

// Whose records an event touches, beyond "the author's own".
enum class AuthorRule : std::uint8_t {
  kIssuer,              // the author's own operators and certificates
  kIssuerOrPeer,        // another's only for a peer validation
  kRecogniser,          // the author's recognition of an issuer
  kSameAdministration,  // events of the author's own, by another of its keys
  kMember,              // the network's rules and members
  kMemberOrParty,       // the same; for an arrangement its parties alone
  kIssuerOrRecogniser,  // of a firm that is another's, if it is by how the author knows it
  kParticipant,         // another's validation in which the author took part
  kParty,               // the author's part in an arrangement
};

// Which events may start before their decision.
enum class Backdating : std::uint8_t { kNever, kExTunc, kAlways };

struct Rule {
  int statement;  // v1::Event::StatementCase
  std::string_view family;
  AuthorRule author;
  int purpose;  // v1::KeyPurpose
  bool dual_control;
  bool closes;  // ends, suspends, withdraws, denies, approves: has room in a full record
  Backdating backdating;
  Verdict (*check)(const Context& at, const v1::Event& event);  // changes nothing
  void (*act)(const Context& at, const v1::Event& event);       // requires that check() passed on this state
};

// First day of legal effect as stated: effective_from, or the decision's date. Requires real dates.
Date stated_effect(const v1::Event& event);

// Every statement that this ledger takes, ascending by statement number.
std::span<const Rule> rules();
// nullptr: not taken yet.
const Rule* rule_for(int statement);

}  // namespace quipu::ledger
