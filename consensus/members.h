// SPDX-License-Identifier: Apache-2.0
// The voting members of one epoch: quorum arithmetic and leader order. An immutable value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "consensus/types.h"

namespace quipu::consensus {

struct MemberKeys {
  std::string code;  // administration, two upper-case letters
  crypto::PublicKey vote;
  crypto::PublicKey cosigner;
  crypto::PublicKey log;
  crypto::PublicKey transport;
  crypto::PublicKey governance;
  friend bool operator==(const MemberKeys&, const MemberKeys&) = default;
};
// Canonical protobuf MemberKeys{code=1, vote=2, cosigner=3, log=4, transport=5, governance=6}.
Bytes encode(const MemberKeys& keys);

// f = floor((n - 1) / 3), quorum = n - f: two quorums share at least f + 1 members for every n.
std::size_t max_faulty(std::size_t members);
std::size_t quorum_size(std::size_t members);

class MemberSet {
 public:
  // Sorts by code. Nothing when empty, over limits::kMembers, or a code or vote key occurs twice.
  static std::optional<MemberSet> make(std::vector<MemberKeys> members);

  std::size_t size() const { return members_.size(); }
  std::size_t faulty() const { return max_faulty(size()); }
  std::size_t quorum() const { return quorum_size(size()); }
  const MemberKeys& operator[](MemberIndex index) const { return members_[index]; }
  const std::vector<MemberKeys>& all() const { return members_; }
  std::optional<MemberIndex> index_of(const std::string& code) const;

  // SHA-256("quipu-members-v1" 00 || per member by code: u16 length || encode(member))
  crypto::Digest hash() const;
  // Codes in ascending order of SHA-256("quipu-leader-v1" 00 || anchor || code); leader(v) = order[(v - 1) mod n].
  std::vector<MemberIndex> leader_order(const crypto::Digest& anchor) const;

 private:
  std::vector<MemberKeys> members_;
};

}  // namespace quipu::consensus
