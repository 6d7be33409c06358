// SPDX-License-Identifier: Apache-2.0
#include "node/audit/supplied.h"

#include <algorithm>
#include <variant>

#include "node/ledger/mirror.h"
#include "node/ledger/receipt.h"
#include "node/ledger/recognition_proof.h"
#include "node/ledger/status_bundle.h"
#include "node/ledger/status_list.h"

namespace quipu::audit {
namespace {

using ledger::Receipt;
using ledger::RecognitionProof;
using ledger::StatusBundle;
using ledger::StatusList;

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

using AnyProof = std::variant<Receipt, StatusBundle, StatusList, RecognitionProof>;

template <class Proof>
std::expected<AnyProof, std::string> parsed(BytesView content) {
  auto proof = Proof::parse(content);
  if (!proof) return std::unexpected(proof.error());
  return *std::move(proof);
}

std::expected<AnyProof, std::string> parse(BytesView content) {
  if (ledger::is_status_list(content)) return parsed<StatusList>(content);
  if (ledger::is_recognition_proof(content)) return parsed<RecognitionProof>(content);
  return content.starts_with("quipu-status@") ? parsed<StatusBundle>(content) : parsed<Receipt>(content);
}

Bytes note_of(const Receipt& receipt) { return receipt.note; }
Bytes note_of(const auto& proof) { return proof.seal.note; }

auto verified(const Receipt& receipt, const ledger::TrustPolicy& policy)
    -> std::expected<crypto::Checkpoint, std::string> {
  if (!receipt.extra) return std::unexpected("it does not carry its leaf");
  return ledger::verify_receipt(receipt, *receipt.extra, policy);
}
auto verified(const StatusBundle& bundle, const ledger::TrustPolicy& policy) { return verify_status(bundle, policy); }
auto verified(const StatusList& list, const ledger::TrustPolicy& policy) { return verify_status_list(list, policy); }
auto verified(const RecognitionProof& proof, const ledger::TrustPolicy& policy) {
  return verify_recognition(proof, policy);
}

std::expected<void, std::string> holds(BytesView content, const ledger::TrustPolicy& policy) {
  const auto proof = parse(content);
  if (!proof) return std::unexpected(proof.error());
  const auto check = [&policy](const auto& each) -> std::expected<void, std::string> {
    const auto proven = verified(each, policy);
    return proven ? std::expected<void, std::string>{} : std::unexpected(proven.error());
  };
  return std::visit(check, *proof);
}

}  // namespace

std::vector<std::unique_ptr<Bundle>> checkpoints_of(const std::vector<Supplied>& supplied) {
  std::vector<std::unique_ptr<Bundle>> out;
  for (const auto& [name, content] : supplied) {
    const auto proof = parse(content);  // check_supplied() says what is not in form
    if (!proof) continue;
    auto note = std::visit([](const auto& each) { return note_of(each); }, *proof);
    out.push_back(std::make_unique<OneCheckpoint>(name, std::move(note)));
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
