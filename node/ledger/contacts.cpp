// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/contacts.h"

#include "consensus/limits.h"
#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {

namespace {

void add(std::vector<Contact>& list, const std::string& administration, const std::string& address, BytesView key) {
  const auto transport = crypto::PublicKey::from(key);
  if (transport && list.size() < limits::kGuests) list.push_back({administration, address, *transport});
}

// The newest one, in force or not: who left is still served.
std::string transport_key(const v1::MemberRecord& member) {
  for (int i = member.keys_size() - 1; i >= 0; --i) {
    if (member.keys(i).purpose() == v1::TRANSPORT) return member.keys(i).public_key();
  }
  return {};
}

// Those that this member's proposals would let in, or give other keys.
void add_candidates(std::vector<Contact>& list, const StateView& state, const std::string& opener) {
  const auto open = get<v1::OpenProposals>(state, opener, "");
  if (!open) return;
  for (const auto& id : open->proposals()) {
    const auto proposal = get<v1::ProposalRecord>(state, opener, id);
    if (!proposal || !proposal->opened().has_member_add()) continue;
    if (proposal->state() != v1::PROPOSAL_OPEN && proposal->state() != v1::PROPOSAL_ACCEPTED) continue;
    const auto& member = proposal->opened().member_add();
    add(list, member.administration(), member.address(), member.transport_key());
  }
}

}  // namespace

std::vector<Contact> member_contacts(const StateView& state) {
  std::vector<Contact> list;
  for_each_member(state, [&](const v1::MemberRecord& member) {
    if (votes(member)) list.push_back({member.administration(), member.address(), consensus_keys(member).transport});
  });
  return list;
}

std::vector<Contact> guest_contacts(const StateView& state) {
  std::vector<Contact> list;
  std::vector<std::string> openers;
  for_each_member(state, [&](const v1::MemberRecord& member) {
    if (!votes(member)) return add(list, member.administration(), member.address(), transport_key(member));
    openers.push_back(member.administration());
  });
  for (const auto& opener : openers) add_candidates(list, state, opener);
  return list;
}

}  // namespace quipu::ledger
