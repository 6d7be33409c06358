// SPDX-License-Identifier: Apache-2.0
#include "tests/node/audit/mutations/proof_mutations.h"

#include <algorithm>

#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/status_list.h"
#include "tests/node/audit/mutations/damage.h"

namespace quipu::audit::mutations {
namespace {

using ledger::Receipt;
using ledger::StatusBundle;
using ledger::TrustPolicy;
using Text = std::optional<std::string>;

std::optional<crypto::Checkpoint> checkpoint_in(const Receipt& receipt) {
  const auto note = crypto::Note::parse(receipt.note);
  return note ? crypto::Checkpoint::parse(note->text) : std::nullopt;
}

bool same_proof(const Receipt& a, const Receipt& b) {
  return a.extra == b.extra && a.index == b.index && a.proof == b.proof && checkpoint_in(a) == checkpoint_in(b);
}

Text damage_text(const std::string& honest, Dice& dice, std::string&) {
  Bytes text = honest;
  damage(text, dice);
  return text;
}

Text flip_in_text(const std::string& honest, Dice& dice, std::string&) {
  Bytes text = honest;
  dice.flip_bit(text);
  return text;
}

Text cut_short(const std::string& honest, Dice& dice, std::string& where) {
  const std::size_t size = dice.below(honest.size());
  where = "to " + std::to_string(size);
  return honest.substr(0, size);
}

std::vector<std::string> lines_of(std::string text) {
  std::vector<std::string> lines;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    lines.push_back(text.substr(0, end + 1));
    text.erase(0, end + 1);
  }
  return lines;
}

Text change_lines(const std::string& honest, Dice& dice, std::string& where) {
  auto lines = lines_of(honest);
  const auto [a, b] = dice.two(lines.size());
  where = "lines " + std::to_string(a) + " and " + std::to_string(b);
  switch (dice.below(3)) {
    case 0:
      std::swap(lines[a], lines[b]);
      break;
    case 1:
      lines[a] = lines[b];
      break;
    default:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(a));
  }
  std::string out;
  for (const auto& line : lines) out += line;
  return out;
}

using ChangeReceipt = std::function<bool(Receipt& receipt, Dice& dice)>;

Receipt another_receipt(Dice& dice) { return *Receipt::parse(dice.any_of(specimens().receipts)); }

bool leaf_of_another(Receipt& receipt, Dice& dice) {
  const Receipt other = another_receipt(dice);
  receipt.extra = other.extra;
  if (dice.one_in(2)) receipt.index = other.index;
  return true;
}

bool changed_leaf(Receipt& receipt, Dice& dice) {
  dice.flip_bit(*receipt.extra);
  return true;
}

bool other_index(Receipt& receipt, Dice& dice) {
  receipt.index = dice.below(64);
  return true;
}

bool other_path(Receipt& receipt, Dice& dice) {
  auto& path = receipt.proof;
  if (path.size() < 2) return path.push_back(crypto::sha256(dice.bytes(8))), true;
  const auto [a, b] = dice.two(path.size());
  switch (dice.below(4)) {
    case 0:
      std::swap(path[a], path[b]);
      break;
    case 1:
      path.erase(path.begin() + static_cast<std::ptrdiff_t>(a));
      break;
    case 2:
      path.push_back(path[b]);
      break;
    default:
      path[a] = crypto::sha256(dice.bytes(8));
  }
  return true;
}

// Of an older tree, or of a log of the same name that others run.
bool another_checkpoint(Receipt& receipt, Dice& dice) {
  receipt.note = dice.one_in(2) ? specimens().exports.front().files.at("checkpoints/2")
                                : Receipt::parse(specimens().strangers_receipt)->note;
  return true;
}

