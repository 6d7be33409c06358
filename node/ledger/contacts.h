// SPDX-License-Identifier: Apache-2.0
// Whom a node talks to, as the state names them: members, and those who may follow beside them. Pure.
#pragma once

#include <string>
#include <vector>

#include "crypto/keys.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct Contact {
  std::string administration;
  std::string address;  // host:port of its peer listener; may be empty
  crypto::PublicKey transport;
};

// Whoever votes, by code.
std::vector<Contact> member_contacts(const StateView& state);
// Former members and observers, who follow; and candidates of undecided or accepted proposals, who must be in step
// before they can vote. At most limits::kGuests, by code.
std::vector<Contact> guest_contacts(const StateView& state);

}  // namespace quipu::ledger
