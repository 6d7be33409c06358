// SPDX-License-Identifier: Apache-2.0
#include "node/runtime/managed_signing.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "crypto/keyfile.h"
#include "crypto/merkle.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"
#include "node/signer/member_keys.h"
#include "storage/directory_sync.h"
#include "storage/disk_fault.h"
#include "storage/line_file.h"

namespace quipu::runtime {

namespace fs = std::filesystem;

namespace {

constexpr const char* kVoid = "void";

std::string joined(const std::vector<std::string>& callers) { return fmt::format("{}", fmt::join(callers, ",")); }

}  // namespace

ManagedSigning::ManagedSigning(ManagedSigningConfig config, crypto::SecretKey issuer)
    : config_(std::move(config)),
      issuer_(std::move(issuer)),
      terms_{.administration = config_.administration,
             .key = issuer_.public_key(),
             .confirmations = config_.confirmations},
      queue_(config_.confirmations, config_.per_hour) {}

fs::path ManagedSigning::account_of(const crypto::Digest& draft) const {
  return config_.account / crypto::to_hex(draft.view());
}

// The last line counts: "<callers> <leaf>", or that the leaf was refused.
std::optional<Bytes> ManagedSigning::signed_before(const crypto::Digest& draft) const {
  const auto lines = storage::read_lines(account_of(draft));
  if (lines.empty() || lines.back() == kVoid) return std::nullopt;
  const std::string& line = lines.back();
  return storage::must_have(crypto::from_hex(std::string_view(line).substr(line.find(' ') + 1)),
                            account_of(draft).string());
}

http::Confirmation ManagedSigning::confirm(const http::Draft& draft, const std::string& caller, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (signed_before(draft.id)) return http::Confirmation::kComplete;
  return queue_.confirm(draft, caller, now_ms);
}

std::vector<std::string> ManagedSigning::callers_of(const crypto::Digest& draft) const {
  const std::lock_guard lock(mutex_);
  return queue_.callers_of(draft);
}

std::vector<http::WaitingDraft> ManagedSigning::waiting(std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  return queue_.waiting(now_ms);
}

std::expected<http::WithdrawnDraft, http::NotWithdrawn> ManagedSigning::withdraw(const crypto::Digest& draft,
                                                                                 const std::string& caller,
                                                                                 std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (signed_before(draft)) return std::unexpected(http::NotWithdrawn::kSigned);
  const std::string callers = joined(queue_.callers_of(draft));
  const auto withdrawn = queue_.withdraw(draft, caller, now_ms);
  if (!withdrawn) return std::unexpected(http::NotWithdrawn::kNotWaiting);
  if (!callers.empty()) spdlog::info("{} withdrew draft {} of {}", caller, withdrawn->name, callers);
  return *withdrawn;
}

std::string ManagedSigning::withdrawer_of(const crypto::Digest& draft) const {
  const std::lock_guard lock(mutex_);
  return queue_.withdrawer_of(draft);
}

http::SignedDraft ManagedSigning::sign(const http::Draft& draft, std::uint64_t sequence, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (auto before = signed_before(draft.id)) return {.leaf = *std::move(before), .fresh = false};
  ledger::v1::Submission message = *draft.message;
  message.set_sequence(sequence);
  Bytes leaf = ledger::sign_submission(message, issuer_, now_ms / 1000);
  const std::string callers = joined(queue_.callers_of(draft.id));
  storage::append_line(account_of(draft.id), callers + " " + crypto::to_hex(leaf));
  spdlog::info("signed {} for draft {} of {}", crypto::to_hex(crypto::leaf_hash(leaf).view()), draft.name, callers);
  return {.leaf = std::move(leaf), .fresh = true};
}

void ManagedSigning::taken(const crypto::Digest& draft) {
  const std::lock_guard lock(mutex_);
  queue_.remove(draft);
}

void ManagedSigning::refused(const crypto::Digest& draft) {
  const std::lock_guard lock(mutex_);
  storage::append_line(account_of(draft), kVoid);
}

std::set<std::string> identities_in(const std::string& text) {
  std::set<std::string> identities;
  std::istringstream in(text);
  for (std::string id; in >> id;) identities.insert(id);
  return identities;
}

std::expected<std::unique_ptr<ManagedSigning>, std::string> open_managed_signing(const NodeConfig& config) {
  if (config.managed_issuer_key.empty()) return nullptr;
  const fs::path file = config.resolve(config.managed_issuer_key);
  const auto secret_file = config.managed_passphrase_file;
  const auto passphrase = signer::read_passphrase(secret_file.empty() ? fs::path() : config.resolve(secret_file));
  if (!passphrase) return std::unexpected(passphrase.error());
  auto key = crypto::unlock_key_file(file, *passphrase);
  if (!key) return std::unexpected("managed_signing.issuer_key: " + key.error());
  if (key->header.purpose != "issuer" || key->header.administration != config.administration) {
    return std::unexpected(
        fmt::format("managed_signing.issuer_key: {} is {}'s key for purpose {}; name an issuer key of {}",
                    file.string(), key->header.administration, key->header.purpose, config.administration));
  }
  const fs::path account = config.resolve(config.managed_account);
  std::error_code fault;
  fs::create_directories(account, fault);
  if (!fault) fs::permissions(account, fs::perms::owner_all, fault);
  if (fault || !storage::sync_directory(account.parent_path())) {
    return std::unexpected("managed_signing.account: cannot make " + account.string());
  }
  return std::make_unique<ManagedSigning>(
      ManagedSigningConfig{.administration = config.administration,
                           .account = account,
                           .identities = identities_in(config.managed_identities),
                           .confirmations = static_cast<std::size_t>(config.managed_confirmations),
                           .per_hour = static_cast<std::size_t>(config.managed_per_hour)},
      std::move(key->secret));
}

}  // namespace quipu::runtime
