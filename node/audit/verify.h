// SPDX-License-Identifier: Apache-2.0
// The full audit of one mirror against a pinned genesis (docs/formats.md, "Audit"): everything is recomputed, nothing
// is believed. Streams the log entry bundle by entry bundle; memory holds the state and a bounded queue. Reads only
// through Bundle; starts threads for signatures and joins them before it returns.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "node/audit/bundle.h"
#include "node/audit/report.h"
#include "node/audit/supplied.h"

namespace quipu::audit {

struct Request {
  const Bundle& bundle;
  Bytes genesis;                           // known from elsewhere, as stored
  std::vector<const Bundle*> elsewhere{};  // other mirrors whose checkpoints must lie on the same history
  unsigned threads = 1;                    // for signatures, beside the reading one
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};  // leaves
  const Bundle* records = nullptr;   // side records, each named by the hex of its commitment
  std::vector<Supplied> supplied{};  // receipts and status proofs that must be of this history
  std::optional<Bytes> position{};   // that an earlier audit saved (position.h)
  std::function<void(const Bytes& position)>
      save{};  // told a position every 65,536 leaves and at the end, if all is well
};

Report verify(const Request& request);

}  // namespace quipu::audit
