// SPDX-License-Identifier: Apache-2.0
// Records of the state, and proofs about the map that holds them.
#include "crypto/status_proof.h"
#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/state.pb.h"
#include "tests/node/audit/mutations/specimens.h"
#include "tests/vectors/vectors.h"

namespace quipu::vectors {
namespace {

using ledger::MapKey;
using ledger::RecordType;

const ledger::Position& tip() { return audit::mutations::specimens().exports.front().chain.position; }

json::object record_input(RecordType type, const std::string& administration, const std::string& identifier,
                          BytesView value) {
  return {{"type", static_cast<int>(type)},
          {"administration", administration},
          {"identifier", identifier},
          {"value", crypto::to_hex(value)}};
}

json::object stated(RecordType type, const std::string& administration, const std::string& identifier) {
  return record_input(type, administration, identifier,
                      *tip().state->get(ledger::map_key(type, administration, identifier)));
}

bool is_canonical(RecordType type, BytesView value) {
  const auto reads = [&](auto record) { return ledger::read_canonical(value, record).has_value(); };
  switch (type) {
    case RecordType::kCertificate:
      return reads(ledger::v1::CertificateRecord());
    case RecordType::kOperator:
      return reads(ledger::v1::OperatorRecord());
    case RecordType::kMember:
      return reads(ledger::v1::MemberRecord());
    case RecordType::kKey:
      return reads(ledger::v1::KeyRecord());
    case RecordType::kSequence:
      return reads(ledger::v1::SequenceRecord());
    default:
      return false;
  }
}

json::object proof_input(BytesView key, const std::optional<Bytes>& value, BytesView proof,
                         const crypto::Digest& root) {
  json::object out{{"root", crypto::to_hex(root.view())}, {"key", crypto::to_hex(key)}};
  out["value"] = value ? json::value(crypto::to_hex(*value)) : json::value(nullptr);
  out["proof"] = crypto::to_hex(proof);
  return out;
}

Bytes value_of(BytesView key) { return *tip().state->get(*MapKey::from(key)); }

}  // namespace

Collection make_records() {
  Collection out{.about =
                     "A record of the state: its type's number, whose it is, its identifier, its bytes; it gives the "
                     "map's key and the hash of the map's leaf.",
                 .section = "section 6"};
  const auto certificate = stated(RecordType::kCertificate, "BO", "C1");
  const Bytes value = bytes_at(certificate, "value");
  const std::string key = crypto::to_hex(sample::public_key("BO", "issuer"));
  out.vectors = {
      good("a certificate", certificate),
      good("an operator", stated(RecordType::kOperator, "BO", "S1")),
      good("a member", stated(RecordType::kMember, "BO", "")),
      good("a key", stated(RecordType::kKey, "BO", key)),
      good("a key's sequence", stated(RecordType::kSequence, "BO", key)),
      bad("with an unknown field", record_input(RecordType::kCertificate, "BO", "C1", value + Bytes("\x98\x7f\x01", 3)),
          "not canonical"),
      bad("cut short", record_input(RecordType::kCertificate, "BO", "C1", value.substr(0, value.size() - 1)),
          "not canonical")};
  return out;
}

std::optional<json::object> judge_record(const json::object&, const json::object& input) {
  const auto type = static_cast<RecordType>(input.at("type").to_number<int>());
  const Bytes value = bytes_at(input, "value");
  if (!is_canonical(type, value)) return std::nullopt;
  const auto key = ledger::map_key(type, text_at(input, "administration"), text_at(input, "identifier"));
  return json::object{{"key", crypto::to_hex(key.view())},
                      {"map_leaf", crypto::to_hex(crypto::status_leaf_hash(key.view(), value).view())}};
}

Collection make_map_proofs() {
  Collection out{.about = "The state root of a seal, a key, the record's bytes or null for none, and the proof.",
                 .section = "section 6"};
  const auto& map = tip().map;
  const auto there = ledger::map_key(RecordType::kCertificate, "BO", "C1");
  const auto gone = ledger::map_key(RecordType::kCertificate, "BO", "C3");
  const Bytes value = value_of(there.view()),
              other = value_of(ledger::map_key(RecordType::kCertificate, "BO", "C2").view());
  const Bytes presence = crypto::presence_proof(map, there.view());
  const Bytes absence = crypto::absence_proof(map, gone.view(), value_of);
  const auto root = map.root();
  Bytes turned = presence, trailing = presence + "x";
  turned.back() ^= 1;
  out.vectors = {
      good("a record that is there", proof_input(there.view(), value, presence, root)),
      good("a record that is not there", proof_input(gone.view(), std::nullopt, absence, root)),
      good("anything is absent of the empty map",
           proof_input(gone.view(), std::nullopt, "", crypto::StatusMap().root())),
      bad("another value", proof_input(there.view(), other, presence, root), "another root"),
      bad("another key", proof_input(gone.view(), value, presence, root), "another root"),
      bad("a turned bit", proof_input(there.view(), value, turned, root), "another root"),
      bad("a byte behind the proof", proof_input(there.view(), value, trailing, root), "form"),
      bad("a record that is there denied with its own proof", proof_input(there.view(), std::nullopt, presence, root),
          "it does not show another leaf"),
      bad("a record that is there denied with the absence of another",
          proof_input(there.view(), std::nullopt, absence, root), "the leaf shown does not stand where the key would"),
      bad("absence by no leaf of a map that is not empty", proof_input(gone.view(), std::nullopt, "", root),
          "another root")};
  return out;
}

std::optional<json::object> judge_map_proof(const json::object&, const json::object& input) {
  const auto root = *crypto::Digest::from(bytes_at(input, "root"));
  const Bytes key = bytes_at(input, "key"), proof = bytes_at(input, "proof");
  const bool proven = input.at("value").is_null() ? crypto::proves_absent(root, key, proof)
                                                  : crypto::proves_present(root, key, bytes_at(input, "value"), proof);
  return proven ? std::optional(json::object{}) : std::nullopt;
}

}  // namespace quipu::vectors
