// SPDX-License-Identifier: Apache-2.0
#include "consensus/types.h"

#include "crypto/digest.h"

namespace quipu::consensus {

BlockId block_id(const ChainId& chain, const Header& header) {
  crypto::ByteWriter out;
  out.tag("quipu-block-v1").raw(chain.view()).u64(header.epoch.value).u64(header.height.value);
  out.raw(header.parent_id.view()).u64(header.tree_size).raw(header.tree_root.view());
  out.raw(header.next_members_hash.view());
  return crypto::sha256(out.view());
}

Bytes vote_bytes(const Scope& scope, VoteKind kind, const Subject& subject) {
  crypto::ByteWriter out;
  out.tag("quipu-vote-v1").u8(static_cast<std::uint8_t>(kind));
  out.raw(scope.chain.view()).u64(scope.epoch.value).raw(scope.anchor.view()).u64(subject.view.value);
  if (kind != VoteKind::kNullify)
    out.u64(subject.parent_view.value).u64(subject.height.value).raw(subject.block.view());
  return out.take();
}

}  // namespace quipu::consensus
