// SPDX-License-Identifier: Apache-2.0
// What the checks of one audit share. One thread.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "node/audit/bundle.h"
#include "node/audit/report.h"
#include "node/audit/signature_pool.h"
#include "node/ledger/genesis.h"

namespace quipu::audit {

struct Context {
  const Bundle& bundle;
  const ledger::Genesis& genesis;
  Report& report;
  SignaturePool& pool;

  void broken(Finding finding) const {
    finding.severity = Severity::kIntegrity;
    report.add(std::move(finding));
  }
  void observe(Finding finding) const {
    finding.severity = Severity::kObservation;
    report.add(std::move(finding));
  }
  // The file, or what is wrong: broken when it is missing, uncheckable when it cannot be read. Adds nothing.
  std::expected<Bytes, Finding> content_of(Check check, const std::string& path) const {
    if (!bundle.has(path)) {
      return std::unexpected(Finding{.check = check, .what = "the file is missing", .file = path});
    }
    auto content = bundle.read(path);
    if (content) return *std::move(content);
    return std::unexpected(
        Finding{.severity = Severity::kUncheckable, .check = check, .what = content.error(), .file = path});
  }
  // The file, or nothing and a finding.
  std::optional<Bytes> read(Check check, const std::string& path) const {
    auto content = content_of(check, path);
    if (content) return *std::move(content);
    report.add(std::move(content.error()));
    return std::nullopt;
  }
};

}  // namespace quipu::audit
