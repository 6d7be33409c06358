// SPDX-License-Identifier: Apache-2.0
// A .quipu-status-list file: all certificates that one administration has ever issued, and that there is no other,
// under a published checkpoint (docs/formats.md, section 6). Pure values; any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "crypto/status_proof.h"
#include "node/ledger/status_bundle.h"

namespace quipu::ledger {

// Bytes of records that one list holds; whoever has more is audited from an export.
inline constexpr std::size_t kStatusListBytes = 12 << 20;

struct StatusList {
  std::string administration{};
  crypto::StatusEntries entries{};  // map key and record of each certificate, ascending
  Bytes proof{};                    // that these are all keys of the administration's certificates in the state root
  Receipt seal{};                   // of the seal that ends the checkpoint's tree, which it carries

  std::string format() const;
  // Strict form; each record is a certificate's, its key follows from it. The error is one sentence.
  static std::expected<StatusList, std::string> parse(std::string_view text);
};
bool is_status_list(std::string_view text);  // by its first line

// As of the newest block under the newest published checkpoint. `administration`: two characters.
enum class NoList : std::uint8_t { kNothingPublished, kMapNotKept, kTooLong };
std::expected<StatusList, NoList> make_status_list(const LedgerReader& reader, const std::string& administration);

// That the list holds and is complete under a checkpoint which the policy accepts.
std::expected<ProvenStatus, std::string> verify_status_list(const StatusList& list, const TrustPolicy& policy);

}  // namespace quipu::ledger
