// SPDX-License-Identifier: Apache-2.0
// What this node asked of others but runs of heights (range_fetch.h): one request per thing wanted, another peer when
// the answer does not come. One thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "consensus/deadlines.h"
#include "consensus/types.h"

namespace quipu::consensus {

enum class FetchKind : std::uint8_t { kBlock, kProofs };

// The identity of a request: where a range ends may change while it is out.
struct FetchKey {
  FetchKind kind = FetchKind::kBlock;
  BlockId block{};          // kBlock
  std::uint64_t first = 0;  // kProofs
  friend auto operator<=>(const FetchKey&, const FetchKey&) = default;
};

struct Wanted {
  FetchKey key{};
  std::uint64_t last = 0;
  std::vector<MemberIndex> candidates{};  // in order of preference, connected ones only
};

struct FetchRequest {
  MemberIndex to = 0;
  FetchKey key{};
  std::uint64_t last = 0;
};

class FetchTable {
 public:
  FetchTable(std::int64_t first_ms, std::int64_t cap_ms) : first_ms_(first_ms), cap_ms_(cap_ms) {}

  // Forgets what is no longer wanted, starts what is new, asks the next candidate where an answer is overdue.
  std::vector<FetchRequest> plan(const std::vector<Wanted>& wanted, std::int64_t now_us, Jitter& jitter);
  bool asked(const FetchKey& key, MemberIndex peer) const;
  // The first outstanding request of a kind to this peer.
  std::optional<FetchKey> outstanding(FetchKind kind, MemberIndex peer) const;
  std::size_t attempts(const FetchKey& key) const;
  // So many of the candidates, or all there are, had nothing; or nearly nobody answers at all.
  bool in_vain(const FetchKey& key, std::size_t most) const;
  // The peer had nothing: ask another at once, or, when all were asked, at the deadline.
  void unhelpful(const FetchKey& key, MemberIndex peer, std::int64_t now_us);
  void peer_gone(MemberIndex peer, std::int64_t now_us);
  // What nobody could be asked for may be asked now.
  void peer_came(std::int64_t now_us);
  std::optional<std::int64_t> next_us() const;

 private:
  struct Fetch {
    MemberIndex asked = 0;
    std::size_t attempts = 0;
    std::size_t candidates = 0;
    std::uint64_t offset = 0;
    std::int64_t due_us = 0;
    std::size_t refusals = 0;
    std::size_t refused = 0;  // which attempt last: one answer counts, however often it comes
  };
  std::optional<MemberIndex> pick(const Fetch& fetch, const Wanted& wanted) const;
  std::size_t load(MemberIndex peer) const;

  std::int64_t first_ms_;
  std::int64_t cap_ms_;
  std::map<FetchKey, Fetch> fetches_;
};

}  // namespace quipu::consensus
