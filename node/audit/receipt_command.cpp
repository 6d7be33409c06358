// SPDX-License-Identifier: Apache-2.0
#include "node/audit/receipt_command.h"

#include <boost/json.hpp>

#include "crypto/signature.h"
#include "node/audit/answer.h"
#include "node/audit/directory_bundle.h"
#include "node/ledger/receipt.h"

namespace quipu::audit {
namespace {

std::string in_text(std::uint64_t index, const crypto::Checkpoint& checkpoint) {
  return "leaf " + std::to_string(index) + " of " + checkpoint.origin + ", in the tree of " +
         std::to_string(checkpoint.size) + " leaves\nVERIFIED\n";
}

std::string in_json(std::uint64_t index, const crypto::Checkpoint& checkpoint) {
  const boost::json::object out{
      {"index", index}, {"origin", checkpoint.origin}, {"size", checkpoint.size}, {"verdict", "VERIFIED"}};
  return boost::json::serialize(out) + "\n";
}

Answer answer(const ReceiptArguments& arguments) {
  if (!crypto::self_test()) return could_not("this machine's cryptography fails its self-test");
  const auto text = read_file(arguments.file);
  if (!text) return could_not(text.error());
  const auto policy_text = read_file(arguments.policy);
  if (!policy_text) return could_not(policy_text.error());
  const auto policy = ledger::TrustPolicy::parse(*policy_text);
  if (!policy) return could_not(policy.error());
  const auto receipt = ledger::Receipt::parse(*text);
  if (!receipt) return broken(receipt.error());
  if (!receipt->extra) return could_not("the receipt does not carry its leaf");
  const auto checkpoint = ledger::verify_receipt(*receipt, *receipt->extra, *policy);
  if (!checkpoint) return broken(checkpoint.error());
  return arguments.output == "json" ? in_json(receipt->index, *checkpoint) : in_text(receipt->index, *checkpoint);
}

}  // namespace

int run_receipt(const ReceiptArguments& arguments) { return print_answer(answer(arguments), arguments.output); }

}  // namespace quipu::audit
