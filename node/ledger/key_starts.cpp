// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/key_starts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/ledger/rules/members.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {

namespace {

constexpr std::array<std::pair<v1::KeyPurpose, const char*>, 5> kPurposes = {{{v1::VOTE, "vote"},
                                                                              {v1::TRANSPORT, "transport"},
                                                                              {v1::COSIGNER, "cosigner"},
                                                                              {v1::LOG, "log"},
                                                                              {v1::GOVERNANCE, "governance"}}};

}  // namespace

std::vector<KeyStart> key_starts(const StateView& state, std::string_view administration) {
  const auto member = member_named(state, administration);
  std::vector<KeyStart> starts;
  if (!member || member->left_height() != 0) return starts;
  for (const auto& key : member->keys()) {
    const auto purpose = std::ranges::find(kPurposes, key.purpose(), &decltype(kPurposes)::value_type::first);
    if (purpose == kPurposes.end()) continue;
    const auto record = get<v1::KeyRecord>(state, std::string(administration), crypto::to_hex(key.public_key()));
    if (!record || record->revoked_height() != 0) continue;
    // A key is valid from the height after the block that brought it.
    starts.push_back({purpose->second, {std::max<std::uint64_t>(record->valid_from_height(), 1) - 1}});
  }
  return starts;
}

}  // namespace quipu::ledger
