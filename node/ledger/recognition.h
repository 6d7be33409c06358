// SPDX-License-Identifier: Apache-2.0
// The declaration-time question: does this administration recognise that firm, in that role, on that day
// (docs/rules.md, "Recognition")? Pure; reads one StateView, which decides as of when it is known.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "crypto/bytes.h"
#include "node/ledger/codes.h"
#include "node/ledger/date.h"
#include "node/ledger/state_view.h"

namespace quipu::ledger {

struct RecognitionQuestion {
  std::string tin;         // as declared; normalised inside. Empty: by alias, or by subject
  std::string role;        // schema name, e.g. "EXPORTER"
  std::string flow;        // "IMPORT" or "EXPORT"
  std::string recogniser;  // two letters
  Date on;
  std::string alias = {};    // "KIND:VALUE" as the recogniser knows the firm; normalised inside. Only without a TIN
  Bytes salt = {};           // only with a TIN: 32 bytes that with it open a natural person's commitment
  std::string subject = {};  // "CC/SUBJECT", which no declaration names; only without a TIN and an alias
};

// One (arrangement, certificate) pair and the first step it failed, or Code::kRecognised.
struct RecognitionResult {
  std::string arrangement;  // "OWN" for the recogniser's own programme
  std::string certificate;  // "CC/NUMBER"; empty when the subject has none
  Code reason;
  std::vector<std::string> benefits;  // when recognised
  bool disputed = false;  // an event in the records that it rests on is disputed (disputes.h); it refuses nothing
};

struct RecognitionAnswer {
  bool recognised = false;
  Code reason;                             // of the furthest step reached by any pair
  std::string subject;                     // "CC/SUBJECT" when found
  std::vector<RecognitionResult> results;  // best per arrangement, ascending by arrangement
};

// Wrong role or flow names are a usage error, told in one line.
std::expected<RecognitionAnswer, std::string> recognise(const StateView& state, const RecognitionQuestion& question);

// Upper case, without spaces, dots, dashes, slashes; nothing when it is not ^[A-Z]{2}[A-Z0-9]{1,15}$ then.
std::optional<std::string> normalise_tin(std::string_view declared);

}  // namespace quipu::ledger
