// SPDX-License-Identifier: Apache-2.0
#include "node/audit/receipt_command.h"

#include <boost/json.hpp>
#include <iostream>

#include "crypto/signature.h"
#include "node/audit/directory_bundle.h"
#include "node/ledger/receipt.h"

namespace quipu::audit {
namespace {

constexpr int kDone = 0, kFailed = 1;

int end_with(const char* verdict, const std::string& why) {
  std::cout << verdict << " " << why << "\n";
  return kFailed;
}

void print_text(std::uint64_t index, const crypto::Checkpoint& checkpoint) {
  std::cout << "leaf " << index << " of " << checkpoint.origin << ", in the tree of " << checkpoint.size
            << " leaves\nVERIFIED\n";
}

void print_json(std::uint64_t index, const crypto::Checkpoint& checkpoint) {
  const boost::json::object out{
      {"index", index}, {"origin", checkpoint.origin}, {"size", checkpoint.size}, {"verdict", "VERIFIED"}};
  std::cout << boost::json::serialize(out) << "\n";
}

}  // namespace

int run_receipt(const ReceiptArguments& arguments) {
  if (!crypto::self_test()) return end_with("COULD-NOT-CHECK", "this machine's cryptography fails its self-test");
  const auto text = read_file(arguments.file);
  if (!text) return end_with("COULD-NOT-CHECK", text.error());
  const auto policy_text = read_file(arguments.policy);
  if (!policy_text) return end_with("COULD-NOT-CHECK", policy_text.error());
  const auto policy = ledger::TrustPolicy::parse(*policy_text);
  if (!policy) return end_with("COULD-NOT-CHECK", policy.error());
  const auto receipt = ledger::Receipt::parse(*text);
  if (!receipt) return end_with("BROKEN", receipt.error());
  if (!receipt->extra) return end_with("COULD-NOT-CHECK", "the receipt does not carry its leaf");
  const auto checkpoint = ledger::verify_receipt(*receipt, *receipt->extra, *policy);
  if (!checkpoint) return end_with("BROKEN", checkpoint.error());
  arguments.output == "json" ? print_json(receipt->index, *checkpoint) : print_text(receipt->index, *checkpoint);
  return kDone;
}

}  // namespace quipu::audit
