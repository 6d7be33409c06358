// SPDX-License-Identifier: Apache-2.0
// Checkpoints, policies, receipts, status proofs.
#include "node/ledger/canonical.h"
#include "node/ledger/state.pb.h"
#include "node/ledger/status_list.h"
#include "node/ledger/timeline.h"
#include "tests/node/audit/mutations/specimens.h"
#include "tests/vectors/vectors.h"

namespace quipu::vectors {
namespace {

using audit::mutations::specimens;
using ledger::Receipt;
using ledger::StatusBundle;
using ledger::TrustPolicy;

json::object policy_context() { return {{"policy", specimens().policy}}; }

std::optional<TrustPolicy> policy_in(const json::object& context) {
  auto policy = TrustPolicy::parse(text_at(context, "policy"));
  return policy ? std::optional(*std::move(policy)) : std::nullopt;
}

json::object checkpoint_fields(const crypto::Checkpoint& checkpoint) {
  return {{"origin", checkpoint.origin}, {"size", checkpoint.size}, {"root", crypto::to_hex(checkpoint.root.view())}};
}

std::string without_line(const crypto::Note& note, std::size_t line) {
  crypto::Note out = note;
  out.lines.erase(out.lines.begin() + static_cast<std::ptrdiff_t>(line));
  return out.format();
}

std::vector<Vector> bad_checkpoints(const crypto::Note& note) {
  crypto::Note extended = note, twice = note, forged = note, later = note, strangers = note;
  extended.text += "an extension\n";
  twice.lines[2] = twice.lines[1];
  forged.lines[1].signature.back() ^= 1;
  later.lines[1].signature[7] ^= 1;
  strangers.lines[1] =
      crypto::cosign_note(note.text, note.lines[1].name, sample::key("stranger", "cosigner"), 1'790'000'100);
  return {bad("without the log's line", text_input(without_line(note, 0)), "no log of the policy signed it"),
          bad("with a cosignature too few", text_input(without_line(note, 2)), "too few cosignatures"),
          bad("with one cosignature twice", text_input(twice.format()), "too few cosignatures: a key counts once"),
          bad("with a turned bit in a cosignature", text_input(forged.format()), "a known line does not verify"),
          bad("with another time in a cosignature", text_input(later.format()), "a known line does not verify"),
          bad("with a stranger's cosignature under a member's name", text_input(strangers.format()),
              "too few cosignatures"),
          bad("with an extension line", text_input(extended.format()), "not a checkpoint in form"),
          bad("without its last line feed", text_input(note.format().substr(0, note.format().size() - 1)),
              "not a note in form"),
          bad("of a log of the same name", text_input(Receipt::parse(specimens().strangers_receipt)->note),
              "no log of the policy signed it")};
}

std::vector<Vector> bad_receipts() {
  const auto honest = *Receipt::parse(specimens().receipts[1]), other = *Receipt::parse(specimens().receipts[2]);
  const auto with = [&](auto change) {
    Receipt receipt = honest;
    change(receipt);
    return text_input(receipt.format());
  };
  return {
      bad("of another leaf", with([&](auto& r) { r.extra = other.extra; }), "the path does not lead to the root"),
      bad("at another place", with([&](auto& r) { r.index += 1; }), "the path does not lead to the root"),
      bad("with a hash too few", with([&](auto& r) { r.proof.pop_back(); }), "the path does not lead to the root"),
      bad("with a hash too many", with([&](auto& r) { r.proof.push_back(r.proof[0]); }),
          "the path does not lead to the root"),
      bad("with two hashes exchanged", with([&](auto& r) { std::swap(r.proof[0], r.proof[1]); }),
          "the path does not lead to the root"),
      bad("without its leaf", with([&](auto& r) { r.extra.reset(); }), "it does not carry its leaf"),
      bad("under an older checkpoint",
          with([&](auto& r) { r.note = specimens().exports.front().files.at("checkpoints/2"); }),
          "the path does not lead to the root"),
      bad("of a log of the same name", text_input(specimens().strangers_receipt), "no log of the policy signed it"),
      bad("with another first line", text_input("c2sp.org/tlog-proof@v2" + specimens().receipts[1].substr(22)), "form"),
      bad("with an index out of form",
          text_input(
              std::string(specimens().receipts[1]).replace(specimens().receipts[1].find("index 3"), 7, "index 03")),
          "form")};
}

json::object asked(const std::string& text, const std::string& certificate, const std::string& day = "2026-10-01") {
  return {{"text", text}, {"certificate", certificate}, {"on", day}};
}

// C1 suspended, C2 active, C3 and NONE never issued.
const std::string& status(std::size_t which) { return specimens().statuses[which].text; }

std::vector<Vector> bad_statuses() {
  const auto with = [&](std::size_t which, auto change) {
    StatusBundle bundle = *StatusBundle::parse(status(which));
    change(bundle);
    return bundle.format();
  };
  const auto other = *StatusBundle::parse(status(1));
  ledger::v1::CertificateRecord flattering;
  (void)ledger::read_canonical(*StatusBundle::parse(status(0))->value, flattering);
  flattering.clear_suspensions();
  const Bytes value = ledger::canonical_bytes(flattering);
  return {
      bad("asked about another certificate", asked(status(0), "BO/C2"), "it is about another certificate"),
      bad("an absence asked about another certificate", asked(status(2), "BO/C1"), "it is about another certificate"),
      bad("with the suspension left out", asked(with(0, [&](auto& b) { b.value = value; }), "BO/C1"),
          "the map's proof does not lead to the state root"),
      bad("denied although it is there", asked(with(0, [&](auto& b) { b.value.reset(); }), "BO/C1"),
          "the map's proof does not lead to the state root"),
      bad("with another's proof", asked(with(0, [&](auto& b) { b.proof = other.proof; }), "BO/C1"),
          "the map's proof does not lead to the state root"),
      bad("under a leaf that is no seal",
          asked(with(0, [&](auto& b) { b.seal = *Receipt::parse(specimens().receipts[1]); }), "BO/C1"),
          "the seal is not the last leaf of the tree"),
      bad("with another state root in the seal",
          asked(with(0,
                     [&](auto& b) {
                       auto seal = *ledger::decode_seal_leaf(*b.seal.extra);
                       seal.state_root = crypto::sha256("other");
                       b.seal.extra = ledger::encode_seal_leaf(seal);
                     }),
                "BO/C1"),
          "the path does not lead to the root"),
      bad("cut short", asked(status(0).substr(0, 200), "BO/C1"), "form")};
}

std::vector<Vector> bad_lists() {
  const std::string& all = specimens().lists[0];
  const auto with = [&](auto change) {
    auto list = *ledger::StatusList::parse(all);
    change(list);
    return text_input(list.format());
  };
  const auto none = *ledger::StatusList::parse(specimens().lists[1]);
  const std::string incomplete = "the proof does not lead from these records and no others to the state root";
  return {bad("with a certificate left out", with([](auto& l) { l.entries.erase(l.entries.begin()); }), incomplete),
          bad("with no certificate at all", with([](auto& l) { l.entries.clear(); }), incomplete),
          bad("with two certificates exchanged", with([](auto& l) { std::swap(l.entries[0], l.entries[1]); }),
              "records out of order"),
          bad("with a certificate twice", with([](auto& l) { l.entries.push_back(l.entries.back()); }),
              "records out of order"),
          bad("of another administration", with([](auto& l) { l.administration = "BR"; }), incomplete),
          bad("none, with the proof of another administration that has none", with([&](auto& l) {
                l.entries.clear();
                l.proof = none.proof;
              }),
              incomplete),
          bad("under a leaf that is no seal", with([](auto& l) { l.seal = *Receipt::parse(specimens().receipts[1]); }),
              "the seal is not the last leaf of the tree"),
          bad("cut short", text_input(all.substr(0, 300)), "form")};
}

}  // namespace

Collection make_lists() {
  Collection out{
      .about =
          "A status list and the policy; it gives whose certificates it lists, their numbers in the order of "
          "their keys, and the height as of which there are no others.",
      .section = "section 6",
      .context = policy_context()};
  out.vectors = {good("two certificates", text_input(specimens().lists[0])),
                 good("no certificate", text_input(specimens().lists[1]))};
  for (auto& vector : bad_lists()) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_list(const json::object& context, const json::object& input) {
  const auto list = ledger::StatusList::parse(text_at(input, "text"));
  const auto proven = list ? verify_status_list(*list, *policy_in(context)) : std::unexpected(list.error());
  if (!proven) return std::nullopt;
  json::array numbers;
  for (const auto& [key, value] : list->entries) {
    ledger::v1::CertificateRecord record;
    if (!ledger::read_canonical(value, record)) return std::nullopt;
    numbers.push_back(json::value(record.certificate()));
  }
  return json::object{
      {"administration", list->administration}, {"certificates", numbers}, {"height", proven->seal.height.value}};
}

Collection make_checkpoints() {
  Collection out{.about = "A checkpoint note and the policy to check it by; it gives origin, size and root.",
                 .section = "section 7",
                 .context = policy_context()};
  const auto& files = specimens().exports.front().files;
  const auto note = *crypto::Note::parse(files.at("checkpoint"));
  crypto::Note beside = note;
  beside.lines.push_back(crypto::cosign_note(note.text, "stranger.example/w", sample::key("stranger", "cosigner"), 1));
  out.vectors = {good("of the newest tree", text_input(note.format())),
                 good("of an older tree", text_input(files.at("checkpoints/2"))),
                 good("with a line that the policy does not know", text_input(beside.format()))};
  for (auto& vector : bad_checkpoints(note)) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_checkpoint(const json::object& context, const json::object& input) {
  const auto checkpoint = policy_in(context)->check(text_at(input, "text"));
  return checkpoint ? std::optional(checkpoint_fields(*checkpoint)) : std::nullopt;
}

Collection make_policies() {
  Collection out{.about = "A trust policy; it gives the number of logs and witnesses, and what must have cosigned.",
                 .section = "section 7"};
  const std::string& text = specimens().policy;
  const auto last = text.rfind("quorum ");
  std::string bad_vkey = text;
  bad_vkey[text.find('+') + 1] ^= 1;
  out.vectors = {
      good("of four members", text_input(text)),
      good("with a comment and an empty line", text_input("# members\n\n" + text)),
      bad("without a quorum", text_input(text.substr(0, last)), "no quorum"),
      bad("with two quorums", text_input(text + text.substr(last)), "quorum twice"),
      bad("without its last line feed", text_input(text.substr(0, text.size() - 1)), "the last line does not end"),
      bad("with an unknown word", text_input("trust everybody\n" + text), "unknown word"),
      bad("with a key id that is not the key's", text_input(bad_vkey), "not a verifier key"),
      bad("with a group of strangers", text_input("group g 1 NOBODY\n" + text), "a member is not defined above"),
      bad("with a quorum of nobody", text_input(text.substr(0, last) + "quorum nobody\n"),
          "the quorum is not defined")};
  return out;
}

std::optional<json::object> judge_policy(const json::object&, const json::object& input) {
  const auto policy = TrustPolicy::parse(text_at(input, "text"));
  if (!policy) return std::nullopt;
  return json::object{
      {"logs", policy->logs.size()}, {"witnesses", policy->witnesses.size()}, {"quorum", policy->quorum}};
}

Collection make_receipts() {
  Collection out{.about = "A receipt and the policy to check it by; it gives the leaf's hash, its place, and the tree.",
                 .section = "section 8",
                 .context = policy_context()};
  for (const auto& receipt : specimens().receipts) {
    out.vectors.push_back(good("of leaf " + std::to_string(Receipt::parse(receipt)->index), text_input(receipt)));
  }
  for (auto& vector : bad_receipts()) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_receipt(const json::object& context, const json::object& input) {
  const auto receipt = Receipt::parse(text_at(input, "text"));
  if (!receipt || !receipt->extra) return std::nullopt;
  const auto checkpoint = verify_receipt(*receipt, *receipt->extra, *policy_in(context));
  if (!checkpoint) return std::nullopt;
  json::object out = checkpoint_fields(*checkpoint);
  out["index"] = receipt->index;
  out["leaf_hash"] = crypto::to_hex(crypto::leaf_hash(*receipt->extra).view());
  return out;
}

Collection make_statuses() {
  Collection out{.about =
                     "A status proof, the certificate and the day asked about, and the policy; it gives what its steps "
                     "come to, the height as of "
                     "which it is, the status on the day, and the roles held.",
                 .section = "section 6",
                 .context = policy_context()};
  out.vectors = {good("a suspended certificate", asked(status(0), "BO/C1")),
                 good("the same before it was granted", asked(status(0), "BO/C1", "2026-09-20")),
                 good("an active certificate", asked(status(1), "BO/C2")),
                 good("a certificate that was never issued", asked(status(2), "BO/C3")),
                 good("another that was never issued", asked(status(3), "BO/NONE"))};
  for (auto& vector : bad_statuses()) out.vectors.push_back(std::move(vector));
  return out;
}

std::optional<json::object> judge_status(const json::object& context, const json::object& input) {
  const auto bundle = StatusBundle::parse(text_at(input, "text"));
  const auto proven = bundle ? verify_status(*bundle, *policy_in(context)) : std::unexpected(bundle.error());
  const std::string certificate = text_at(input, "certificate");
  if (!proven || bundle->key != ledger::map_key(ledger::RecordType::kCertificate, certificate.substr(0, 2),
                                                certificate.substr(3))) {
    return std::nullopt;
  }
  json::object out{{"root", crypto::to_hex(proven->checkpoint.root.view())},
                   {"seal_leaf_hash", crypto::to_hex(crypto::leaf_hash(*bundle->seal.extra).view())},
                   {"state_root", crypto::to_hex(proven->seal.state_root.view())},
                   {"key", crypto::to_hex(bundle->key.view())},
                   {"height", proven->seal.height.value},
                   {"status", "NEVER_ISSUED"},
                   {"roles", json::array{}}};
  if (!bundle->value) return out;
  ledger::v1::CertificateRecord record;
  if (!ledger::read_canonical(*bundle->value, record)) return std::nullopt;
  const auto day = *ledger::Date::parse(text_at(input, "on"));
  out["status"] = std::string(ledger::name_of(ledger::status_on(record, day)));
  for (const int role : ledger::roles_on(record, day)) {
    out["roles"].as_array().push_back(json::value(ledger::v1::Role_Name(role)));
  }
  return out;
}

}  // namespace quipu::vectors
