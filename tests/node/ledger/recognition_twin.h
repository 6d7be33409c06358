// SPDX-License-Identifier: Apache-2.0
// A recogniser that keeps nothing but the list of events and reads all of them again for every question: slow, and
// written without a look at the records.
#pragma once

#include <string>
#include <vector>

#include "node/ledger/ledger.pb.h"

namespace quipu::ledger::testing {

class RecognitionTwin {
 public:
  explicit RecognitionTwin(std::vector<v1::Arrangement> arrangements) : arrangements_(std::move(arrangements)) {}
  // In log order; events under dual control when they are approved.
  void hears(const std::string& author, const v1::Event& event);
  // The name of the overall reason.
  std::string reason(const std::string& recogniser, std::string tin, const std::string& role, const std::string& flow,
                     const std::string& day) const;

 private:
  struct Heard {
    std::string author;
    std::string effect;
    v1::Event event;
  };
  struct Firm {
    std::string issuer, subject;
  };
  std::vector<Firm> firms_with_tin(const std::string& tin, const std::string& day) const;
  int certificate_step(const Firm& firm, const std::string& number, int role, const std::string& day) const;
  int pair_step(const v1::Arrangement& arrangement, const Firm& firm, const v1::CertificateGranted& certificate,
                const std::string& recogniser, int role, int flow, const std::string& day) const;
  std::string tin_on(const Firm& firm, const std::string& day) const;
  std::uint32_t cover_on(const Firm& firm, const std::string& day) const;
  bool consented(const Firm& firm, const std::string& arrangement, const std::string& day) const;
  bool denied(const Firm& firm, const std::string& recogniser, const std::string& arrangement,
              const std::string& day) const;
  // Those of one author and these kinds, in order of (effect, log).
  std::vector<const Heard*> facts_of(const std::string& author, std::initializer_list<int> kinds) const;

  std::vector<v1::Arrangement> arrangements_;
  std::vector<Heard> heard_;
};

}  // namespace quipu::ledger::testing
