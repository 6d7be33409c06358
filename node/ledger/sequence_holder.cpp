// SPDX-License-Identifier: Apache-2.0
#include "node/ledger/sequence_holder.h"

#include "crypto/cose.h"
#include "node/ledger/block.h"
#include "node/ledger/ledger.pb.h"
#include "node/ledger/rules/apply.h"
#include "node/ledger/submission.h"

namespace quipu::ledger {

namespace {

struct Wanted {
  std::string_view administration;
  crypto::PublicKey key;
  std::uint64_t sequence = 0;
};

bool is_taken(const LedgerReader& reader, const Wanted& wanted, std::uint64_t height) {
  const auto state = reader.state(consensus::Height{height});
  return next_sequence(*state, wanted.administration, wanted.key) > wanted.sequence;
}

// A key's last number never goes down, so the heights are sorted by it.
std::optional<std::uint64_t> height_of(const LedgerReader& reader, const Wanted& wanted) {
  std::uint64_t end = reader.newest().height.value;
  if (!is_taken(reader, wanted, end)) return std::nullopt;
  for (std::uint64_t first = 0; first < end;) {
    const std::uint64_t middle = first + (end - first) / 2;
    if (is_taken(reader, wanted, middle)) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return end;
}

bool holds(BytesView leaf, const Wanted& wanted) {
  if (is_seal_leaf(leaf)) return false;
  const auto statement = crypto::parse_statement(leaf);
  if (!statement || statement->administration != wanted.administration) return false;
  if (statement->kid != crypto::key_id(wanted.key)) return false;
  v1::Submission payload;
  return payload.ParseFromString(statement->payload) && payload.sequence() == wanted.sequence;
}

}  // namespace

std::optional<crypto::Digest> sequence_holder(const LedgerReader& reader, std::string_view administration,
                                              const crypto::PublicKey& key, std::uint64_t sequence) {
  const Wanted wanted{administration, key, sequence};
  const auto height = height_of(reader, wanted);
  const auto block = height ? reader.block({*height}) : std::nullopt;
  if (!block) return std::nullopt;
  for (const Bytes& leaf : reader.leaves(block->first_index, block->tree_size)) {
    if (holds(leaf, wanted)) return crypto::leaf_hash(leaf);
  }
  return std::nullopt;
}

}  // namespace quipu::ledger
