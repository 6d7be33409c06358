// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <limits>

#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "crypto/signature.h"

namespace quipu::crypto {
namespace {

constexpr std::size_t kMaxNoteSize = 1'000'000;
constexpr std::size_t kMaxNoteLines = 256;                // a log line and the cosignatures of 255 members
constexpr std::string_view kLineStart = "\xe2\x80\x94 ";  // an em dash and a space
constexpr std::uint64_t kMaxTime = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kTimeSize = 8;

// --- text

constexpr char32_t kMalformed = 0xffff'ffff;

// Takes one UTF-8 character off the front; kMalformed for a wrong, overlong, surrogate or too large one.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const int marked = std::countl_one(first);
  const std::size_t size = marked == 0 ? 1 : static_cast<std::size_t>(marked);
  if (marked == 1 || marked > 4 || size > text.size()) return kMalformed;
  char32_t character = first & (0xffU >> (marked + (marked == 0 ? 0 : 1)));
  for (const char c : text.substr(1, size - 1)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) return kMalformed;
    character = character << 6 | (static_cast<unsigned char>(c) & 0x3f);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xd800 && character < 0xe000;
  if (character < kSmallest[size] || surrogate || character > 0x10ffff) return kMalformed;
  text.remove_prefix(size);
  return character;
}

template <class Allowed>
bool all_characters(std::string_view text, Allowed allowed) {
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (character == kMalformed || !allowed(character)) return false;
  }
  return true;
}

bool is_note_text(std::string_view text) {
  return text.ends_with('\n') && all_characters(text, [](char32_t c) { return c >= 0x20 || c == '\n'; });
}

// Unicode's White_Space property.
bool is_space(char32_t c) {
  constexpr char32_t kSpaces[] = {0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x2000 && c <= 0x200a) || std::ranges::find(kSpaces, c) != std::end(kSpaces);
}

bool is_name(std::string_view name) {
  return !name.empty() && all_characters(name, [](char32_t c) { return c >= 0x20 && c != '+' && !is_space(c); });
}

// The text before the separator, which goes too; nothing when there is none.
std::optional<std::string_view> take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

// Decimal without sign or leading zero.
std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || text != std::to_string(value)) return std::nullopt;
  return value;
}

// --- lines

Bytes typed_key(NoteKeyType type, const PublicKey& key) {
  return ByteWriter().u8(static_cast<std::uint8_t>(type)).raw(key.view()).take();
}

std::string format_line(const NoteLine& line) {
  return std::string(kLineStart) + line.name + ' ' + to_base64(Bytes(line.id.view()) + line.signature) + '\n';
}

// Without its line feed.
std::optional<NoteLine> parse_line(std::string_view line) {
  if (!line.starts_with(kLineStart)) return std::nullopt;
  line.remove_prefix(kLineStart.size());
  const auto name = take_until(line, ' ');
  if (!name || !is_name(*name)) return std::nullopt;
  const auto raw = from_base64(line);
  if (!raw || raw->size() <= NoteKeyId::kSize) return std::nullopt;
  const BytesView id = BytesView(*raw).substr(0, NoteKeyId::kSize);
  return NoteLine{std::string(*name), *NoteKeyId::from(id), raw->substr(NoteKeyId::kSize)};
}

}  // namespace

NoteKeyId NoteVerifier::id() const {
  const Digest digest = sha256({name, "\n", typed_key(type, key)});
  return *NoteKeyId::from(digest.view().substr(0, NoteKeyId::kSize));
}

std::string NoteVerifier::vkey() const {
  return name + '+' + to_hex(id().view()) + '+' + to_base64(typed_key(type, key));
}

std::optional<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
  std::string_view rest = vkey;
  const auto name = take_until(rest, '+');
  const auto id = take_until(rest, '+');
  if (!name || !id || !is_name(*name)) return std::nullopt;
  const auto raw = from_base64(rest);
  if (!raw || raw->size() != 1 + PublicKey::kSize) return std::nullopt;
  const auto type = static_cast<NoteKeyType>((*raw)[0]);
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignature) return std::nullopt;
  NoteVerifier verifier{std::string(*name), type, *PublicKey::from(BytesView(*raw).substr(1))};
  if (verifier.vkey() != vkey || !admissible(verifier.key)) return std::nullopt;
  return verifier;
}

