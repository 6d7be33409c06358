// SPDX-License-Identifier: Apache-2.0
// A receipt: one leaf, its place in the log, and a published checkpoint (c2sp.org/tlog-proof), checked against a trust
// policy (c2sp.org/tlog-policy). Pure values; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/note.h"

namespace quipu::ledger {

// A .tlog-proof file, taken apart.
struct Receipt {
  std::optional<Bytes> extra;  // the leaf itself, in ours
  std::uint64_t index = 0;
  std::vector<crypto::Digest> proof;  // leaf sibling first
  Bytes note;                         // the checkpoint note, verbatim

  std::string format() const;
  // Strict form; at most 64 hashes. The error is one sentence.
  static std::expected<Receipt, std::string> parse(std::string_view text);
};

// A tlog-policy file, taken apart: the keys of the logs it lists and how many witnesses must have cosigned.
struct TrustPolicy {
  std::vector<crypto::NoteVerifier> logs;
  struct Witness {
    std::string name;
    crypto::NoteVerifier verifier;
  };
  std::vector<Witness> witnesses;
  struct Group {
    std::string name;
    std::size_t threshold = 0;
    std::vector<std::string> members;  // witnesses or groups defined earlier
  };
  std::vector<Group> groups;
  std::string quorum;  // a witness or group; "none": no cosignature asked for

  // At most 256 logs, witnesses and groups each. The error is one sentence that names the line.
  static std::expected<TrustPolicy, std::string> parse(std::string_view text);
  // The checkpoint in the note when a listed log signed it and the quorum is met. A line whose name and key id the
  // policy knows must verify; others are ignored; one key counts once.
  std::expected<crypto::Checkpoint, std::string> check(std::string_view note) const;
};

// That `leaf` stands at receipt.index under a checkpoint which the policy accepts; the checkpoint if so.
std::expected<crypto::Checkpoint, std::string> verify_receipt(const Receipt& receipt, BytesView leaf,
                                                              const TrustPolicy& policy);

}  // namespace quipu::ledger
