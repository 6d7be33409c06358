// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/tin.h"

#include <algorithm>

#include "crypto/digest.h"
#include "node/ledger/canonical.h"
#include "node/ledger/recognition.h"
#include "node/ledger/rules/records.h"
#include "node/ledger/state.pb.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kCoverLengths = "*";
constexpr std::size_t kCountry = 2;

std::string_view country_of(std::string_view tin) { return tin.substr(0, kCountry); }

std::string cover_id(std::string_view tin, std::uint32_t length) {
  return std::string(tin.substr(0, kCountry + length)) + "*";
}

std::optional<std::string> subject_at(const StateView& state, std::string_view country, std::string_view identifier) {
  const auto entry = get<v1::TinEntry>(state, country, identifier);
  return entry ? std::optional(entry->subject()) : std::nullopt;
}

bool has_tin(const v1::OperatorRecord& firm, std::string_view tin, const std::string& day) {
  const v1::TinFact* fact = in_effect(firm.tins(), day);
  return fact && fact->tin() == tin;
}

bool covers_tin(const v1::OperatorRecord& firm, std::string_view tin, std::uint32_t length, const std::string& day) {
  const v1::TinFact* own = in_effect(firm.tins(), day);
  const v1::CoverFact* cover = in_effect(firm.covers(), day);
  return own && cover && cover->prefix_length() == length && tin.starts_with(own->tin().substr(0, kCountry + length));
}

// Calls each(length, subject) for every cover entered that matches the TIN, longest first, until it returns true.
template <class Each>
void each_cover(const StateView& state, std::string_view tin, const Each& each) {
  const auto known = get<v1::CoverLengths>(state, country_of(tin), kCoverLengths);
  if (!known) return;
  for (const std::uint32_t length : known->lengths()) {
    if (tin.size() < kCountry + length) continue;
    const auto subject = subject_at(state, country_of(tin), cover_id(tin, length));
    if (subject && each(length, *subject)) return;
  }
}

void enter_length(Overlay& state, std::string_view country, std::uint32_t length) {
  v1::CoverLengths known = get<v1::CoverLengths>(state, country, kCoverLengths).value_or(v1::CoverLengths{});
  auto& lengths = *known.mutable_lengths();
  if (std::ranges::find(lengths, length) != lengths.end()) return;
  lengths.Add(length);
  std::ranges::sort(lengths, std::ranges::greater{});
  put(state, country, kCoverLengths, known);
}

}  // namespace

std::optional<std::string> normalise_tin(std::string_view declared) {
  std::string tin;
  for (const char c : declared) {
    if (c == ' ' || c == '.' || c == '-' || c == '/') continue;
    tin += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (tin.size() > 17) return std::nullopt;
  }
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto letter_or_digit = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  if (tin.size() < 3 || !letter(tin[0]) || !letter(tin[1]) || !std::ranges::all_of(tin, letter_or_digit)) return {};
  return tin;
}

std::optional<v1::OperatorRecord> find_operator(const StateView& state, std::string_view tin, Date date) {
  const std::string day = date.text();
  const std::string_view country = country_of(tin);
  std::optional<v1::OperatorRecord> found;
  if (const auto subject = subject_at(state, country, tin)) {
    found = get<v1::OperatorRecord>(state, country, *subject);
    if (found && has_tin(*found, tin, day)) return found;
  }
  found.reset();
  each_cover(state, tin, [&](std::uint32_t length, const std::string& subject) {
    auto firm = get<v1::OperatorRecord>(state, country, subject);
    if (!firm || !covers_tin(*firm, tin, length, day)) return false;
    found = std::move(firm);
    return true;
  });
  return found;
}

bool claimed_by_other(const StateView& state, std::string_view tin, std::string_view subject) {
  const auto holder = subject_at(state, country_of(tin), tin);
  bool claimed = holder && *holder != subject;
  each_cover(state, tin,
             [&](std::uint32_t, const std::string& owner) { return claimed = claimed || owner != subject; });
  return claimed;
}

bool cover_claimed_by_other(const StateView& state, std::string_view tin, std::uint32_t length,
                            std::string_view subject) {
  const auto owner = subject_at(state, country_of(tin), cover_id(tin, length));
  return owner && *owner != subject;
}

crypto::Digest tin_commitment(BytesView salt, std::string_view tin) {
  v1::TinRecord record;
  record.set_salt(Bytes(salt));
  record.set_tin(std::string(tin));
  return crypto::sha256(crypto::ByteWriter().tag("quipu-tin-v1").raw(canonical_bytes(record)).view());
}

std::optional<std::string> claimant_of_commitment(const StateView& state, std::string_view administration,
                                                  std::string_view commitment) {
  return subject_at(state, administration, crypto::to_hex(commitment));
}

void enter_tin(Overlay& state, std::string_view tin, std::uint32_t cover_length, const std::string& subject) {
  v1::TinEntry entry;
  entry.set_subject(subject);
  put(state, country_of(tin), tin, entry);
  if (cover_length == 0) return;
  put(state, country_of(tin), cover_id(tin, cover_length), entry);
  enter_length(state, country_of(tin), cover_length);
}

void enter_commitment(Overlay& state, std::string_view administration, std::string_view commitment,
                      const std::string& subject) {
  v1::TinEntry entry;
  entry.set_subject(subject);
  put(state, administration, crypto::to_hex(commitment), entry);
}

}  // namespace quipu::ledger
