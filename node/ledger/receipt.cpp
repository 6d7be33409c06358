// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/receipt.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "crypto/merkle.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kProofHashes = 64;
constexpr std::size_t kPolicyEntries = 256;

std::unexpected<std::string> refuse(std::string what) { return std::unexpected(std::move(what)); }

// The next line without its line feed; nothing when none is left that ends in one.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text) return std::nullopt;
  return number;
}

std::optional<std::string_view> after(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return std::nullopt;
  return line.substr(word.size());
}

}  // namespace

std::string Receipt::format() const {
  std::string out(kFirstLine);
  out += '\n';
  if (extra) out += "extra " + crypto::to_base64(*extra) + "\n";
  out += "index " + std::to_string(index) + "\n";
  for (const auto& hash : proof) out += crypto::to_base64(hash.view()) + "\n";
  return out + "\n" + note;
}

std::expected<Receipt, std::string> Receipt::parse(std::string_view text) {
  Receipt out;
  if (take_line(text) != kFirstLine) return refuse("The first line is not c2sp.org/tlog-proof@v1.");
  auto line = take_line(text);
  if (const auto encoded = after(line.value_or(""), "extra ")) {
    out.extra = crypto::from_base64(*encoded);
    if (!out.extra) return refuse("The extra line is not base64.");
    line = take_line(text);
  }
  const auto number = after(line.value_or(""), "index ");
  const auto index = number ? decimal(*number) : std::nullopt;
  if (!index) return refuse("The index line is missing or not a decimal number.");
  out.index = *index;
  for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
    const auto raw = crypto::from_base64(*line);
    const auto hash = raw ? crypto::Digest::from(*raw) : std::nullopt;
    if (!hash || out.proof.size() == kProofHashes) return refuse("The proof is not at most 64 base64 hashes.");
    out.proof.push_back(*hash);
  }
  if (!line) return refuse("The empty line before the checkpoint is missing.");
  out.note = Bytes(text);
  return out;
}

namespace {

using Words = std::vector<std::string_view>;

// Words between single or repeated spaces and tabs.
Words words_of(std::string_view line) {
  Words words;
  for (std::size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(" \t", end);
  }
  return words;
}

bool has_policy_octets_only(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == 0x09 || octet == 0x0a || (octet >= 0x20 && octet != 0x7f);
  });
}

class PolicyReader {
 public:
  std::expected<TrustPolicy, std::string> read(std::string_view text) {
    if (!has_policy_octets_only(text)) return refuse("The policy holds a control character.");
    std::size_t number = 0;
    while (!text.empty()) {
      ++number;
      const auto line = take_line(text);
      if (!line) return refuse("The policy's last line does not end.");
      const Words words = words_of(*line);
      if (words.empty() || words.front().starts_with('#')) continue;
      if (!take(words)) return refuse("Line " + std::to_string(number) + " of the policy: " + why_);
    }
    if (out_.quorum.empty()) return refuse("The policy names no quorum.");
    if (out_.logs.empty()) return refuse("The policy lists no log.");
    return std::move(out_);
  }

