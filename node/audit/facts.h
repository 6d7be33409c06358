// SPDX-License-Identifier: Apache-2.0
// What an audited history says of those who made it: its periods, its members, their keys and acts, what was erased,
// which events are late or disputed. Facts, not judgements; all of them follow from the mirror's files. Values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace quipu::audit {

// The first of many, and how many there are.
template <class Item>
struct Listing {
  static constexpr std::size_t kMost = 1'000;
  std::uint64_t total = 0;
  std::vector<Item> first{};

  void add(Item item) {
    if (++total <= kMost) first.push_back(std::move(item));
  }
};

// Heights [first, last] of one epoch, and who voted in it.
struct EpochFact {
  std::uint64_t epoch = 0;
  std::string anchor{};  // hex
  std::uint64_t first_height = 0, last_height = 0;
  std::uint64_t first_time_ms = 0, last_time_ms = 0;  // of these blocks, as their seals have it
  std::vector<std::string> members{};
  std::size_t quorum = 0;
};

struct KeyFact {
  std::string purpose{}, id{}, key{};                       // id and key in hex
  std::uint64_t valid_from_height = 0, revoked_height = 0;  // 0: never revoked
  std::string compromised_since{};
  std::uint64_t signed_submissions = 0;
};

// One administration that is or was a member.
struct MemberFact {
  std::string name{};
  bool observer = false;
  std::uint64_t joined_height = 0, left_height = 0;  // 0: is a member
  std::vector<KeyFact> keys{};
  std::uint64_t submissions = 0, events = 0, late_events = 0, disputed_events = 0;
  std::uint64_t blocks = 0;                     // that it proposed
  std::uint64_t votes = 0;                      // of its in quorum proofs
  std::uint64_t led_views = 0, lost_views = 0;  // in which it led: that a block came of, that were nullified
  std::uint64_t cosignatures = 0;               // on published checkpoints
  std::uint64_t newest_cosigned_height = 0;
  std::vector<std::string> misconduct{};  // that the log itself records
};

struct EventFact {
  std::string author{};
  std::uint64_t leaf = 0;
  std::uint32_t event = 0;
  std::int32_t days = 0;  // by which a late one came after its effect
};

struct ErasedFact {
  std::string issuer{}, subject{}, decided_on{};
  std::uint64_t leaf = 0;
  std::uint32_t event = 0;
};

// From where an audit went on: the authors' signatures below `size`, and the votes that have not changed since, were
// checked by the run that saved the position; everything else by this one.
struct ResumedFact {
  std::uint64_t size = 0, height = 0;  // 0: from the beginning
  std::string root{}, state_root{};    // hex; this run came to the same
  std::string position{};              // SHA-256 of the position's file
};

struct Facts {
  std::vector<EpochFact> epochs{};
  std::map<std::string, MemberFact> members{};    // by code
  std::map<std::string, std::uint64_t> events{};  // by the statement's name in the schema
  Listing<EventFact> late{}, disputed{};
  Listing<ErasedFact> erased{};
  std::uint64_t nullified_views = 0;
  std::uint64_t side_records = 0;  // that were given
  bool records_given = false;
  ResumedFact resumed{};
};

}  // namespace quipu::audit