std::string Note::format() const {
  std::string bytes = text + '\n';
  for (const NoteLine& line : lines) bytes += format_line(line);
  return bytes;
}

std::optional<Note> Note::parse(std::string_view bytes) {
  if (bytes.size() > kMaxNoteSize) return std::nullopt;
  const std::size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos || !is_note_text(bytes.substr(0, blank + 1))) return std::nullopt;
  Note note;
  note.text = bytes.substr(0, blank + 1);
  std::string_view rest = bytes.substr(blank + 2);
  while (!rest.empty()) {
    const auto line = take_until(rest, '\n');
    auto parsed = line ? parse_line(*line) : std::nullopt;
    if (!parsed || note.lines.size() == kMaxNoteLines) return std::nullopt;
    note.lines.push_back(std::move(*parsed));
  }
  if (note.lines.empty()) return std::nullopt;
  return note;
}

std::string Checkpoint::text() const {
  return origin + '\n' + std::to_string(size) + '\n' + to_base64(root.view()) + '\n';
}

std::optional<Checkpoint> Checkpoint::parse(std::string_view text) {
  std::string_view rest = text;
  const auto origin = take_until(rest, '\n');
  const auto size_line = take_until(rest, '\n');
  const auto root_line = take_until(rest, '\n');
  if (!origin || !size_line || !root_line || !rest.empty() || !is_name(*origin)) return std::nullopt;
  const auto size = parse_decimal(*size_line);
  const auto raw_root = from_base64(*root_line);
  const auto root = raw_root ? Digest::from(*raw_root) : std::nullopt;
  if (!size || !root || (*size == 0 && *root != empty_root())) return std::nullopt;
  return Checkpoint{std::string(*origin), *size, *root};
}

NoteLine sign_note(std::string_view text, const std::string& name, const SecretKey& key) {
  const NoteVerifier who{name, NoteKeyType::kEd25519, key.public_key()};
  return {name, who.id(), Bytes(key.sign(text).view())};
}

Bytes cosignature_message(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + '\n' + std::string(text);
}

NoteLine cosign_note(std::string_view text, const std::string& name, const SecretKey& key, std::uint64_t time_s) {
  const NoteVerifier who{name, NoteKeyType::kCosignature, key.public_key()};
  return cosignature_line(who, time_s, key.sign(cosignature_message(text, time_s)));
}

NoteLine cosignature_line(const NoteVerifier& who, std::uint64_t time_s, const Signature& signature) {
  assert(who.type == NoteKeyType::kCosignature);
  return {who.name, who.id(), ByteWriter().u64(time_s).raw(signature.view()).take()};
}

bool verify_line(std::string_view text, const NoteLine& line, const NoteVerifier& who) {
  if (line.name != who.name || line.id != who.id()) return false;
  if (who.type == NoteKeyType::kEd25519) {
    const auto signature = Signature::from(line.signature);
    return signature && verify(who.key, text, *signature);
  }
  const auto time_s = cosignature_time_s(line);
  if (!time_s) return false;
  const auto signature = Signature::from(BytesView(line.signature).substr(kTimeSize));
  return verify(who.key, cosignature_message(text, *time_s), *signature);
}

std::optional<std::uint64_t> cosignature_time_s(const NoteLine& line) {
  if (line.signature.size() != kTimeSize + Signature::kSize) return std::nullopt;
  const std::uint64_t time_s = ByteReader(line.signature).u64();
  if (time_s > kMaxTime) return std::nullopt;
  return time_s;
}

std::string policy_text(const std::string& origin, const std::vector<std::string>& codes,
                        const std::vector<PublicKey>& log_keys, const std::vector<PublicKey>& cosigner_keys,
                        std::size_t quorum) {
  assert(codes.size() == log_keys.size() && codes.size() == cosigner_keys.size());
  std::string logs;
  std::string witnesses;
  std::string group = "group members " + std::to_string(quorum);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const NoteVerifier log{origin, NoteKeyType::kEd25519, log_keys[i]};
    const NoteVerifier cosigner{origin + '/' + codes[i], NoteKeyType::kCosignature, cosigner_keys[i]};
    logs += "log " + log.vkey() + '\n';
    witnesses += "witness " + codes[i] + ' ' + cosigner.vkey() + '\n';
    group += ' ' + codes[i];
  }
  return logs + witnesses + group + "\nquorum members\n";
}

}  // namespace quipu::crypto