 private:
  bool take(const Words& words) {
    if (words[0] == "log") return take_log(words);
    if (words[0] == "witness") return take_witness(words);
    if (words[0] == "group") return take_group(words);
    if (words[0] == "quorum") return take_quorum(words);
    return fail("an unknown word");
  }
  bool take_log(const Words& words) {
    const auto verifier = words.size() >= 2 ? crypto::NoteVerifier::parse(words[1]) : std::nullopt;
    if (!verifier || words.size() > 3) return fail("expected `log <vkey> [url]`");
    if (verifier->type != crypto::NoteKeyType::kEd25519) return fail("a log key is of another type");
    if (out_.logs.size() == kPolicyEntries) return fail("more than 256 logs");
    out_.logs.push_back(*verifier);
    return true;
  }
  bool take_witness(const Words& words) {
    const auto verifier = words.size() >= 3 ? crypto::NoteVerifier::parse(words[2]) : std::nullopt;
    if (!verifier || words.size() > 4) return fail("expected `witness <name> <vkey> [url]`");
    if (verifier->type != crypto::NoteKeyType::kCosignature) return fail("a witness key is of another type");
    if (!new_name(words[1]) || out_.witnesses.size() == kPolicyEntries)
      return fail("a name twice, or over 256 witnesses");
    out_.witnesses.push_back({std::string(words[1]), *verifier});
    return true;
  }
  bool take_group(const Words& words) {
    if (words.size() < 4) return fail("expected `group <name> all|any|<k> <member>...`");
    if (!new_name(words[1]) || out_.groups.size() == kPolicyEntries) return fail("a name twice, or over 256 groups");
    TrustPolicy::Group group{std::string(words[1]), 0, {words.begin() + 3, words.end()}};
    for (const auto& member : group.members) {
      if (!names_.contains(member) || member == group.name) return fail("a member is not defined above");
      if (!grouped_.insert(member).second) return fail("a member is in a group already");
    }
    const auto threshold = words[2] == "all"   ? std::optional<std::uint64_t>(group.members.size())
                           : words[2] == "any" ? std::optional<std::uint64_t>(1)
                                               : decimal(words[2]);
    if (!threshold || *threshold < 1 || *threshold > group.members.size()) return fail("the threshold cannot be met");
    group.threshold = *threshold;
    out_.groups.push_back(std::move(group));
    return true;
  }
  bool take_quorum(const Words& words) {
    if (words.size() != 2 || !out_.quorum.empty()) return fail("expected one line `quorum <name|none>`");
    if (words[1] != "none" && !names_.contains(std::string(words[1]))) return fail("the quorum is not defined above");
    out_.quorum = words[1];
    return true;
  }
  bool new_name(std::string_view name) { return name != "none" && names_.insert(std::string(name)).second; }
  bool fail(std::string why) {
    why_ = std::move(why);
    return false;
  }

  TrustPolicy out_;
  std::set<std::string> names_, grouped_;
  std::string why_;
};

// Does some line carry this verifier's signature? Nothing when a line that claims to be it does not verify.
std::optional<bool> signed_by(const crypto::Note& note, const crypto::NoteVerifier& who) {
  bool found = false;
  for (const auto& line : note.lines) {
    if (line.name != who.name || line.id != who.id()) continue;
    if (!crypto::verify_line(note.text, line, who)) return std::nullopt;
    found = true;
  }
  return found;
}

}  // namespace

std::expected<TrustPolicy, std::string> TrustPolicy::parse(std::string_view text) { return PolicyReader().read(text); }

namespace {

// Names satisfied by the note's cosignatures, groups included; nothing when a known line does not verify.
std::optional<std::set<std::string>> satisfied(const TrustPolicy& policy, const crypto::Note& note) {
  std::set<std::string> met;
  std::set<crypto::PublicKey> counted;
  for (const auto& witness : policy.witnesses) {
    const auto cosigned = signed_by(note, witness.verifier);
    if (!cosigned) return std::nullopt;
    if (*cosigned && counted.insert(witness.verifier.key).second) met.insert(witness.name);
  }
  for (const auto& group : policy.groups) {
    const auto votes = std::ranges::count_if(group.members, [&](const auto& member) { return met.contains(member); });
    if (static_cast<std::size_t>(votes) >= group.threshold) met.insert(group.name);
  }
  return met;
}

}  // namespace

std::expected<crypto::Checkpoint, std::string> TrustPolicy::check(std::string_view bytes) const {
  const auto note = crypto::Note::parse(bytes);
  const auto checkpoint = note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
  if (!checkpoint) return refuse("The checkpoint is not a signed note in form.");
  bool log_signed = false;
  for (const auto& log : logs) {
    if (log.name != checkpoint->origin) continue;
    const auto found = signed_by(*note, log);
    if (!found) return refuse("A log signature of the checkpoint does not verify.");
    log_signed = log_signed || *found;
  }
  if (!log_signed) return refuse("No log that the policy lists signed the checkpoint.");
  const auto met = satisfied(*this, *note);
  if (!met) return refuse("A cosignature of the checkpoint does not verify.");
  if (quorum != "none" && !met->contains(quorum)) return refuse("Too few cosignatures for the policy's quorum.");
  return *checkpoint;
}

std::expected<crypto::Checkpoint, std::string> verify_receipt(const Receipt& receipt, BytesView leaf,
                                                              const TrustPolicy& policy) {
  auto checkpoint = policy.check(receipt.note);
  if (!checkpoint) return checkpoint;
  if (!crypto::verify_inclusion(receipt.index, checkpoint->size, crypto::leaf_hash(leaf), receipt.proof,
                                checkpoint->root)) {
    return refuse("The proof does not lead from the leaf to the checkpoint's root.");
  }
  return checkpoint;
}

}  // namespace quipu::ledger
