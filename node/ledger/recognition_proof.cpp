// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/recognition_proof.h"

#include <algorithm>
#include <map>
#include <set>

#include "node/ledger/proof_text.h"
#include "node/ledger/rules/aliases.h"

namespace quipu::ledger {
namespace {

constexpr std::string_view kFirstLine = "quipu-recognition@v1\n";

std::unexpected<std::string> refuse(std::string what) { return std::unexpected(std::move(what)); }

// Remembers which records were asked for, there or not. What is scanned could not be proven record by record; nothing
// that recognition asks is.
class Noting final : public StateView {
 public:
  explicit Noting(const StateView& below) : below_(below) {}
  std::optional<Bytes> get(const MapKey& key) const override {
    asked_.insert(key);
    return below_.get(key);
  }
  void scan(BytesView prefix, const Each& each) const override { below_.scan(prefix, each); }
  const std::set<MapKey>& asked() const { return asked_; }

 private:
  const StateView& below_;
  mutable std::set<MapKey> asked_;
};

// Proven records, and nothing is known of any other: rules that ask for one cannot go on.
class Proven final : public StateView {
 public:
  struct Unproven {};

  explicit Proven(const std::vector<ProvenRecord>& records) {
    for (const auto& record : records) records_.emplace(record.key, Known{record.value});
  }
  std::optional<Bytes> get(const MapKey& key) const override {
    const auto found = records_.find(key);
    if (found == records_.end()) throw Unproven();
    found->second.used = true;
    return found->second.value;
  }
  void scan(BytesView, const Each&) const override { throw Unproven(); }
  bool all_used() const {
    return std::ranges::all_of(records_, [](const auto& each) { return each.second.used; });
  }

 private:
  struct Known {
    std::optional<Bytes> value;
    mutable bool used = false;
  };
  std::map<MapKey, Known> records_;
};

// As two who ask the same write it.
std::expected<RecognitionQuestion, std::string> normalised(const RecognitionQuestion& asked) {
  if (!asked.salt.empty() || !asked.subject.empty()) return refuse("only a question by tin or alias can be proven");
  RecognitionQuestion question = asked;
  if (question.alias.empty()) {
    auto tin = normalise_tin(asked.tin);
    if (!tin) return refuse("tin: malformed, which needs no proof");
    question.tin = *std::move(tin);
    return question;
  }
  const auto alias = parse_alias(asked.alias);
  if (!alias) return refuse("alias: malformed, which needs no proof");
  question.alias = alias->kind + ":" + alias->alias;
  return question;
}

std::string line_of(const ProvenRecord& record) {
  return "record " + crypto::to_base64(record.key.view()) + " " + value_text(record.value) + " " +
         crypto::to_base64(record.proof) + "\n";
}

std::optional<ProvenRecord> record_of(std::string_view line) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto key_bytes = crypto::from_base64(line.substr(0, first));
  const auto key = key_bytes ? MapKey::from(*key_bytes) : std::nullopt;
  auto value = value_of(line.substr(first + 1, second - first - 1));
  auto proof = crypto::from_base64(line.substr(second + 1));
  if (!key || !value || !proof) return std::nullopt;
  return ProvenRecord{*key, *std::move(value), *std::move(proof)};
}

std::expected<std::vector<ProvenRecord>, std::string> take_records(std::string_view& text) {
  std::vector<ProvenRecord> records;
  while (const auto line = take_field(text, "record")) {
    auto record = record_of(*line);
    if (!record) return refuse("A record line is not a key, a value or -, and a proof, in base64.");
    if (!records.empty() && !(records.back().key < record->key)) return refuse("The records do not ascend by key.");
    if (records.size() == kRecognitionRecords) return refuse("It has more records than any question needs.");
    records.push_back(*std::move(record));
  }
  return records;
}

std::expected<RecognitionQuestion, std::string> take_question(std::string_view& text) {
  RecognitionQuestion question;
  const auto take = [&text](std::string_view word, std::string& into) {
    const auto field = take_field(text, word);
    if (field) into = *field;
    return field.has_value();
  };
  std::string on;
  const bool named = take("by", question.recogniser) && (take("tin", question.tin) || take("alias", question.alias));
  const bool whole = named && take("role", question.role) && take("flow", question.flow) && take("on", on);
  const auto day = whole ? Date::parse(on) : std::nullopt;
  if (!day) return refuse("The question is not whole: by, tin or alias, role, flow, on.");
  question.on = *day;
  const auto normal = normalised(question);
  if (!normal || normal->tin != question.tin || normal->alias != question.alias) {
    return refuse("The tin or alias is not in normal form.");
  }
  return question;
}

}  // namespace

std::string RecognitionProof::format() const {
  std::string out(kFirstLine);
  out += "by " + question.recogniser + "\n";
  out += question.alias.empty() ? "tin " + question.tin + "\n" : "alias " + question.alias + "\n";
  out += "role " + question.role + "\nflow " + question.flow + "\non " + question.on.text() + "\n";
  for (const auto& record : records) out += line_of(record);
  return out + "\n" + seal.format();
}

std::expected<RecognitionProof, std::string> RecognitionProof::parse(std::string_view text) {
  if (!is_recognition_proof(text)) return refuse("The first line is not quipu-recognition@v1.");
  text.remove_prefix(kFirstLine.size());
  auto question = take_question(text);
  if (!question) return refuse(question.error());
  auto records = take_records(text);
  if (!records) return refuse(records.error());
  if (!text.starts_with('\n')) return refuse("The empty line before the seal's proof is missing.");
  auto seal = Receipt::parse(text.substr(1));
  if (!seal) return refuse("The seal's proof: " + seal.error());
  return RecognitionProof{*std::move(question), *std::move(records), *std::move(seal)};
}

bool is_recognition_proof(std::string_view text) { return text.starts_with(kFirstLine); }

std::expected<AnswerWithProof, std::string> prove_recognition(const PublishedState& published,
                                                              const RecognitionQuestion& question) {
  auto asked = normalised(question);
  if (!asked) return refuse(asked.error());
  const Noting noting(*published.state);
  auto answer = recognise(noting, *asked);
  if (!answer) return refuse(answer.error());
  if (noting.asked().size() > kRecognitionRecords) return refuse("its answer rests on too many records for one file");
  RecognitionProof proof{.question = *std::move(asked), .records = {}, .seal = published.seal};
  for (const MapKey& key : noting.asked()) proof.records.push_back(prove_record(published, key));
  return AnswerWithProof{*std::move(answer), std::move(proof)};
}

std::expected<ProvenRecognition, std::string> verify_recognition(const RecognitionProof& proof,
                                                                 const TrustPolicy& policy) {
  auto proven = verify_seal(proof.seal, policy);
  if (!proven) return refuse(proven.error());
  for (const auto& record : proof.records) {
    if (!record.leads_to(proven->seal.state_root)) return refuse("A record's proof does not lead to the state root.");
  }
  const Proven state(proof.records);
  try {
    auto answer = recognise(state, proof.question);
    if (!answer) return refuse("The question cannot be answered: " + answer.error() + ".");
    if (!state.all_used()) return refuse("It has a record that the answer does not rest on.");
    return ProvenRecognition{*std::move(answer), *std::move(proven)};
  } catch (const Proven::Unproven&) {
    return refuse("A record that the answer rests on is not in it.");
  }
}

}  // namespace quipu::ledger
