// SPDX-License-Identifier: Apache-2.0
#include "node/audit/supplied.h"

#include <algorithm>

#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"
#include "node/ledger/status_bundle.h"

namespace quipu::audit {
namespace {

using ledger::Receipt;
using ledger::StatusBundle;

class OneCheckpoint final : public Bundle {
 public:
  OneCheckpoint(std::string name, Bytes note) : name_(std::move(name)), note_(std::move(note)) {}
  std::string name() const override { return name_; }
  const std::vector<std::string>& paths() const override { return paths_; }
  std::expected<Bytes, std::string> read(const std::string&) const override { return note_; }

 private:
  std::string name_;
  Bytes note_;
  std::vector<std::string> paths_ = {"checkpoint"};
};

bool is_status(BytesView content) { return content.starts_with("quipu-status@"); }

// Nothing when it is not in form, which check_supplied() says.
std::optional<Bytes> note_in(BytesView content) {
  if (is_status(content)) {
    const auto status = StatusBundle::parse(content);
    return status ? std::optional(status->seal.note) : std::nullopt;
  }
  const auto receipt = Receipt::parse(content);
  return receipt ? std::optional(receipt->note) : std::nullopt;
}

std::expected<void, std::string> holds(BytesView content, const ledger::TrustPolicy& policy) {
  if (is_status(content)) {
    const auto status = StatusBundle::parse(content);
    if (!status) return std::unexpected(status.error());
    const auto proven = ledger::verify_status(*status, policy);
    return proven ? std::expected<void, std::string>{} : std::unexpected(proven.error());
  }
  const auto receipt = Receipt::parse(content);
  if (!receipt) return std::unexpected(receipt.error());
  if (!receipt->extra) return std::unexpected("it does not carry its leaf");
  const auto proven = ledger::verify_receipt(*receipt, *receipt->extra, policy);
  return proven ? std::expected<void, std::string>{} : std::unexpected(proven.error());
}

}  // namespace

std::vector<std::unique_ptr<Bundle>> checkpoints_of(const std::vector<Supplied>& supplied) {
  std::vector<std::unique_ptr<Bundle>> out;
  for (const auto& [name, content] : supplied) {
    if (auto note = note_in(content)) out.push_back(std::make_unique<OneCheckpoint>(name, *std::move(note)));
  }
  return out;
}

void check_supplied(const Context& context, const std::vector<Supplied>& supplied, const Electorates& electorates) {
  for (const auto& [name, content] : supplied) {
    std::string why;
    const auto under = [&](const auto& electorate) {
      const auto policy = ledger::TrustPolicy::parse(ledger::policy_file(electorate->origin, electorate->members));
      const auto held = policy ? holds(content, *policy) : std::unexpected(policy.error());
      if (!held) why = held.error();
      return held.has_value();
    };
    if (std::ranges::any_of(electorates, under)) {
      context.report.passed(Check::kReceipts);
    } else {
      context.report.add(
          {.severity = Severity::kUncheckable, .check = Check::kReceipts, .what = std::move(why), .file = name});
    }
  }
}

}  // namespace quipu::audit
