// SPDX-License-Identifier: Apache-2.0
// The tests of the rules once more, before an auditor: whatever a rule refuses is put into a block all the same, signed
// by a quorum and published, and the audit must find it and name its code. A code that no test provokes so fails.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/node/audit/provocations/auditor.h"

namespace {

using namespace quipu;

constexpr const char* kCodes[][2] = {
#define CODE(enumerator, name, family, en, es, pt) {#name, #family},
#include "node/ledger/codes.def"
#undef CODE
};

// No log can hold what they are for: recognition answers questions, a statement without a rule is in no schema, and
// what a node knows is that node's own affair.
bool is_beyond_a_log(const std::string& name, const std::string& family) {
  return family == "recognition" || name == "NOT_YET_SUPPORTED" || name == "PROTOCOL_VERSION_UNKNOWN";
}

int tell_missing(const audit::testing::Auditor& auditor) {
  std::size_t codes = 0;
  int missing = 0, planted = 0;
  for (const auto& [name, family] : kCodes) {
    if (is_beyond_a_log(name, family)) continue;
    ++codes;
    const auto found = auditor.found().find(name);
    if (found != auditor.found().end()) {
      planted += found->second;
    } else {
      ++missing;
      std::cout << "MISSING: no test makes the audit find " << name << "\n";
    }
  }
  std::cout << planted << " planted violations found and named, of " << codes - static_cast<std::size_t>(missing)
            << " of " << codes << " codes\n";
  for (const auto& [why, times] : auditor.unrepeated()) std::cout << times << " refusals not planted: " << why << "\n";
  return missing;
}

}  // namespace

int main(int argc, char** argv) {
  auto& auditor = audit::testing::auditor();
  ledger::testing::witness() = [&](const auto& provocation) { auditor.see(provocation); };
  Catch::Session session;
  if (const int wrong = session.applyCommandLine(argc, argv); wrong != 0) return wrong;
  const int failed = session.run();
  const bool all = session.configData().testsOrTags.empty();
  const int missing = all ? tell_missing(auditor) : 0;
  return failed + missing == 0 ? 0 : 1;
}
