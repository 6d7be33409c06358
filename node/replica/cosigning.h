// SPDX-License-Identifier: Apache-2.0
// When this member cosigns its tip, whose cosignatures have come in, and when a checkpoint has a quorum. Pure; one
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/replica/replica.h"

namespace quipu::replica {

class Cosigning {
 public:
  // `members` and `origin` outlive it; `self` is their number for an observer, who cosigns nothing.
  Cosigning(const std::string& origin, const consensus::MemberSet& members, consensus::MemberIndex self,
            crypto::VerifyFunction verify);

  // A block is durable. Every 16th height is cosigned at once, any other once the tip has rested.
  std::optional<Cosign> on_tip(const consensus::Tip& tip, Instant now);
  // What is due: the tip at rest, or its renewal while idle.
  std::optional<Cosign> on_deadline(Instant now);
  std::optional<std::int64_t> next_deadline_us() const { return due_us_; }

  struct Taken {
    std::optional<PublishCheckpoint> note{};  // when a quorum is there, and while idle again with newer times
    bool forged = false;                      // a false signature: its sender is to blame
  };
  // Own or received; a received one is verified first.
  Taken on_cosignature(consensus::MemberIndex from, const consensus::CosignatureMessage& message);

  // The q-th newest cosignature time of the tip's checkpoint.
  std::optional<std::uint64_t> quorum_time_s() const;

 private:
  struct Line {
    std::uint64_t time_s = 0;
    crypto::Signature signature;
  };
  struct Tally {
    consensus::Height height;
    crypto::Digest root;
    std::map<consensus::MemberIndex, Line> lines;
    std::uint64_t published_s = 0;  // the q-th newest time of the note; 0: none yet
  };

  Cosign cosign_tip(Instant now);
  bool valid(consensus::MemberIndex from, const consensus::CosignatureMessage& message) const;
  std::optional<PublishCheckpoint> publish(std::uint64_t size, Tally& tally) const;
  void keep_early(consensus::MemberIndex from, const consensus::CosignatureMessage& message);

  const std::string& origin_;
  const consensus::MemberSet& members_;
  consensus::MemberIndex self_;
  crypto::VerifyFunction verify_;
  std::optional<consensus::Tip> tip_;
  std::map<std::uint64_t, Tally> tallies_;  // by tree size, the newest kTallies commits of this node
  // Valid ones for sizes this node has not reached: the newest of each member.
  std::map<consensus::MemberIndex, consensus::CosignatureMessage> early_;
  std::uint64_t last_time_s_ = 0;
  std::uint64_t last_size_ = 0;  // of the tree that was cosigned last
  std::optional<std::int64_t> due_us_;
};

}  // namespace quipu::replica
