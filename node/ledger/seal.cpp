// SPDX-License-Identifier: Apache-2.0
// The unsigned leaves: a block's seal and the leaf that stands for the genesis file.
#include "node/ledger/block.h"
#include "node/ledger/canonical.h"
#include "node/ledger/ledger.pb.h"

namespace quipu::ledger {
namespace {

Bytes tagged(std::string_view tag, BytesView content) { return crypto::ByteWriter().tag(tag).raw(content).take(); }

const Bytes& seal_tag() {
  static const Bytes tag = tagged("quipu-seal-v1", "");
  return tag;
}

v1::Seal message_of(const SealInfo& seal) {
  v1::Seal message;
  message.set_chain_id(seal.chain_id);
  message.set_height(seal.height.value);
  message.set_epoch(seal.epoch.value);
  message.set_proposer(seal.proposer);
  message.set_block_time_ms(seal.block_time_ms);
  message.set_first_index(seal.first_index);
  message.set_submissions(seal.submissions);
  message.set_previous_size(seal.previous_size);
  message.set_previous_root(Bytes(seal.previous_root.view()));
  message.set_state_root(Bytes(seal.state_root.view()));
  message.set_membership_hash(Bytes(seal.membership_hash.view()));
  message.set_protocol_version(seal.protocol_version);
  return message;
}

}  // namespace

Bytes genesis_leaf(const consensus::ChainId& chain) { return tagged("quipu-genesis-v1", chain.view()); }

bool is_seal_leaf(BytesView leaf) { return leaf.starts_with(seal_tag()); }

Bytes encode_seal_leaf(const SealInfo& seal) { return tagged("quipu-seal-v1", canonical_bytes(message_of(seal))); }

std::expected<SealInfo, std::string> decode_seal_leaf(BytesView leaf) {
  if (!is_seal_leaf(leaf)) return std::unexpected("not a seal leaf");
  v1::Seal message;
  if (auto read = read_canonical(leaf.substr(seal_tag().size()), message); !read) return std::unexpected(read.error());
  const auto previous = crypto::Digest::from(message.previous_root());
  const auto state = crypto::Digest::from(message.state_root());
  const auto membership = crypto::Digest::from(message.membership_hash());
  if (!previous || !state || !membership) return std::unexpected("a root or hash is not 32 bytes long");
  return SealInfo{message.chain_id(),
                  {message.height()},
                  {message.epoch()},
                  message.proposer(),
                  message.block_time_ms(),
                  message.first_index(),
                  message.submissions(),
                  message.previous_size(),
                  *previous,
                  *state,
                  *membership,
                  message.protocol_version()};
}

}  // namespace quipu::ledger
