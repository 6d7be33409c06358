// SPDX-License-Identifier: Apache-2.0
// A .quipu-recognition file: a recognition question and every record that its answer was read from, each proven under a
// published checkpoint (docs/formats.md, section 6). Who checks it does not believe an answer but works it out again
// from these records. Pure values; any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/published_state.h"
#include "node/ledger/recognition.h"
#include "node/ledger/status_bundle.h"

namespace quipu::ledger {

// More records than a question reads by far: a firm has some certificates, two members some arrangements.
inline constexpr std::size_t kRecognitionRecords = 4'096;

struct RecognitionProof {
  RecognitionQuestion question;       // by tin or by alias, normalised
  std::vector<ProvenRecord> records;  // ascending by key
  Receipt seal;                       // of the seal that ends the checkpoint's tree, which it carries

  std::string format() const;
  // Strict form. The error is one sentence.
  static std::expected<RecognitionProof, std::string> parse(std::string_view text);
};
bool is_recognition_proof(std::string_view text);  // by its first line

struct AnswerWithProof {
  RecognitionAnswer answer;
  RecognitionProof proof;
};
// Answers from the published state. A question by salt or subject, one whose number or alias is malformed, and one that
// reads more than kRecognitionRecords is told in one line.
std::expected<AnswerWithProof, std::string> prove_recognition(const PublishedState& published,
                                                              const RecognitionQuestion& question);

struct ProvenRecognition {
  RecognitionAnswer answer;
  ProvenStatus proven;
};
// The answer that follows from records which stand under a checkpoint that the policy accepts: all that it needs, and
// none besides.
std::expected<ProvenRecognition, std::string> verify_recognition(const RecognitionProof& proof,
                                                                 const TrustPolicy& policy);

}  // namespace quipu::ledger
