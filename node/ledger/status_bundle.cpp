// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/status_bundle.h"

#include "crypto/note.h"
#include "crypto/status_proof.h"
#include "node/ledger/ledger_reader.h"
#include "node/ledger/proof_text.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kFirstLine = "quipu-status@v1";
constexpr std::string_view kNoValue = "-";

std::unexpected<std::string> refuse(std::string what) { return std::unexpected(std::move(what)); }

}  // namespace

std::string StatusBundle::format() const {
  std::string out(kFirstLine);
  out += "\nkey " + crypto::to_base64(key.view());
  out += "\nvalue " + (value ? crypto::to_base64(*value) : std::string(kNoValue));
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
  StatusBundle out{.key = *key};
  const auto value = take_field(text, "value");
  if (value != kNoValue) {
    out.value = value ? crypto::from_base64(*value) : std::nullopt;
    if (!out.value) return refuse("The value line is neither base64 nor -.");
  }
  auto rest = parse_map_and_seal(text);
  if (!rest) return refuse(rest.error());
  out.proof = std::move(rest->proof);
  out.seal = std::move(rest->seal);
  return out;
}

std::expected<StatusBundle, NoBundle> make_status_bundle(const LedgerReader& reader, const MapKey& key) {
  const auto height = reader.newest_note();
  const auto note = height ? reader.note(*height) : std::nullopt;
  if (!note) return std::unexpected(NoBundle::kNothingPublished);
  const auto map = reader.map(*height);
  if (!map) return std::unexpected(NoBundle::kMapNotKept);
  const auto state = reader.state(height);
  const std::uint64_t size = reader.block(*height)->tree_size;
  StatusBundle out{.key = key, .value = state->get(key)};
  const auto value_of = [&](BytesView other) { return state->get(*MapKey::from(other)).value(); };
  out.proof = out.value ? crypto::presence_proof(*map, key.view()) : crypto::absence_proof(*map, key.view(), value_of);
  out.seal.extra = reader.leaf(size - 1);
  out.seal.index = size - 1;
  out.seal.proof = crypto::inclusion_proof(
      size - 1, size, [&](unsigned level, std::uint64_t index) { return reader.node(level, index); });
  out.seal.note = *note;
  return out;
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
  const BytesView key = bundle.key.view();
  const auto& root = proven->seal.state_root;
  const bool leads_there = bundle.value ? crypto::proves_present(root, key, *bundle.value, bundle.proof)
                                        : crypto::proves_absent(root, key, bundle.proof);
  if (!leads_there) return refuse("The proof does not lead from the record to the seal's state root.");
  return proven;
}

}  // namespace quipu::ledger
