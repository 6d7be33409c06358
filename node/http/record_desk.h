// SPDX-License-Identifier: Apache-2.0
// What the routes of side records ask of a node: personal data that stands beside the log, held for those entitled and
// deleted when its subject is erased. node/runtime implements it; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace quipu::http {

struct HandIn {
  std::string subject;  // of this node's own administration
  std::string kind;     // "identity" or "tin"
  Bytes record;
};
enum class HandInAnswer : std::uint8_t {
  kKept,        // now or before: the same record again is fine
  kNoOperator,  // this administration has no such subject
  kNotNamed,    // the subject's record in the ledger names no commitment that this opens
  kErased,
  kMalformed,    // it opens the commitment, but is no canonical record with a salt
  kUnavailable,  // not ready, stopping, or the disk is full
};

struct HeldRecords {
  enum class Kind : std::uint8_t { kHeld, kNotHeld, kNotEntitled, kErased, kNoOperator };
  Kind kind = Kind::kNoOperator;
  Bytes identity{};         // kHeld: canonical IdentityRecord, may be empty
  Bytes tin{};              // kHeld: canonical TinRecord, may be empty
  std::string erased_on{};  // kErased
  // Members that may hold this subject's records today, this node's among them or not; ascending.
  std::vector<std::string> entitled{};
};

// This node's account of one erasure.
struct ErasureNote {
  std::string issuer;
  std::string subject;
  std::string decided_on;
  std::uint64_t leaf = 0;     // of the decision
  std::uint64_t height = 0;   // of the state by which this node acted
  std::uint64_t time_ms = 0;  // when all was deleted
  std::uint64_t records = 0;  // that it held until then
};

class RecordDesk {
 public:
  virtual ~RecordDesk() = default;
  // `done` may run on another thread.
  virtual void hand_in(HandIn record, std::function<void(HandInAnswer)> done) = 0;
  // `issuer` is two capitals.
  virtual HeldRecords records_of(const std::string& issuer, const std::string& subject) = 0;
  virtual std::vector<ErasureNote> erasures() const = 0;  // in the order in which they were done
};

}  // namespace quipu::http
