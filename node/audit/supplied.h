// SPDX-License-Identifier: Apache-2.0
// Receipts and status proofs that the auditor was given: each must hold under the members of some epoch, and its
// checkpoint must lie on the audited history. What does not hold says nothing against the history. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/audit/context.h"
#include "node/audit/electorate.h"

namespace quipu::audit {

// A .tlog-proof, .quipu-status, .quipu-status-list or .quipu-recognition, told apart by its first line; `name` is what
// reports call it.
struct Supplied {
  std::string name;
  Bytes content;
};

// Their checkpoints as mirrors that hold nothing else, to be compared like those of other mirrors.
std::vector<std::unique_ptr<Bundle>> checkpoints_of(const std::vector<Supplied>& supplied);

// After the last block: each by the members of the log's epochs.
void check_supplied(const Context& context, const std::vector<Supplied>& supplied, const Electorates& electorates);

}  // namespace quipu::audit
