// SPDX-License-Identifier: Apache-2.0
#include "node/audit/position.h"

#include "crypto/digest.h"

namespace quipu::audit {
namespace {

using crypto::Digest;
constexpr std::string_view kTag = "quipu-position-v1";

}  // namespace

Bytes encode(const SavedPosition& position) {
  crypto::ByteWriter out;
  out.tag(kTag).raw(position.chain.view()).u64(position.size).u64(position.height);
  out.raw(position.root.view()).raw(position.state_root.view());
  for (const Digest& votes : position.votes) out.raw(votes.view());
  const Digest sum = crypto::sha256(out.view());
  return out.raw(sum.view()).take();
}

std::optional<SavedPosition> decode_position(BytesView file) {
  if (file.size() < Digest::kSize) return std::nullopt;
  const BytesView body = file.substr(0, file.size() - Digest::kSize);
  if (crypto::sha256(body).view() != file.substr(body.size())) return std::nullopt;
  crypto::ByteReader in(body);
  if (in.raw(kTag.size() + 1) != crypto::ByteWriter().tag(kTag).view()) return std::nullopt;
  SavedPosition out;
  out.chain = in.fixed<consensus::ChainId>();
  out.size = in.u64();
  out.height = in.u64();
  out.root = in.fixed<Digest>();
  out.state_root = in.fixed<Digest>();
  if (!in.ok() || in.rest().size() % Digest::kSize != 0 || in.rest().size() / Digest::kSize != out.height)
    return std::nullopt;
  out.votes.reserve(out.height);
  while (!in.rest().empty()) out.votes.push_back(in.fixed<Digest>());
  return out;
}

}  // namespace quipu::audit
