// SPDX-License-Identifier: Apache-2.0
// Plants in a signed chain what the rules refuse, lets a full quorum vote for it and publish it, and has the mirror
// audited. One thread; its checks belong to the test case that runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/audit/report.h"
#include "tests/node/audit/sample_mirror.h"
#include "tests/node/ledger/witness.h"

namespace quipu::audit::testing {

class Auditor {
 public:
  // What a test of the rules has provoked, on the chain that it has stated before.
  void see(const ledger::testing::Provocation& provocation);
  // A block of these leaves, its seal last; the audit must name the code and the block, and `words` if any.
  void expect(sample::Chain chain, const std::vector<Bytes>& leaves, ledger::Code code, const std::string& words = "");

  const std::map<std::string, int>& found() const { return found_; }            // by the code's name
  const std::map<std::string, int>& unrepeated() const { return unrepeated_; }  // by why there is no such chain

 private:
  std::optional<sample::Chain> chain_of(const ledger::testing::Provocation& provocation);
  bool extend(const ledger::testing::Provocation& provocation);

  std::map<std::string, int> found_, unrepeated_;
  std::optional<sample::Chain> chain_;           // of the test seen last
  std::vector<ledger::testing::Stated> stated_;  // on it
};

// The one of this program.
Auditor& auditor();

}  // namespace quipu::audit::testing
