// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/status_bundle.h"

#include "crypto/note.h"
#include "node/ledger/proof_text.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kFirstLine = "quipu-status@v1";

std::unexpected<std::string> refuse(std::string what) { return std::unexpected(std::move(what)); }

}  // namespace

std::string StatusBundle::format() const {
  std::string out(kFirstLine);
  out += "\nkey " + crypto::to_base64(key.view());
  out += "\nvalue " + value_text(value);
  return out + "\n" + MapAndSeal{proof, seal}.format();
}

std::expected<StatusBundle, std::string> StatusBundle::parse(std::string_view text) {
  const std::string first = std::string(kFirstLine) + "\n";
  if (!text.starts_with(first)) return refuse("The first line is not quipu-status@v1.");
  text.remove_prefix(first.size());
  const auto key_text = take_field(text, "key");
  const auto key_bytes = key_text ? crypto::from_base64(*key_text) : std::nullopt;
  const auto key = key_bytes ? MapKey::from(*key_bytes) : std::nullopt;
  if (!key) return refuse("The key line is not base64 of 35 bytes.");
  StatusBundle out;
  out.key = *key;
  const auto encoded = take_field(text, "value");
  auto value = encoded ? value_of(*encoded) : std::nullopt;
  if (!value) return refuse("The value line is neither base64 nor -.");
  out.value = *std::move(value);
  auto rest = parse_map_and_seal(text);
  if (!rest) return refuse(rest.error());
  out.proof = std::move(rest->proof);
  out.seal = std::move(rest->seal);
  return out;
}

std::expected<StatusBundle, NotPublished> make_status_bundle(const LedgerReader& reader, const MapKey& key) {
  auto published = newest_published(reader);
  if (!published) return std::unexpected(published.error());
  return StatusBundle{prove_record(*published, key), std::move(published->seal)};
}

std::expected<ProvenStatus, std::string> verify_seal(const Receipt& receipt, const TrustPolicy& policy) {
  if (!receipt.extra) return refuse("The seal's proof does not carry the seal.");
  auto checkpoint = verify_receipt(receipt, *receipt.extra, policy);
  if (!checkpoint) return refuse(checkpoint.error());
  if (receipt.index + 1 != checkpoint->size) return refuse("The seal is not the last leaf of the checkpoint's tree.");
  auto seal = decode_seal_leaf(*receipt.extra);
  if (!seal) return refuse("The last leaf is no seal in form: " + seal.error() + ".");
  return ProvenStatus{*std::move(checkpoint), *std::move(seal)};
}

std::expected<ProvenStatus, std::string> verify_status(const StatusBundle& bundle, const TrustPolicy& policy) {
  auto proven = verify_seal(bundle.seal, policy);
  if (!proven) return proven;
  if (!bundle.leads_to(proven->seal.state_root)) {
    return refuse("The proof does not lead from the record to the seal's state root.");
  }
  return proven;
}

}  // namespace quipu::ledger
