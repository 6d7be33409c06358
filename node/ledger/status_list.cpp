// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/status_list.h"

#include "node/ledger/canonical.h"
#include "node/ledger/genesis_members.h"
#include "node/ledger/ledger_reader.h"
#include "node/ledger/proof_text.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kFirstLine = "quipu-status-list@v1";

std::unexpected<std::string> refuse(std::string what) { return std::unexpected(std::move(what)); }

std::optional<Bytes> key_of(const std::string& administration, BytesView value) {
  v1::CertificateRecord record;
  if (!read_canonical(value, record)) return std::nullopt;
  return Bytes(map_key(RecordType::kCertificate, administration, record.certificate()).view());
}

// Takes every record line.
std::expected<void, std::string> read_entries(std::string_view& text, StatusList& out) {
  while (const auto encoded = take_field(text, "record")) {
    auto value = crypto::from_base64(*encoded);
    auto key = value ? key_of(out.administration, *value) : std::nullopt;
    const std::string place = "Record " + std::to_string(out.entries.size() + 1);
    if (!key) return refuse(place + " is no certificate's in base64.");
    if (!out.entries.empty() && *key <= out.entries.back().first) return refuse(place + " is out of order.");
    out.entries.emplace_back(*std::move(key), *std::move(value));
  }
  return {};
}

}  // namespace

bool is_status_list(std::string_view text) { return text.starts_with(std::string(kFirstLine) + "\n"); }

std::string StatusList::format() const {
  std::string out(kFirstLine);
  out += "\nadministration " + administration + "\n";
  for (const auto& [key, value] : entries) out += "record " + crypto::to_base64(value) + "\n";
  return out + MapAndSeal{proof, seal}.format();
}

std::expected<StatusList, std::string> StatusList::parse(std::string_view text) {
  if (!is_status_list(text)) return refuse("The first line is not quipu-status-list@v1.");
  text.remove_prefix(kFirstLine.size() + 1);
  StatusList out;
  out.administration = take_field(text, "administration").value_or("");
  if (!is_administration(out.administration)) return refuse("The administration line is not two capital letters.");
  if (auto read = read_entries(text, out); !read) return refuse(read.error());
  auto rest = parse_map_and_seal(text);
  if (!rest) return refuse(rest.error());
  out.proof = std::move(rest->proof);
  out.seal = std::move(rest->seal);
  return out;
}

std::expected<StatusList, NoList> make_status_list(const LedgerReader& reader, const std::string& administration) {
  const auto published = newest_published(reader);
  if (!published) {
    return std::unexpected(published.error() == NotPublished::kMapNotKept ? NoList::kMapNotKept
                                                                          : NoList::kNothingPublished);
  }
  const auto& state = *published->state;
  const Bytes prefix = map_prefix(RecordType::kCertificate, administration);
  StatusList out{.administration = administration, .seal = published->seal};
  std::size_t bytes = 0;
  state.scan(prefix, [&](const MapKey& key, BytesView value) {
    out.entries.emplace_back(key.view(), value);
    return (bytes += value.size()) <= kStatusListBytes;
  });
  if (bytes > kStatusListBytes) return std::unexpected(NoList::kTooLong);
  const auto value_of = [&](BytesView key) { return state.get(*MapKey::from(key)).value(); };
  out.proof = crypto::prefix_proof(published->map, prefix, value_of);
  return out;
}

std::expected<ProvenStatus, std::string> verify_status_list(const StatusList& list, const TrustPolicy& policy) {
  auto proven = verify_seal(list.seal, policy);
  if (!proven) return proven;
  const Bytes prefix = map_prefix(RecordType::kCertificate, list.administration);
  if (!crypto::proves_all(proven->seal.state_root, prefix, list.entries, list.proof)) {
    return refuse("The proof does not lead from these records, and no others, to the seal's state root.");
  }
  return proven;
}

}  // namespace quipu::ledger
