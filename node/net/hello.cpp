// SPDX-License-Identifier: Apache-2.0
#include "node/net/hello.h"

#include "crypto/signature.h"

namespace quipu::net {

Bytes hello_signed_bytes(const HelloTerms& terms) {
  crypto::ByteWriter writer;
  writer.tag("quipu-hello-v1").raw(terms.chain.view()).u64(terms.epoch).u16(terms.version).raw(terms.exporter.view());
  return writer.take();
}

Bytes make_hello(const HelloTerms& ours, const crypto::SecretKey& transport_key) {
  const crypto::Signature signature = transport_key.sign(hello_signed_bytes(ours));
  crypto::ByteWriter writer;
  writer.raw(ours.chain.view()).u64(ours.epoch).u16(ours.version).raw(signature.view());
  return writer.take();
}

std::expected<std::uint64_t, std::string> check_hello(BytesView payload, const HelloTerms& ours,
                                                      const crypto::PublicKey& sender) {
  crypto::ByteReader reader(payload);
  HelloTerms theirs = ours;
  theirs.chain = reader.fixed<crypto::Digest>();
  theirs.epoch = reader.u64();
  theirs.version = reader.u16();
  const auto signature = reader.fixed<crypto::Signature>();
  if (!reader.done()) return std::unexpected("its hello is not in form");
  if (theirs.chain != ours.chain) return std::unexpected("it is on another chain: compare the genesis files");
  if (theirs.version != ours.version)
    return std::unexpected("it speaks protocol version " + std::to_string(theirs.version) + ", this node " +
                           std::to_string(ours.version));
  if (!crypto::verify(sender, hello_signed_bytes(theirs), signature))
    return std::unexpected("its hello is not signed for this session");
  return theirs.epoch;
}

}  // namespace quipu::net