bool lines_by_others(Receipt& receipt, Dice& dice) {
  auto note = *crypto::Note::parse(receipt.note);
  auto& line = dice.any_of(note.lines);
  const auto other = dice.any_of(note.lines);
  const auto id = line.id;
  switch (dice.below(4)) {
    case 0:
      line = crypto::cosign_note(note.text, line.name, sample::key("stranger", "cosigner"), 1'790'000'100);
      if (dice.one_in(2)) line.id = id;
      break;
    case 1:
      line.signature = other.signature;
      break;
    case 2:
      line = other;
      break;
    default:
      note.lines.erase(note.lines.begin() + static_cast<std::ptrdiff_t>(dice.below(note.lines.size())));
  }
  receipt.note = note.format();
  return true;
}

// Lines that no policy here knows, and the known ones in another order.
bool strangers_beside(Receipt& receipt, Dice& dice) {
  auto note = *crypto::Note::parse(receipt.note);
  note.lines.push_back(crypto::cosign_note(note.text, "stranger.example/w", sample::key("stranger", "cosigner"), 1));
  const auto [a, b] = dice.two(note.lines.size());
  std::swap(note.lines[a], note.lines[b]);
  receipt.note = note.format();
  return true;
}

ChangeText in_receipt(ChangeReceipt change) {
  return [change](const std::string& honest, Dice& dice, std::string&) -> Text {
    Receipt receipt = *Receipt::parse(honest);
    if (!change(receipt, dice)) return std::nullopt;
    return receipt.format();
  };
}

using ChangeBundle = std::function<bool(StatusBundle& bundle, Dice& dice)>;

ChangeText in_bundle(ChangeBundle change) {
  return [change](const std::string& honest, Dice& dice, std::string&) -> Text {
    StatusBundle bundle = *StatusBundle::parse(honest);
    if (!change(bundle, dice)) return std::nullopt;
    return bundle.format();
  };
}

StatusBundle another_bundle(Dice& dice) { return *StatusBundle::parse(dice.any_of(specimens().statuses).text); }

bool other_key(StatusBundle& bundle, Dice& dice) {
  dice.one_in(2) ? void(bundle.key = another_bundle(dice).key)
                 : void(bundle.key.bytes[dice.below(bundle.key.bytes.size())] ^= std::uint8_t{1});
  return true;
}

bool other_value(StatusBundle& bundle, Dice& dice) {
  bundle.value = another_bundle(dice).value;
  if (dice.one_in(2)) bundle.proof = another_bundle(dice).proof;
  return true;
}

// The suspension was never stated, a role more was granted.
bool flattering_record(StatusBundle& bundle, Dice& dice) {
  ledger::v1::CertificateRecord record;
  if (!bundle.value || !ledger::read_canonical(*bundle.value, record)) return false;
  if (dice.one_in(2) && record.suspensions_size() > 0) {
    record.clear_suspensions();
  } else {
    record.set_subject("S9");
  }
  bundle.value = ledger::canonical_bytes(record);
  return true;
}

bool denied(StatusBundle& bundle, Dice&) {
  if (!bundle.value) return false;
  bundle.value.reset();
  return true;
}

bool other_seal(StatusBundle& bundle, Dice& dice) {
  bundle.seal = another_receipt(dice);
  return true;
}

bool replaced_state(StatusBundle& bundle, Dice& dice) {
  auto seal = *ledger::decode_seal_leaf(*bundle.seal.extra);
  seal.state_root = crypto::sha256(dice.bytes(8));
  bundle.seal.extra = ledger::encode_seal_leaf(seal);
  return true;
}

using ledger::StatusList;
using ChangeList = std::function<bool(StatusList& list, Dice& dice)>;

ChangeText in_list(ChangeList change) {
  return [change](const std::string& honest, Dice& dice, std::string&) -> Text {
    StatusList list = *StatusList::parse(honest);
    if (!change(list, dice)) return std::nullopt;
    return list.format();
  };
}

bool conceals(StatusList& list, Dice& dice) {
  if (list.entries.empty()) return false;
  list.entries.erase(list.entries.begin() + static_cast<std::ptrdiff_t>(dice.below(list.entries.size())));
  return true;
}

// A certificate that nobody granted, or another's words about one.
bool invents(StatusList& list, Dice& dice) {
  ledger::v1::CertificateRecord record;
  const auto granted = StatusBundle::parse(specimens().statuses.front().text);
  if (!ledger::read_canonical(*granted->value, record)) return false;
  if (dice.one_in(2)) {
    record.set_certificate("C" + std::to_string(dice.below(99)));
  } else {
    record.clear_suspensions();
  }
  const Bytes value = ledger::canonical_bytes(record);
  const auto key = ledger::map_key(ledger::RecordType::kCertificate, list.administration, record.certificate());
  std::erase_if(list.entries, [&](const auto& entry) { return entry.first == key.view(); });
  list.entries.emplace_back(key.view(), value);
  std::ranges::sort(list.entries);
  return true;
}

bool of_another_administration(StatusList& list, Dice& dice) {
  list.administration = dice.any_of(sample::kCodes);
  return true;
}

bool proof_of_another_list(StatusList& list, Dice& dice) {
  list.proof = StatusList::parse(dice.any_of(specimens().lists))->proof;
  return true;
}

ChangeList of_the_lists_seal(ChangeReceipt change) {
  return [change](StatusList& list, Dice& dice) { return change(list.seal, dice); };
}

ChangeBundle of_the_seal(ChangeReceipt change) {
  return [change](StatusBundle& bundle, Dice& dice) { return change(bundle.seal, dice); };
}

}  // namespace

