// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/audit_rate.h"

#include <chrono>
#include <stdexcept>

#include "node/audit/directory_bundle.h"
#include "node/audit/verify.h"

namespace quipu::bench {

AuditRate audit(const std::filesystem::path& mirror, const std::filesystem::path& genesis, unsigned threads) {
  const auto pinned = audit::read_file(genesis);
  if (!pinned) throw std::runtime_error(pinned.error());
  const auto bundle = audit::open_directory(mirror);
  if (!bundle) throw std::runtime_error(bundle.error());
  audit::Request request{.bundle = **bundle, .genesis = *pinned};
  request.threads = threads;
  const auto start = std::chrono::steady_clock::now();
  const auto report = audit::verify(request);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (report.verdict() != audit::Verdict::kVerified)
    throw std::runtime_error("the audit says " + report.verdict_line());
  return {took.count(), report.count(audit::Check::kSignatures)};
}

}  // namespace quipu::bench
