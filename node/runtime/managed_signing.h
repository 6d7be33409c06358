// SPDX-License-Identifier: Apache-2.0
// The issuer key that an administration has chosen to keep on its node, and the account of what was signed with it: a
// file for each draft, durable before its leaf leaves. Signs nothing but submissions of drafts. Any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "crypto/keys.h"
#include "node/http/signing_desk.h"
#include "node/runtime/config.h"

namespace quipu::runtime {

struct ManagedSigningConfig {
  std::string administration;
  std::filesystem::path account;     // a folder
  std::set<std::string> identities;  // ids of tokens and certificates, and users on the Unix socket
  std::size_t confirmations = 1;
  std::size_t per_hour = 60;
};

class ManagedSigning final : public http::SigningDesk {
 public:
  ManagedSigning(ManagedSigningConfig config, crypto::SecretKey issuer);

  const http::SigningTerms& terms() const override { return terms_; }
  bool serves(const std::string& caller) const override { return config_.identities.contains(caller); }
  http::Confirmation confirm(const http::Draft& draft, const std::string& caller, std::uint64_t now_ms) override;
  std::vector<std::string> callers_of(const crypto::Digest& draft) const override;
  std::vector<http::WaitingDraft> waiting(std::uint64_t now_ms) override;
  std::expected<http::WithdrawnDraft, http::NotWithdrawn> withdraw(const crypto::Digest& draft,
                                                                   const std::string& caller,
                                                                   std::uint64_t now_ms) override;
  std::string withdrawer_of(const crypto::Digest& draft) const override;
  http::SignedDraft sign(const http::Draft& draft, std::uint64_t sequence, std::uint64_t now_ms) override;
  void taken(const crypto::Digest& draft) override;
  void refused(const crypto::Digest& draft) override;

 private:
  std::filesystem::path account_of(const crypto::Digest& draft) const;
  std::optional<Bytes> signed_before(const crypto::Digest& draft) const;

  const ManagedSigningConfig config_;
  const crypto::SecretKey issuer_;
  const http::SigningTerms terms_;
  mutable std::mutex mutex_;
  http::DraftQueue queue_;
};

// "t-1 c-2": ids with a space between.
std::set<std::string> identities_in(const std::string& text);

// Nothing when it is off. Refuses a key of another purpose or administration, or one that others may read.
std::expected<std::unique_ptr<ManagedSigning>, std::string> open_managed_signing(const NodeConfig& config);

}  // namespace quipu::runtime
