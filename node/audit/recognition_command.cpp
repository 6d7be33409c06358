// SPDX-License-Identifier: Apache-2.0
#include "node/audit/recognition_command.h"

#include <boost/json.hpp>

#include "node/ledger/codes.h"
#include "node/ledger/recognition_proof.h"

namespace quipu::audit {
namespace {

namespace json = boost::json;
using ledger::ProvenRecognition;
using ledger::RecognitionQuestion;

std::string firm_of(const RecognitionQuestion& question) {
  return question.alias.empty() ? "tin " + question.tin : "alias " + question.alias;
}

std::string as_text(const RecognitionQuestion& question, const ProvenRecognition& said) {
  const auto& [checkpoint, seal] = said.proven;
  const auto& answer = said.answer;
  std::string out = "question     " + firm_of(question) + ", by " + question.recogniser + ", role " + question.role +
                    ", flow " + question.flow + ", on " + question.on.text() + "\nas known at  height " +
                    std::to_string(seal.height.value) + ", " + ledger::format_instant(seal.block_time_ms) + ", " +
                    std::to_string(checkpoint.size) + " leaves of " + checkpoint.origin + "\nanswer       " +
                    std::string(ledger::name_of(answer.reason));
  if (!answer.subject.empty()) out += ", subject " + answer.subject;
  out += "\n";
  for (const auto& result : answer.results) {
    out += "  " + result.arrangement + " " + (result.certificate.empty() ? "-" : result.certificate) + " " +
           std::string(ledger::name_of(result.reason));
    for (const auto& benefit : result.benefits) out += " " + benefit;
    out += result.disputed ? " (disputed)\n" : "\n";
  }
  return out + "VERIFIED\n";
}

json::object as_json(const ledger::RecognitionResult& result) {
  json::object out{{"arrangement", result.arrangement}, {"reason", ledger::name_of(result.reason)}};
  if (!result.certificate.empty()) out["certificate"] = result.certificate;
  if (!result.benefits.empty()) out["benefits"] = json::array(result.benefits.begin(), result.benefits.end());
  if (result.disputed) out["disputed"] = true;
  return out;
}

std::string as_json(const RecognitionQuestion& question, const ProvenRecognition& said) {
  const auto& [checkpoint, seal] = said.proven;
  json::object out{{"by", question.recogniser},
                   {"role", question.role},
                   {"flow", question.flow},
                   {"on", question.on.text()},
                   {"height", seal.height.value},
                   {"block_time", ledger::format_instant(seal.block_time_ms)},
                   {"origin", checkpoint.origin},
                   {"size", checkpoint.size},
                   {"recognised", said.answer.recognised},
                   {"reason", ledger::name_of(said.answer.reason)}};
  out[question.alias.empty() ? "tin" : "alias"] = question.alias.empty() ? question.tin : question.alias;
  if (!said.answer.subject.empty()) out["subject"] = said.answer.subject;
  auto& results = out["results"].emplace_array();
  for (const auto& result : said.answer.results) results.push_back(as_json(result));
  out["verdict"] = "VERIFIED";
  return json::serialize(out) + "\n";
}

}  // namespace

std::expected<std::string, std::string> recognition_text(const std::string& file, const ledger::TrustPolicy& policy,
                                                         const std::string& output) {
  const auto proof = ledger::RecognitionProof::parse(file);
  if (!proof) return std::unexpected(proof.error());
  const auto said = ledger::verify_recognition(*proof, policy);
  if (!said) return std::unexpected(said.error());
  return output == "json" ? as_json(proof->question, *said) : as_text(proof->question, *said);
}

}  // namespace quipu::audit