Judgement judge_receipt(const Claim& claim) {
  const auto policy = TrustPolicy::parse(claim.policy);
  if (!policy) return {.says = policy.error()};
  const auto receipt = Receipt::parse(claim.text);
  if (!receipt) return {.says = receipt.error()};
  if (!receipt->extra) return {.says = "The receipt does not carry its leaf."};
  const auto checkpoint = verify_receipt(*receipt, *receipt->extra, *policy);
  if (!checkpoint) return {.says = checkpoint.error()};
  return {.verified = true,
          .same_as_honest = same_proof(*receipt, *Receipt::parse(claim.honest)) && receipt->format() == claim.text};
}

Judgement judge_status(const Claim& claim, const ledger::MapKey& key) {
  const auto bundle = StatusBundle::parse(claim.text);
  if (!bundle) return {.says = bundle.error()};
  const auto proven = verify_status(*bundle, *TrustPolicy::parse(claim.policy));
  if (!proven) return {.says = proven.error()};
  if (bundle->key != key) return {.says = "It is about another certificate."};
  const auto honest = StatusBundle::parse(claim.honest);
  return {.verified = true,
          .same_as_honest = bundle->value == honest->value && bundle->proof == honest->proof &&
                            same_proof(bundle->seal, honest->seal) && bundle->format() == claim.text};
}

Judgement judge_list(const Claim& claim) {
  const auto list = StatusList::parse(claim.text);
  if (!list) return {.says = list.error()};
  const auto proven = verify_status_list(*list, *TrustPolicy::parse(claim.policy));
  if (!proven) return {.says = proven.error()};
  const auto honest = StatusList::parse(claim.honest);
  if (list->administration != honest->administration) return {.says = "It is about another administration."};
  return {.verified = true,
          .same_as_honest = list->entries == honest->entries && list->proof == honest->proof &&
                            same_proof(list->seal, honest->seal) && list->format() == claim.text};
}

std::span<const TextMutation> list_mutations() {
  static const std::vector<TextMutation> all = {
      {"list: a bit is flipped", flip_in_text},
      {"list: it is damaged", damage_text},
      {"list: lines are exchanged, repeated or dropped", change_lines},
      {"list: a certificate is concealed", in_list(conceals)},
      {"list: a certificate is invented or changed", in_list(invents)},
      {"list: it is said to be another administration's", in_list(of_another_administration)},
      {"list: the proof is another list's", in_list(proof_of_another_list)},
      {"list: the checkpoint is another", in_list(of_the_lists_seal(another_checkpoint))},
      {"list: lines of the checkpoint are others'", in_list(of_the_lists_seal(lines_by_others))}};
  return all;
}

std::span<const TextMutation> receipt_mutations() {
  static const std::vector<TextMutation> all = {
      {"receipt: a bit is flipped", flip_in_text},
      {"receipt: it is damaged", damage_text},
      {"receipt: it is cut short", cut_short},
      {"receipt: lines are exchanged, repeated or dropped", change_lines},
      {"receipt: the leaf is another", in_receipt(leaf_of_another)},
      {"receipt: the leaf is changed", in_receipt(changed_leaf)},
      {"receipt: the index is another", in_receipt(other_index)},
      {"receipt: the path is another", in_receipt(other_path)},
      {"receipt: the checkpoint is another", in_receipt(another_checkpoint)},
      {"receipt: lines of the checkpoint are others'", in_receipt(lines_by_others)},
      {"receipt: strangers sign beside the members", in_receipt(strangers_beside)},
      {"receipt: it is of a log of the same name", [](auto&, auto&, auto&) { return specimens().strangers_receipt; }}};
  return all;
}

std::span<const TextMutation> status_mutations() {
  static const std::vector<TextMutation> all = {
      {"status: a bit is flipped", flip_in_text},
      {"status: it is damaged", damage_text},
      {"status: it is cut short", cut_short},
      {"status: lines are exchanged, repeated or dropped", change_lines},
      {"status: the key is another", in_bundle(other_key)},
      {"status: the record is another", in_bundle(other_value)},
      {"status: the record is flattering", in_bundle(flattering_record)},
      {"status: the record is denied", in_bundle(denied)},
      {"status: the seal is another leaf", in_bundle(other_seal)},
      {"status: the state is replaced", in_bundle(replaced_state)},
      {"status: the path is another", in_bundle(of_the_seal(other_path))},
      {"status: the checkpoint is another", in_bundle(of_the_seal(another_checkpoint))},
      {"status: lines of the checkpoint are others'", in_bundle(of_the_seal(lines_by_others))}};
  return all;
}

std::span<const TextMutation> policy_mutations() {
  static const std::vector<TextMutation> all = {{"policy: a bit is flipped", flip_in_text},
                                                {"policy: it is damaged", damage_text},
                                                {"policy: it is cut short", cut_short},
                                                {"policy: lines are exchanged, repeated or dropped", change_lines}};
  return all;
}

}  // namespace quipu::audit::mutations
